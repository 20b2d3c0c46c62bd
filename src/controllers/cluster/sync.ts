import { controller } from '../../engine/controller.ts';

/**
 * A Sync is carried out by whoever runs `vctl sync`, because only there is a repository at hand. Here it only
 * gets a word about itself until then.
 */
export const syncController = controller<'Sync'>({
  kind: 'Sync',
  reconcile(sync, turn) {
    if ((sync.status?.conditions ?? []).length > 0) return {};
    turn.updateStatus(sync, {}, [
      {
        type: 'Ready',
        status: 'Unknown',
        reason: 'NotFollowed',
        message: `nobody has followed it yet: vctl sync --once ${sync.metadata.name}`,
      },
    ]);
    return {};
  },
});
