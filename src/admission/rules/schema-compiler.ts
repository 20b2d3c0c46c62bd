/**
 * Ajv with its formats, in a module of its own so that only what checks an application's configuration
 * loads it. Static imports: the bundler gives CommonJS packages their names only there.
 */
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

/** A compiler for schemas that users wrote: not strict, since those may carry hints for their own forms. */
export function createSchemaCompiler(): Ajv2020 {
  const ajv = new Ajv2020({ allErrors: true, strict: false, verbose: true, logger: false });
  // A CommonJS module, of whose types the compiler sees less than there is.
  (formats as unknown as (ajv: Ajv2020) => void)(ajv);
  return ajv;
}
