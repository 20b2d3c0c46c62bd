/**
 * One finding about a manifest or an object: what is wrong, where, and what would mend it. Found by
 * admission without a place in a text; the manifest reader adds `file`, `line` and `column`.
 */
export interface Diagnostic {
  /** An error stops the apply; a warning is shown and the apply goes on. */
  readonly severity: 'error' | 'warning';
  /** Stable, for machines and for searching: `HOSTED_NEEDS_HOST_OS`. */
  readonly code: string;
  /** What is wrong and on which object, for people; one sentence without a full stop. */
  readonly message: string;
  /** JSON Pointer of the field within its object, as `/spec/resources/memory`; '' is the whole object. */
  readonly path: string;
  /** The file as the user named it; `-` is standard input. */
  readonly file?: string;
  /** 1 is the first line. */
  readonly line?: number;
  /** 1 is the first character of the line, in UTF-16 code units. */
  readonly column?: number;
  /** The lines around the place may hold secrets: they are not shown. */
  readonly secret?: true;
  /** What to do. `add: …` shows text to add to the manifest; anything else is advice. */
  readonly help?: string;
}
