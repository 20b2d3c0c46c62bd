import { describe, expect, test } from 'vitest';
import { toTimestamp } from '../../src/base/clock.ts';
import { EventAges, eventRetentionMs, maxEvents } from '../../src/engine/event-retention.ts';
import { type Event } from '../../src/model/kinds/index.ts';
import { TestEngine } from '../support/engine.ts';

function at(name: string, ms: number): Event {
  return { apiVersion: 'v1', kind: 'Event', metadata: { name }, lastTimestamp: toTimestamp(ms) };
}

function forgotten(events: readonly Event[], nowMs: number): string[] {
  const ages = new EventAges();
  for (const event of events) ages.put(event);
  return ages.forgettable(nowMs).map(({ metadata }) => metadata.name);
}

describe('events that are forgotten', () => {
  test('those older than a week, not those of exactly a week', () => {
    const events = [at('old', 0), at('edge', 1000), at('new', 2000)];
    expect(forgotten(events, eventRetentionMs + 1000)).toEqual(['old']);
  });

  test('the oldest of too many', () => {
    const events = Array.from({ length: maxEvents + 2 }, (_, i) => at(`e${i}`, i * 1000));
    expect(forgotten(events, 0)).toEqual(['e0', 'e1']);
  });

  test('the oldest of too many, in whatever order they come; of the same age the first by name', () => {
    const events = Array.from({ length: maxEvents + 2 }, (_, i) => at(`e${i}`, i < 4 ? 1000 : i * 1000));
    expect(forgotten(events.reverse(), 0)).toEqual(['e0', 'e1']);
  });

  test('one that happens again is as young as its last time', () => {
    const events = [at('again', 0), at('once', 1000), at('again', 5000)];
    expect(forgotten(events, eventRetentionMs + 2000)).toEqual(['once']);
  });
});

test('a scenario tells what it names in vain, until it is there', async () => {
  const engine = new TestEngine();
  const scenario = `kind: Scenario
metadata: {name: s}
spec:
  duration: 1h
  events: [{at: 1m, fault: {kind: Host, name: h1, type: Crash}}]`;
  await engine.write(scenario);
  await engine.settle();
  expect(engine.condition(engine.get('Scenario', 's'), 'Ready')).toBe('False ReferenceNotFound');
  await engine.write(
    `kind: Host\nmetadata: {name: h1}\nspec: {hypervisor: none, capacity: {cpu: 1, memory: 1Gi}}`,
  );
  await engine.advance(60_000);
  expect(engine.condition(engine.get('Scenario', 's'), 'Ready')).toBe('True Complete');
});
