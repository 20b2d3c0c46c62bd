/** What is wrong with a text before it is an object; always an error. */
export interface TextProblem {
  readonly code: string;
  /** Index into the text, in UTF-16 code units. */
  readonly offset: number;
  readonly message: string;
  readonly help?: string;
}
