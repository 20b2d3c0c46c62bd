/** What answers to "why" are made of. */
import { type Metrics } from '../../../model/ports.ts';
import { type ScalingMemory } from '../../../controllers/scaling/inputs.ts';
import { type DescribeNode } from '../../../output/describe.ts';
import { type Snapshot } from '../../snapshot.ts';

/** All that an answer is found from: the state at one moment, and what its world last measured. */
export interface WhyScene {
  readonly snapshot: Snapshot;
  readonly world: Metrics;
  /** What a ScalingPolicy remembers, by the uid of the policy. */
  readonly memories: ReadonlyMap<string, ScalingMemory>;
  /** List every host and VM instead of counting the alike. */
  readonly all: boolean;
}

export interface Explained {
  /** In a sentence or two. */
  readonly answer: string;
  /** The reasons, in the order in which they count. */
  readonly nodes: readonly DescribeNode[];
  /** What `--json` adds to the texts: figures and lists in full. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Lists longer than this are counted by what they have in common, unless all is asked for. */
export const listedAtMost = 20;

/** `1 host`, `3 hosts`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

/** The first few of many names: `a, b, c, … 97 more`. */
export function someOf(names: readonly string[], shown = 3): string {
  const more = names.length - shown;
  return more <= 0 ? names.join(', ') : `${names.slice(0, shown).join(', ')}, … ${more} more`;
}
