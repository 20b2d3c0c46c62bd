import { ApiError } from '../base/errors.ts';

/** A busy engine commits a few times a second; this many lost races in a row are no coincidence. */
const attempts = 20;

/**
 * Runs `attempt` anew while another process changes the same objects between its reading and its writing: a
 * controller that reports a status, or another apply.
 */
export async function again<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = attempts - 1; ; left--) {
    try {
      return await attempt();
    } catch (error) {
      const isRace = error instanceof ApiError && ['Conflict', 'AlreadyExists'].includes(error.reason);
      if (!isRace || left === 0) throw error;
    }
  }
}
