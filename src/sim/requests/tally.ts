import { Histogram } from '../../base/histogram.ts';

/** How a request can end without an answer. */
export type Failure = 'Refused' | 'TimedOut' | 'Throttled' | 'Failed';

/**
 * What has become of the requests that came one way in. Nothing is invented and nothing lost: those that arrived are
 * those that were answered, refused (a full queue), timed out (waiting), throttled (a quota), failed (a backend that is
 * gone, or none), and those that are still in the system.
 */
export interface Counts {
  readonly arrived: number;
  readonly answered: number;
  readonly refused: number;
  readonly timedOut: number;
  readonly throttled: number;
  readonly failed: number;
}

/** The requests of one way in: counts since it came into being and latencies of those answered in a window. */
export class Tally implements Counts {
  arrived = 0;
  answered = 0;
  refused = 0;
  timedOut = 0;
  throttled = 0;
  failed = 0;
  /** Of those answered in this window, ms. */
  latencies = new Histogram();
  /** Of those answered in the last whole window. */
  lastLatencies = new Histogram();
  /** The counts when this window began, and when the last one did. */
  since: Counts = noCounts;
  lastSince: Counts = noCounts;

  answer(latencyMs: number): void {
    this.answered++;
    this.latencies.add(latencyMs);
  }

  fail(why: Failure): void {
    switch (why) {
      case 'Refused':
        this.refused++;
        break;
      case 'TimedOut':
        this.timedOut++;
        break;
      case 'Throttled':
        this.throttled++;
        break;
      case 'Failed':
        this.failed++;
        break;
    }
  }

  counts(): Counts {
    const { arrived, answered, refused, timedOut, throttled, failed } = this;
    return { arrived, answered, refused, timedOut, throttled, failed };
  }

  /** Ends the window, and begins the next one. */
  roll(): void {
    this.lastSince = this.since;
    this.since = this.counts();
    const { lastLatencies } = this;
    lastLatencies.clear();
    this.lastLatencies = this.latencies;
    this.latencies = lastLatencies;
  }
}

const noCounts: Counts = { arrived: 0, answered: 0, refused: 0, timedOut: 0, throttled: 0, failed: 0 };

/** All that did not end well. */
export function errorsOf({ refused, timedOut, throttled, failed }: Counts): number {
  return refused + timedOut + throttled + failed;
}

/** What has come about between two counts of one tally. */
export function countsBetween(before: Counts, after: Counts): Counts {
  return {
    arrived: after.arrived - before.arrived,
    answered: after.answered - before.answered,
    refused: after.refused - before.refused,
    timedOut: after.timedOut - before.timedOut,
    throttled: after.throttled - before.throttled,
    failed: after.failed - before.failed,
  };
}
