import { UserError } from '../base/errors.ts';
import { type Store } from '../model/ports.ts';
import { createMemoryStore } from './memory.ts';

/**
 * Stands for a state that nobody has made yet: it reads as empty, so that `get` on a fresh machine answers
 * without leaving a folder behind. Writing is refused with a UserError.
 */
export function createAbsentStore(path: string): Store {
  const refuse = async (): Promise<never> => {
    throw new UserError(`there is no state in ${path}`, {
      nextSteps: ['vctl apply -f FILE makes one', 'or name another state folder with --state DIR'],
    });
  };
  return Object.assign(createMemoryStore({ seed: 0 }), { commit: refuse, transactPrivate: refuse });
}
