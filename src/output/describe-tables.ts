import { fromTimestamp } from '../base/clock.ts';
import { formatAge } from '../base/duration.ts';
import { type Condition } from '../model/conditions.ts';
import { ageOf } from './columns.ts';
import { type DescribeNode } from './describe.ts';
import { stateStyle, type Style } from './paint.ts';

/** What a description shows of an event. */
export interface EventLine {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  /** The component that reported it. */
  readonly from: string;
  /** How often it happened; 1 is once. */
  readonly count: number;
  /** RFC 3339, world time. */
  readonly firstTimestamp: string;
  readonly lastTimestamp: string;
}

/** The conditions in their given order, with how long each has been as it is. */
export function conditionsNode(conditions: readonly Condition[] | undefined, nowMs: number): DescribeNode {
  return {
    type: 'table',
    label: 'Conditions',
    table: {
      columns: [
        { name: 'Type' },
        { name: 'Status', style: stateStyle },
        ...[{ name: 'Since' }, { name: 'Reason' }, { name: 'Message' }],
      ],
      rows: (conditions ?? []).map((condition) => [
        ...[condition.type, condition.status, ageOf(condition.lastTransitionTime, nowMs)],
        ...[condition.reason, condition.message],
      ]),
    },
  };
}

/** The events in their given order; a repeated one as `5s (x3 over 2m)`, the form of kubectl. */
export function eventsNode(events: readonly EventLine[], nowMs: number): DescribeNode {
  return {
    type: 'table',
    label: 'Events',
    table: {
      columns: [
        { name: 'Type', style: eventStyle },
        ...[{ name: 'Reason' }, { name: 'Age' }, { name: 'From' }, { name: 'Message' }],
      ],
      rows: events.map((event) => [
        ...[event.type, event.reason, eventAge(event, nowMs), event.from, event.message],
      ]),
    },
  };
}

/** When an event last happened and, if more than once, how often since when. */
export function eventAge(
  event: Pick<EventLine, 'count' | 'firstTimestamp' | 'lastTimestamp'>,
  nowMs: number,
): string {
  const last = ageOf(event.lastTimestamp, nowMs);
  const firstMs = fromTimestamp(event.firstTimestamp);
  if (event.count < 2 || Number.isNaN(firstMs)) return last;
  return `${last} (x${event.count} over ${formatAge(nowMs - firstMs)})`;
}

function eventStyle(type: string): Style | undefined {
  return type === 'Warning' ? 'busy' : undefined;
}
