import { type Scenario, type Traffic } from '../model/kinds/index.ts';
import { type KubeObject } from '../model/object.ts';
import { changeObjects, keyIn } from '../app/apply/act.ts';
import { type State } from '../app/state.ts';

type Override = NonNullable<Scenario['spec']['events'][number]['traffic']>;
type Load = Pick<Traffic['spec'], 'pattern' | 'scale'>;

interface Overridden {
  /** What the object said before the first override. */
  base: Load;
  /** Those in force by where they stand in the scenario, the latest last. */
  readonly inForce: Map<string, Override>;
}

/**
 * Overrides of traffic that overlap: scales multiply, the latest constant takes the place of the pattern, and when the
 * last one is over the object is as it was.
 */
export class TrafficOverrides {
  readonly #traffics = new Map<string, Overridden>();

  /** `home` is the namespace of overrides that name none. */
  constructor(private readonly home: string) {}

  /** The object with an override put in force, or (undefined) with that of the same id ended. */
  changed(traffic: Traffic, id: string, override: Override | undefined): Traffic {
    const { metadata, spec } = traffic;
    const { pattern, scale } = spec;
    const name = `${metadata.namespace ?? ''}/${metadata.name}`;
    const known = this.#traffics.get(name);
    const entry: Overridden =
      known && known.inForce.size > 0 ? known : { base: { pattern, scale }, inForce: new Map() };
    if (override) entry.inForce.set(id, override);
    else entry.inForce.delete(id);
    this.#traffics.set(name, entry);
    return { ...traffic, spec: { ...spec, ...overridden(entry) } };
  }

  /** Puts an override in force; gives a sentence about it. @throws ApiError NotFound. */
  async begin(state: State, id: string, override: Override): Promise<string> {
    await this.#change(state, id, override, override);
    const what = `offers ${wordsOf(override)}`;
    return override.for === undefined ? what : `${what} for ${override.for}`;
  }

  /** Ends an override; gives a sentence about it. @throws ApiError NotFound. */
  async end(state: State, id: string, override: Override): Promise<string> {
    await this.#change(state, id, override, undefined);
    return `no longer offers ${wordsOf(override)}`;
  }

  async #change(
    state: State,
    id: string,
    { name, namespace = this.home }: Override,
    wanted: Override | undefined,
  ): Promise<void> {
    const key = keyIn('Traffic', name, namespace);
    const change = (object: KubeObject): KubeObject => this.changed(object as Traffic, id, wanted);
    await changeObjects(state, [{ key, action: 'changed', change }]);
  }
}

function wordsOf({ scale = 1, constant }: Override): string {
  return constant === undefined ? `${scale} x` : `a constant ${constant}`;
}

function overridden({ base, inForce }: Overridden): Load {
  const overrides = [...inForce.values()];
  const constant = overrides.findLast((override) => override.constant !== undefined)?.constant;
  const scale = overrides.reduce((product, override) => product * (override.scale ?? 1), 1);
  // A constant is what is offered, whatever the object's own scale says of its pattern.
  return constant === undefined ? { ...base, scale: base.scale * scale } : { pattern: { constant }, scale };
}
