import { type KubeObject } from '../object.ts';

export interface ColumnContext {
  /** The present of the world, ms since the Unix epoch: ages are counted back from here. */
  readonly nowMs: number;
}

/**
 * One column of a kind's table. NAMESPACE, NAME and AGE are added by the output for every kind.
 *
 * `value` is declared as a method, whose parameters TypeScript compares both ways: so the columns of a
 * narrow kind fit in a list of columns of any kind. They are only ever given objects of their own kind.
 */
export interface PrinterColumn<T extends KubeObject = KubeObject> {
  /** The heading; shown in capitals. */
  readonly name: string;
  /** The cell's text; '' when there is nothing to show. Never throws, however little status there is yet. */
  value(object: T, context: ColumnContext): string;
  /** Shown by `-o wide` only. */
  readonly wide?: boolean;
  /** @defaultValue 'left' */
  readonly align?: 'left' | 'right';
  /** The text is a phase or a truth value, to be coloured by how good or bad the word is. */
  readonly state?: boolean;
}

/** How the objects of one kind are listed. */
export interface KindTable<T extends KubeObject = KubeObject> {
  readonly columns: readonly PrinterColumn<T>[];
  /** Leaves the NAME column out, as for events. */
  readonly hideName?: boolean;
  /** Leaves the AGE column out, as for events, whose first column says when. */
  readonly hideAge?: boolean;
}
