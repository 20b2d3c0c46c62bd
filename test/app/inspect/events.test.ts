import { describe, expect, test } from 'vitest';
import { type EventsRequest, findEvents, parseEventTypes } from '../../../src/app/inspect/events.ts';
import { parseResources } from '../../../src/app/resources.ts';
import { stateOf } from '../../support/state.ts';

function event(
  name: string,
  second: number,
  subject: string,
  type = 'Normal',
  namespace = 'default',
): string {
  const [kind, of] = subject.split('/');
  const own = kind === 'Host' ? '' : `namespace: ${namespace}, `;
  return `
kind: Event
metadata: {name: ${name}, namespace: ${namespace}}
involvedObject: {kind: ${kind}, ${own}name: ${of}}
type: ${type}
lastTimestamp: "2000-01-01T00:00:0${second}Z"
`;
}

const events = [
  event('late', 5, 'VirtualMachine/web'),
  event('early', 1, 'VirtualMachine/db', 'Warning'),
  event('host', 3, 'Host/h1', 'Warning'),
  event('elsewhere', 2, 'VirtualMachine/web', 'Normal', 'saas'),
].join('---');

describe('which events, and in what order', () => {
  const all = { of: [], namespace: undefined, types: [] };
  test.each<[string, EventsRequest, string[]]>([
    ['all, newest last', all, ['early', 'elsewhere', 'host', 'late']],
    ['of a namespace', { ...all, namespace: 'saas' }, ['elsewhere']],
    ['warnings only', { ...all, types: ['Warning'] }, ['early', 'host']],
    ['of an object', { ...all, of: parseResources(['vm/web']), namespace: 'default' }, ['late']],
    ['of an object in all namespaces', { ...all, of: parseResources(['vm/web']) }, ['elsewhere', 'late']],
    ['of a kind', { ...all, of: parseResources(['vm']), namespace: 'default' }, ['early', 'late']],
    [
      'of a host, from any namespace',
      { ...all, of: parseResources(['host/h1']), namespace: 'saas' },
      ['host'],
    ],
  ])('%s', async (_name, request, names) => {
    const found = await findEvents(await stateOf(events), request);
    expect(found.map(({ metadata }) => metadata.name)).toEqual(names);
  });
});

test('types are words that are known', () => {
  expect(parseEventTypes('warning,Normal')).toEqual(['Warning', 'Normal']);
  expect(parseEventTypes(undefined)).toEqual([]);
  expect(() => parseEventTypes('bad')).toThrow('"bad" is no type of event');
});
