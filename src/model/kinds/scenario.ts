import { type Scenario } from '../generated/kinds.ts';
import { apiVersion } from '../object.ts';
import { type KindInfo } from './kind-info.ts';

/** A what-if: duration, seed, faults and changes, objectives. */
export const scenarioKind: KindInfo<Scenario> = {
  kind: 'Scenario',
  plural: 'scenarios',
  singular: 'scenario',
  shortNames: ['scn'],
  apiVersion: apiVersion,
  namespaced: true,
  description: 'A what-if: duration, seed, faults and changes, objectives.',
  inAll: false,
  scalable: false,
  table: {
    columns: [
      { name: 'Duration', value: (o) => o.spec.duration },
      { name: 'Seed', value: (o) => String(o.spec.seed), align: 'right' },
      { name: 'Events', value: (o) => String(o.spec.events.length), align: 'right' },
      { name: 'Objectives', value: (o) => String(o.spec.objectives.length), align: 'right' },
    ],
  },
};
