/** One apply after another while files change: what each came to, and nothing lost by a half-written file. */
import { lstatSync } from 'node:fs';
import { ApiError, UserError } from '../../base/errors.ts';
import { type Loaded } from '../../manifest/load.ts';
import { tracePathOf } from '../../manifest/trace.ts';
import { type Diagnostic } from '../../model/diagnostic.ts';
import { type AppliedObject } from '../apply/apply.ts';
import { type ApplyRequest, hasErrors, load, storeManifests } from '../apply/run-apply.ts';
import { LeaseLost } from '../../store/lease.ts';
import { type State } from '../state.ts';

/** What a look at the files came to. */
export type Scan =
  | {
      readonly type: 'Applied';
      /** Those that have changed; empty when the files ask for nothing new. */
      readonly objects: readonly AppliedObject[];
      readonly warnings: readonly Diagnostic[];
      readonly sources: ReadonlyMap<string, string>;
      /** The look before was refused. */
      readonly recovered: boolean;
      /** Keys of objects that no file declares any more and that stay: pruning was not asked for, or not confirmed. */
      readonly gone: readonly string[];
      /** They go at the next look, unless a file declares them again. */
      readonly confirming: boolean;
    }
  /** The files are invalid; what was applied last stays. */
  | {
      readonly type: 'Refused';
      readonly errors: readonly Diagnostic[];
      readonly sources: ReadonlyMap<string, string>;
    }
  /** The manifests are valid and the state does not take them: a conflict, nothing in the files. */
  | { readonly type: 'Failed'; readonly message: string; readonly nextSteps: readonly string[] };

/**
 * The applies of one watch. An object whose file has gone is only pruned when a second look finds it gone, too:
 * an editor that saves by deleting and writing, or a file that is half written, shows for a moment what nobody
 * means.
 */
export class WatchSession {
  #refused = false;
  /** What the last look found gone. */
  #suspected = '';
  #references: readonly string[] = [];

  constructor(
    private readonly state: State,
    private readonly request: ApplyRequest,
  ) {}

  /** Files that matter beside those that the paths name: traces, and what is read over a link. */
  get references(): readonly string[] {
    return this.#references;
  }

  /** Reads the files, admits, merges and stores; nothing is written unless all is valid. */
  async scan(): Promise<Scan> {
    const scan = await this.#attempt();
    this.#refused = scan.type !== 'Applied';
    return scan;
  }

  async #attempt(): Promise<Scan> {
    const loaded = load(this.request);
    const { sources } = loaded;
    this.#references = referencesOf(loaded);
    try {
      const first = await storeManifests(this.state, { ...this.request, prune: false }, loaded);
      if (hasErrors(first.diagnostics)) return { type: 'Refused', errors: first.diagnostics, sources };
      const gone = first.orphans;
      const confirmed = this.request.prune && gone.length > 0 && this.#suspected === gone.join();
      const pruned = confirmed
        ? await storeManifests(this.state, { ...this.request, prune: true }, loaded)
        : undefined;
      this.#suspected = gone.join();
      return {
        type: 'Applied',
        objects: [...first.objects, ...(pruned?.objects ?? [])].filter(
          ({ action }) => action !== 'unchanged',
        ),
        warnings: first.diagnostics,
        sources,
        recovered: this.#refused,
        gone: confirmed ? [] : gone,
        confirming: this.request.prune && gone.length > 0 && !confirmed,
      };
    } catch (error) {
      if (error instanceof LeaseLost) throw error;
      if (!(error instanceof UserError) && !(error instanceof ApiError)) throw error;
      const nextSteps = error instanceof UserError ? error.nextSteps : [];
      return { type: 'Failed', message: error.message, nextSteps };
    }
  }
}

function referencesOf({ objects, sources }: Loaded): string[] {
  const traces = objects
    .map(({ object, file }) => tracePathOf(object, file))
    .filter((path) => path !== undefined);
  return [...traces, ...[...sources.keys()].filter(isLink)];
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}
