/** What a scenario does to the world at its time: one function a type of event. */
import { durationMs, formatDuration } from '../base/duration.ts';
import { ExitCode, UserError } from '../base/errors.ts';
import { type Kind, kinds, type Scenario } from '../model/kinds/index.ts';
import { type FaultType } from '../model/ports.ts';
import { type Mark } from '../model/run-record.ts';
import { patch } from '../app/apply/patch.ts';
import { type Engine } from '../app/engine.ts';
import { type State } from '../app/state.ts';
import { applyInline, removeObject } from './inline-objects.ts';
import { subjectName } from './subjects.ts';
import { TrafficOverrides } from './traffic-overrides.ts';

type Happening = Scenario['spec']['events'][number];
type Fault = NonNullable<Happening['fault']>;

/** Something to be done at a time. */
export interface Action {
  readonly atMs: number;
  /** Where in the scenario it stands, as `/spec/events/0`. */
  readonly path: string;
  readonly act: (engine: Engine, state: State) => Promise<Mark>;
}

/** What the events of a scenario come to when it begins at `startMs`, in the order of time. */
export function actionsOf(scenario: Scenario, startMs: number): Action[] {
  const home = scenario.metadata.namespace ?? '';
  const overrides = new TrafficOverrides(home);
  return scenario.spec.events
    .flatMap((event, index) => actionsOfEvent(event, startMs, home, `/spec/events/${index}`, overrides))
    .sort((a, b) => a.atMs - b.atMs);
}

function actionsOfEvent(
  { at, fault, patch: change, traffic, apply, delete: gone }: Happening,
  startMs: number,
  home: string,
  path: string,
  overrides: TrafficOverrides,
): Action[] {
  const atMs = startMs + durationMs(at);
  const actions: Action[] = [];
  const add = (act: Action['act'], afterMs = 0): number => actions.push({ atMs: atMs + afterMs, path, act });
  if (fault) {
    add((engine) => strike(engine, fault));
    if (fault.for !== undefined) add((engine) => repaired(engine, fault), durationMs(fault.for));
  }
  if (change) {
    add(async (engine, state) => {
      const { kind, name, namespace = home, merge } = change;
      const request = { kind: kind as Kind, name, namespace, patch: JSON.stringify(merge), ...unfollowed };
      await patch(state, request);
      return changed(engine, kind as Kind, namespace, name, `patched: ${brief(merge)}`);
    });
  }
  if (traffic) {
    add(async (engine, state) => {
      const text = await overrides.begin(state, path, traffic);
      return changed(engine, 'Traffic', traffic.namespace ?? home, traffic.name, text);
    });
    if (traffic.for !== undefined) {
      add(async (engine, state) => {
        const text = await overrides.end(state, path, traffic);
        return changed(engine, 'Traffic', traffic.namespace ?? home, traffic.name, text);
      }, durationMs(traffic.for));
    }
  }
  if (apply) {
    add(async (engine, state) => {
      const { kind, namespace, name, action } = await applyInline(state, apply.manifest, home);
      return changed(engine, kind, namespace, name, action);
    });
  }
  if (gone) {
    add(async (engine, state) => {
      const { kind, name, namespace = home } = gone;
      await removeObject(state, kind as Kind, namespace, name);
      return changed(engine, kind as Kind, namespace, name, 'deleted');
    });
  }
  return actions;
}

/** The runner lets the world follow. */
const unfollowed = { wait: false, timeout: '0s' };

async function strike(engine: Engine, { name, type, speed, for: duration }: Fault): Promise<Mark> {
  const uid = engine.manager.cache.get('Host', '', name)?.metadata.uid ?? '';
  const forMs = duration === undefined ? undefined : durationMs(duration);
  const answer = engine.manager.world.inject({ hostUid: uid, type, speed, forMs });
  if (!answer.ok) throw new UserError(`host/${name}: ${answer.reason}`, { exitCode: ExitCode.Usage });
  const until = forMs === undefined ? '' : ` for ${formatDuration(forMs)}`;
  const subject = subjectName('Host', undefined, name);
  return { atMs: engine.manager.nowMs, type: 'Fault', subject, text: `${words[type](speed)}${until}` };
}

const words: Readonly<Record<FaultType, (speed?: number) => string>> = {
  Crash: () => 'crashed',
  Slow: (speed = 0.5) => `slowed down to ${Math.round(speed * 100)} %`,
  NetworkLoss: () => 'lost the network',
};

/** The world repairs it by itself; this only tells of it. */
async function repaired(engine: Engine, { name, type }: Fault): Promise<Mark> {
  const text = type === 'Crash' ? 'repaired: it powers on' : 'repaired';
  const subject = subjectName('Host', undefined, name);
  return { atMs: engine.manager.nowMs, type: 'Repair', subject, text };
}

function changed(engine: Engine, kind: Kind, namespace: string, name: string, text: string): Mark {
  const space = kinds[kind].namespaced ? namespace : undefined;
  return { atMs: engine.manager.nowMs, type: 'Change', subject: subjectName(kind, space, name), text };
}

const longest = 60;

function brief(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
