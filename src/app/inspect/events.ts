/** What happened: the events of a namespace, of a kind or of some objects. */
import { ExitCode, UserError } from '../../base/errors.ts';
import { type Event } from '../../model/kinds/index.ts';
import { inTimeOrder } from '../snapshot.ts';
import { type Wanted } from '../resources.ts';
import { type State } from '../state.ts';

export type EventType = NonNullable<Event['type']>;

export interface EventsRequest {
  /** Only of these objects; none means of all. */
  readonly of: readonly Wanted[];
  /** undefined is all namespaces. */
  readonly namespace: string | undefined;
  /** Only of these types; none means of all. */
  readonly types: readonly EventType[];
}

/** The events that are meant, by the time when they last happened, newest last. */
export async function findEvents(state: State, request: EventsRequest): Promise<readonly Event[]> {
  const { items } = await state.store.list('Event');
  return inTimeOrder((items as readonly Event[]).filter((event) => isMeant(event, request)));
}

/** True for an event that the request asks for. */
export function isMeant(event: Event, { of, namespace, types }: EventsRequest): boolean {
  const subject = event.involvedObject;
  if (types.length > 0 && !types.includes(event.type ?? 'Normal')) return false;
  // Events of objects without a namespace stand in `default`; a host is meant from anywhere by its name.
  const inNamespace = namespace === undefined || event.metadata.namespace === namespace;
  if (of.length === 0) return inNamespace;
  return of.some(
    ({ kind, names }) =>
      kind === subject?.kind &&
      (names.length === 0 || names.includes(subject.name ?? '')) &&
      (inNamespace || subject.namespace === undefined),
  );
}

/** @throws UserError (usage) for a word that is no type of event. */
export function parseEventTypes(text: string | undefined): EventType[] {
  return (text ?? '')
    .split(',')
    .filter((word) => word !== '')
    .map((word) => {
      const type = (['Normal', 'Warning'] as const).find((one) => one.toLowerCase() === word.toLowerCase());
      if (type) return type;
      throw new UserError(`"${word}" is no type of event`, {
        exitCode: ExitCode.Usage,
        nextSteps: ['write --types=Warning, or --types=Normal,Warning'],
      });
    });
}
