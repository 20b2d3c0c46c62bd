/**
 * No field of a schema is declared and does nothing. What is wanted (`spec`) is used by a room that decides or acts: being
 * checked by admission, or shown, is no use. What was seen (`status`) is written somewhere.
 */
import { join, relative } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { performanceFields } from '../../src/performance/overrides.ts';
import { type Field, schemaFields } from '../declared/schema-fields.ts';
import { ValueFlow } from '../declared/value-flow.ts';

const root = join(import.meta.dirname, '..', '..');

/** Rooms that check or show what others do something with. */
const onlooking = [
  ...['admission', 'manifest', 'build', 'output', 'report', 'cli', 'commands'],
  ...['model/kinds', 'model/secrets.ts', 'app/inspect', 'app/resources.ts'],
].map((room) => `src/${room}`);

/** Kinds that are all report: their `spec`, too, is written by the program. */
const reported: readonly string[] = ['Lease'];

/** Fields that no room acts on, each with the reason. */
const unused: Readonly<Record<string, string>> = {
  'Application.spec.configuration': 'admission holds tenants to it',
  'Host.spec.hostOS.name': 'a name, shown',
  'Host.spec.hostOS.version': 'a name, shown',
  'HostPool.spec.template.spec.hostOS.name': 'a name, shown',
  'HostPool.spec.template.spec.hostOS.version': 'a name, shown',
  'Namespace.spec.finalizers': 'taken so that namespaces of a cluster can be applied',
  'Scenario.spec.description': 'a text for people, shown',
  'Tenant.spec.configuration': "the tenant's own, for programs in its VMs, of which there are none here",
  'Traffic.spec.pattern.trace.column': 'used while manifests are read: the trace is then part of the object',
};

/** The parameters of a product's performance: `performance/overrides.ts` reads them by their names. */
const readByName = 'Hypervisor.spec.performance.';

/** Written by `Turn.updateStatus`, for whatever kind it is given. */
const writtenForAll = /^status\.observedGeneration$/;

const program = sourceProgram();
const flow = new ValueFlow(program, (file) => {
  const name = relative(root, file);
  return /^src\/.*(?<!\.d)\.ts$/.test(name) && !name.includes('/generated/') ? name : undefined;
});
const fields = schemaFields(program, join(root, 'src', 'model', 'generated', 'kinds.ts'));

function sourceProgram(): ts.Program {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(root, 'tsconfig.json'),
    {},
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
        throw new Error(ts.flattenDiagnosticMessageText(messageText, '\n'));
      },
    },
  );
  if (!config) throw new Error('no tsconfig.json');
  const sources = config.fileNames.filter((file) => relative(root, file).startsWith('src/'));
  return ts.createProgram(sources, config.options);
}

const nameOf = ({ kind, path }: Field): string => `${kind}.${path}`;
const isReport = ({ kind, path }: Field): boolean => path.startsWith('status') || reported.includes(kind);

/** A field that takes one value only leaves nothing to do. */
const leavesChoice = ({ schema }: Field): boolean => schema.const === undefined && schema.enum?.length !== 1;

function isUsed({ declarations }: Field): boolean {
  const users = declarations.flatMap((declaration) => flow.usesOf(declaration));
  return users.some((file) => !onlooking.some((room) => file.startsWith(room)));
}

const isWritten = ({ declarations }: Field): boolean =>
  declarations.some((declaration) => flow.giversOf(declaration).length > 0);

test('every field has its place in the types', () => {
  expect(fields.length).toBeGreaterThan(500);
  expect(fields.filter(({ declarations }) => declarations.length === 0).map(nameOf)).toEqual([]);
});

test('what is wanted is used', () => {
  const idle = fields.filter((field) => !isReport(field) && leavesChoice(field) && !isUsed(field));
  const names = idle.map(nameOf).filter((name) => !name.startsWith(readByName));
  expect(names.sort()).toEqual(Object.keys(unused).sort());
});

test('what is read by name is a parameter of the model', () => {
  const leaves = (part: object, path: string): string[] =>
    'form' in part
      ? [path]
      : Object.entries(part).flatMap(([name, inner]) => leaves(inner as object, `${path}.${name}`));
  const known = leaves(performanceFields, readByName.slice(0, -1));
  const declared = fields.map(nameOf).filter((name) => name.startsWith(readByName));
  const groups = new Set(known.map((name) => name.slice(0, name.lastIndexOf('.'))));
  expect(declared.filter((name) => !groups.has(name) && name !== `${readByName}overhead`).sort()).toEqual(
    known.sort(),
  );
});

test('what was seen is written', () => {
  const idle = fields.filter(
    (field) => isReport(field) && !isWritten(field) && !writtenForAll.test(field.path),
  );
  expect(idle.map(nameOf)).toEqual([]);
});
