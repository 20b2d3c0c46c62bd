import { controller } from '../../engine/controller.ts';
import { countHostsWith } from './lookup.ts';

/** Counts the hosts of a product. */
export const hypervisorController = controller<'Hypervisor'>({
  kind: 'Hypervisor',
  watches: {
    Host: ({ spec }, _cache, other) =>
      spec.hypervisor === other?.spec.hypervisor
        ? []
        : [{ kind: 'Hypervisor', namespace: '', name: spec.hypervisor }],
  },
  reconcile(hypervisor, turn) {
    const hosts = countHostsWith(turn.cache, hypervisor.metadata.name);
    turn.updateStatus(hypervisor, { hosts }, [
      {
        type: 'Ready',
        status: 'True',
        reason: 'Known',
        message: `${hypervisor.spec.product} can be installed`,
      },
    ]);
    return {};
  },
});
