import { hypervisorCatalogue } from '../model/catalogue.ts';
import { withDefaults } from '../model/defaults.ts';
import { type Kind } from '../model/kinds/index.ts';
import { type Write } from '../model/ports.ts';

/** What every new state holds: the namespace `default` and the catalogue of hypervisors. */
export function newState(): Write[] {
  const objects: [Kind, object][] = [
    ['Namespace', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } }],
    ...hypervisorCatalogue.map((object): [Kind, object] => ['Hypervisor', object]),
  ];
  return objects.map(([kind, object]) => ({ type: 'create', object: withDefaults(kind, object) }));
}
