import ts from 'typescript';
import { expect, test } from 'vitest';
import { ValueFlow } from './value-flow.ts';

const declared =
  'export interface Spec { readonly wanted: string; readonly deep: { readonly wanted: string } }\n';

type Case = readonly [name: string, text: string];

const used: readonly Case[] = [
  ['by reading it', 'export const long = spec.wanted.length > 3;'],
  ['by its name in brackets', "export const long = spec['wanted'].length > 3;"],
  ['by a key of a union', "export const f = (key: 'wanted' | 'other' & 'wanted') => spec[key].length;"],
  ['by taking it out', 'const { wanted } = spec; export const long = wanted.length;'],
  ['by another name', 'const { wanted: other } = spec; export const long = other.length;'],
  ['in a parameter', 'export const f = ({ wanted }: Spec) => wanted.length;'],
  [
    'of what a rest holds',
    'const { deep, ...rest } = spec; void deep; export const long = rest.wanted.length;',
  ],
  ['of a copy', 'const copy = { a: spec.wanted }; export const long = copy.a.length;'],
  [
    'of a copy in short',
    'const { wanted } = spec; const copy = { wanted }; export const long = copy.wanted.length;',
  ],
  ['of a spread', 'const copy = { ...spec, a: 1 }; export const long = copy.wanted.length;'],
  ['by way of a variable', 'const value = spec.wanted; export const long = value.length;'],
  ['as another type', 'const f = (a: { wanted: string }) => a.wanted.length; export const x = f(spec);'],
  [
    'as a part of another type',
    'const f = (a: { whole: { wanted: string } }) => a.whole.wanted.length; export const x = f({ whole: spec });',
  ],
  [
    'as a mapped type',
    'const f = (a: Record<"wanted", string>) => a.wanted.length; export const x = f(spec);',
  ],
  ['as an optional part', 'const f = (a: Partial<Spec>) => a.wanted?.length; export const x = f(spec);'],
  [
    'in a list',
    'const f = (a: readonly { wanted: string }[]) => a.map((b) => b.wanted.length); export const x = f([spec]);',
  ],
  ['by listing all', 'export const x = Object.entries(spec);'],
  ['as what a function takes', 'const f = (text: string) => text.length; export const x = f(spec.wanted);'],
  ['to choose', 'export const x = { a: spec.wanted ? 1 : 2 };'],
  ['with a default', 'const { wanted = 3 } = spec as Partial<Spec>; export const x = String(wanted);'],
];

const unused: readonly Case[] = [
  ['by comparing all', 'export const x = JSON.stringify(spec) === JSON.stringify(spec);'],
  ['by a copy that nobody uses', 'export const copy = { a: spec.wanted };'],
  ['by a copy in short that nobody uses', 'const { wanted } = spec; export const copy = { wanted };'],
  [
    'by a copy with a fallback',
    "export const copy = { a: spec.wanted ?? 'none', b: spec ? spec.wanted : '' };",
  ],
  ['by another property of its name', 'export const long = spec.deep.wanted.length;'],
  ['by its name on something else', 'declare const a: { wanted: string }; export const x = a.wanted.length;'],
  [
    'by a variant that it cannot be',
    `type A = { kind: 'a'; wanted: number } | { kind: 'b'; wanted: string };
       const f = (a: A) => a.kind === 'a' ? a.wanted.toFixed() : ''; export const x = f({ kind: 'b', ...spec });`,
  ],
  ['by standing there', 'spec.wanted;'],
  ['by being given', "export const made: Spec = { wanted: 'a', deep: { wanted: 'b' } };"],
];

const given: readonly Case[] = [
  ['by a literal of its type', "export const made: Spec = { wanted: 'a', deep: spec.deep };"],
  [
    'by a literal that becomes one',
    "const part = { wanted: 'a' }; export const made: Spec = { ...part, deep: spec.deep };",
  ],
  ['by a part', "export const made: Partial<Spec> = { ...(spec ? { wanted: 'a' } : {}) };"],
];

const notGiven: readonly Case[] = [
  ['by reading it', 'export const long = spec.wanted.length;'],
  ['by passing it on', 'export const other: Spec = spec;'],
  ['by a literal of another type', "export const other = { wanted: 'a' };"],
];

const split = {
  copying: 'export const copy = { a: spec.wanted };',
  using: "import { copy } from './copying.ts'; export const long = copy.a.length;",
};

/** The text of each file by its name: a file a case. */
const files = new Map(
  [...Object.entries({ used, unused, given, notGiven })]
    .flatMap(([table, cases]) => cases.map(([, text], index): Case => [`${table}${index}`, text]))
    .concat(Object.entries(split)),
);

const program = programOf(files);
const flow = new ValueFlow(program, (file) => /^\/(\w+)\.ts$/.exec(file)?.[1]);
const wanted = wantedOf(program);
const [users, givers] = [flow.usesOf(wanted), flow.giversOf(wanted)];

/** A program of these files; each has `spec` of type Spec in scope. */
function programOf(texts: ReadonlyMap<string, string>): ts.Program {
  const sources = new Map([['/spec.ts', declared]]);
  for (const [name, text] of texts) {
    sources.set(
      `/${name}.ts`,
      `import { type Spec } from './spec.ts';\nexport declare const spec: Spec;\n${text}\n`,
    );
  }
  const options: ts.CompilerOptions = {
    ...{ strict: true, noEmit: true, skipLibCheck: true, allowImportingTsExtensions: true, types: [] },
    ...{ target: ts.ScriptTarget.ES2023, lib: ['lib.es2023.d.ts'], module: ts.ModuleKind.ESNext },
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const disk = ts.createCompilerHost(options);
  return ts.createProgram([...sources.keys()], options, {
    ...disk,
    getSourceFile: (name, ...rest) => {
      const text = sources.get(name);
      return text === undefined
        ? disk.getSourceFile(name, ...rest)
        : ts.createSourceFile(name, text, ts.ScriptTarget.ES2023, true);
    },
    fileExists: (name) => sources.has(name) || disk.fileExists(name),
    readFile: (name) => sources.get(name) ?? disk.readFile(name),
  });
}

/** Where `Spec.wanted` is declared. */
function wantedOf(program: ts.Program): ts.Node {
  const [spec] = program.getSourceFile('/spec.ts')?.statements ?? [];
  if (!spec || !ts.isInterfaceDeclaration(spec) || !spec.members[0]) throw new Error('no interface Spec');
  return spec.members[0];
}

test('the cases are sound programs', () => {
  const problems = ts.getPreEmitDiagnostics(program).map(({ messageText }) => messageText);
  expect(problems).toEqual([]);
});

const numbered = (cases: readonly Case[]): (readonly [string, number])[] =>
  cases.map(([name], index) => [name, index]);

test.each(numbered(used))('a property is used · %s', (_name, index) =>
  expect(users).toContain(`used${index}`),
);

test.each(numbered(unused))('a property is not used · %s', (_name, index) =>
  expect(users).not.toContain(`unused${index}`),
);

test.each(numbered(given))('a property is given · %s', (_name, index) =>
  expect(givers).toContain(`given${index}`),
);

test.each(numbered(notGiven))('a property is not given · %s', (_name, index) =>
  expect(givers).not.toContain(`notGiven${index}`),
);

test('a copy that another file uses · used there, not where it was made', () => {
  expect(users).toContain('using');
  expect(users).not.toContain('copying');
});
