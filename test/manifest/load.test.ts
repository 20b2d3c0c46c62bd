import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type LiveObjects } from '../../src/admission/rules.ts';
import { nothingLive } from '../support/nothing-live.ts';
import { listDirectory } from '../../src/base/listing.ts';
import { checkManifests } from '../../src/manifest/check.ts';
import { loadManifests, loadTexts } from '../../src/manifest/load.ts';
import { hypervisorCatalogue } from '../../src/model/catalogue.ts';

const head = 'apiVersion: vctl.dev/v1alpha1\n';
const manifests = join(import.meta.dirname, '..', '..', 'manifests');

function objectsOf(text: string, defaultNamespace?: string): unknown[] {
  const options = defaultNamespace === undefined ? {} : { defaultNamespace };
  return loadTexts([{ file: 'm.yaml', text }], options).objects.map(({ object }) => object);
}

describe('what a manifest wants', () => {
  test('namespaced objects get a namespace, others do not', () => {
    const text = `${head}kind: Tenant\nmetadata: {name: a}\n---\n${head}kind: Host\nmetadata: {name: a}\n---\n${head}kind: Tenant\nmetadata: {name: b, namespace: x}\n`;
    expect(objectsOf(text, 'saas')).toMatchObject([
      { metadata: { name: 'a', namespace: 'saas' } },
      { metadata: { name: 'a' } },
      { metadata: { name: 'b', namespace: 'x' } },
    ]);
    expect(objectsOf(text)[0]).toMatchObject({ metadata: { namespace: 'default' } });
    expect(objectsOf(text)[1]).not.toHaveProperty('metadata.namespace');
  });

  test('what only the server writes is left out of an exported object', () => {
    const text = `${head}kind: Host
metadata:
  name: a
  uid: u
  resourceVersion: "7"
  generation: 3
  creationTimestamp: "2000-01-01T00:00:00Z"
  managedFields: []
status: {phase: Ready}
`;
    expect(objectsOf(text)).toEqual([
      {
        apiVersion: 'vctl.dev/v1alpha1',
        kind: 'Host',
        metadata: { name: 'a', uid: 'u', resourceVersion: '7' },
      },
    ]);
  });

  test('a list of one kind stands for its items', () => {
    expect(objectsOf(`${head}kind: HostList\nitems:\n  - {kind: Host}\n  - {kind: Host}\n`)).toHaveLength(2);
  });
});

test('errors of all files come at once, in the order of the files', async () => {
  const sources = [
    { file: 'z.yaml', text: `${head}kind: Hots\nmetadata: {name: a}\n` },
    { file: 'a.yaml', text: 'a: [' },
    { file: 'b.yaml', text: `${head}kind: Host\nmetadata: {name: A}\nspec: {}\n` },
  ];
  const { diagnostics, objects } = await checkManifests(loadTexts(sources), nothingLive);
  expect(objects).toEqual([]);
  expect(diagnostics.map(({ file, line, code }) => `${file}:${line} ${code}`)).toEqual([
    'z.yaml:2 UNKNOWN_KIND',
    'a.yaml:1 YAML_SYNTAX',
    'b.yaml:3 BAD_FORMAT',
    'b.yaml:4 MISSING_FIELD',
    'b.yaml:4 MISSING_FIELD',
  ]);
});

describe('every folder of manifests/ is sound', () => {
  const folders = listDirectory(manifests).filter((entry) => entry.isDirectory);
  const catalogue: LiveObjects = {
    get: (kind, _namespace, name) =>
      kind === 'Hypervisor' ? hypervisorCatalogue.find((one) => one.metadata.name === name) : undefined,
    all: () => hypervisorCatalogue,
    list: (kind) => (kind === 'Hypervisor' ? hypervisorCatalogue : []),
  };

  // A collection of scenarios is a folder of folders, each applied by itself.
  const applied = folders.flatMap(({ name }) => {
    const inner = listDirectory(join(manifests, name));
    const own = inner.some((entry) => /\.(ya?ml|json)$/.test(entry.name));
    return own ? [name] : inner.filter((entry) => entry.isDirectory).map((entry) => join(name, entry.name));
  });

  test.each(applied)('%s', async (folder) => {
    const loaded = loadManifests([join(manifests, folder)], { recursive: true });
    const { diagnostics, objects } = await checkManifests(loaded, catalogue);
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(objects.length).toBeGreaterThan(0);
  });

  test('the catalogue module is what the manifests say', () => {
    const { objects } = loadManifests([join(manifests, 'hypervisors')]);
    expect(objects.map(({ object }) => object)).toEqual(hypervisorCatalogue);
  });
});
