import { kindNames, kinds } from '../../model/kinds/index.ts';
import { namespaceFinalizer } from '../../model/lifecycle.ts';
import { isTerminating } from '../../model/object.ts';
import { controller } from '../../engine/controller.ts';

/** A namespace is there at once, and goes only after everything in it. */
export const namespaceController = controller<'Namespace'>({
  kind: 'Namespace',
  reconcile(object, turn) {
    if (!isTerminating(object)) {
      turn.updateStatus(object, { phase: 'Active' }, [
        { type: 'Ready', status: 'True', reason: 'Active', message: 'it can be used' },
      ]);
      return {};
    }
    const name = object.metadata.name;
    const inside = kindNames
      .filter((kind) => kinds[kind].namespaced)
      .flatMap((kind) => turn.cache.list(kind, name));
    for (const content of inside) if (!isTerminating(content)) turn.delete(content);
    const left = inside.filter((content) => turn.cache.byUid(content.metadata.uid ?? '') !== undefined);
    if (left.length === 0) {
      turn.removeFinalizer(object, namespaceFinalizer);
      return {};
    }
    turn.updateStatus(object, { phase: 'Terminating' }, [
      {
        type: 'Ready',
        status: 'False',
        reason: 'Terminating',
        message: `${left.length} objects have to go first`,
      },
    ]);
    // The content's own deletion does not name the namespace: look again while it lasts.
    return { settled: false, requeueAtMs: turn.nowMs + 1_000 };
  },
});
