import { controller } from '../../engine/controller.ts';

/** A set is kept as data: `vctl apply` writes and reads it. */
export const applySetController = controller<'ApplySet'>({
  kind: 'ApplySet',
  reconcile(set, turn) {
    const count = set.status?.inventory?.length ?? 0;
    const message = `it owns ${count} ${count === 1 ? 'object' : 'objects'}`;
    turn.updateStatus(set, {}, [{ type: 'Ready', status: 'True', reason: 'Kept', message }]);
    return {};
  },
});
