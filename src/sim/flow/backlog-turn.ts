import { type Actor } from '../core.ts';
import { Rank } from '../event-queue.ts';

/** The next time at which a backlog runs empty or full, so that flows change though nothing else does. */
export class BacklogTurn implements Actor {
  readonly rank = Rank.Backlog;
  readonly id = 'backlog';
  token = 0;

  constructor(private readonly onDue: () => void) {}

  fire(): void {
    this.onDue();
  }
}
