import { structuredPatch } from 'diff';
import { deepEqual } from '../base/deep.ts';
import { type KubeObject } from '../model/object.ts';
import { paint, type Style } from './paint.ts';
import { objectYaml } from './yaml-text.ts';
import { type ShownFields } from './ordered.ts';

export interface DiffOptions extends ShownFields {
  /** What stands after `---` and `+++` before the object's own name. @defaultValue 'live' and 'wanted' */
  readonly from?: string;
  readonly to?: string;
  /** Unchanged lines shown around a change. @defaultValue 3 */
  readonly context?: number;
  readonly color?: boolean;
}

/**
 * The difference of two states of an object as a unified diff of their YAML; '' when they read the same.
 * An undefined side does not exist: the other side is then all new or all gone.
 */
export function diffObjects(
  before: KubeObject | undefined,
  after: KubeObject | undefined,
  options: DiffOptions = {},
): string {
  const object = after ?? before;
  // Writing YAML is the dear part, and most objects of an apply are as they were.
  if (!object || deepEqual(before, after)) return '';
  const path = objectPath(object);
  const [old, now] = [before, after].map((side) => (side ? objectYaml(side, options) : ''));
  return diffText(old ?? '', now ?? '', {
    ...options,
    from: before ? `${options.from ?? 'live'}/${path}` : '/dev/null',
    to: after ? `${options.to ?? 'wanted'}/${path}` : '/dev/null',
  });
}

/** The unified diff of two texts, `from` and `to` being their names; '' when they are the same. */
export function diffText(before: string, after: string, options: DiffOptions = {}): string {
  if (before === after) return '';
  const from = options.from ?? 'live';
  const to = options.to ?? 'wanted';
  const patch = structuredPatch(from, to, before, after, undefined, undefined, {
    context: options.context ?? 3,
  });
  const lines = [`--- ${from}`, `+++ ${to}`];
  for (const hunk of patch.hunks) {
    lines.push(
      `@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@`,
      ...hunk.lines,
    );
  }
  const color = options.color ?? false;
  return lines.map((line, index) => `${paint(line, lineStyle(line, index), color)}\n`).join('');
}

/** `start,count` as in every unified diff: a count of 1 goes unsaid, an empty side starts one line before. */
function range(start: number, count: number): string {
  if (count === 0) return `${start - 1},0`;
  return count === 1 ? String(start) : `${start},${count}`;
}

function lineStyle(line: string, index: number): Style | undefined {
  if (index < 2) return 'strong';
  const styles: Readonly<Record<string, Style>> = { '+': 'good', '-': 'bad', '@': 'note', '\\': 'quiet' };
  return styles[line.charAt(0)];
}

function objectPath(object: KubeObject): string {
  const { namespace, name } = object.metadata;
  return [object.kind.toLowerCase(), ...(namespace === undefined ? [] : [namespace]), name].join('/');
}
