/** Whether anybody hears from a host, and what is made of a silence. Plain values and a pure step. */
import { type HostObservation } from '../model/ports.ts';

export type Contact =
  /** It was never within reach: nobody misses it. */
  | { readonly type: 'Never' }
  /** `lastSilentSinceMs`: when its last silence had begun, noticed or not; absent: there was none. */
  | { readonly type: 'Heard'; readonly lastSilentSinceMs?: number }
  /** It has fallen silent, and nobody has noticed: it passes for what it last was. */
  | { readonly type: 'Silent'; readonly sinceMs: number; readonly lastSeen: HostObservation }
  /** Its silence was noticed, and all can be seen. */
  | { readonly type: 'Missed'; readonly sinceMs: number };

/** What the contact with a host has come to at a moment. */
export interface ContactChange {
  /** It is on, and the network to it is sound. */
  readonly reachable: boolean;
  /** How long a silence lasts before it is noticed, ms. */
  readonly detectionMs: number;
  readonly nowMs: number;
  /** As the host was when it was last heard from. */
  readonly lastSeen: HostObservation;
}

/**
 * The contact with a host after a change. A silence counts from its beginning, whatever else fails meanwhile; what was
 * noticed stays so until the host is heard from again, be it that it should now have taken longer.
 */
export function contactAfter(
  contact: Contact,
  { reachable, detectionMs, nowMs, lastSeen }: ContactChange,
): Contact {
  if (reachable) return heardAfter(contact);
  switch (contact.type) {
    case 'Never':
    case 'Missed':
      return contact;
    case 'Heard':
      return detectionMs > 0
        ? { type: 'Silent', sinceMs: nowMs, lastSeen }
        : { type: 'Missed', sinceMs: nowMs };
    case 'Silent':
      return nowMs < contact.sinceMs + detectionMs ? contact : { type: 'Missed', sinceMs: contact.sinceMs };
  }
}

function heardAfter(contact: Contact): Contact {
  switch (contact.type) {
    case 'Never':
      return { type: 'Heard' };
    case 'Heard':
      return contact;
    case 'Silent':
    case 'Missed':
      return { type: 'Heard', lastSilentSinceMs: contact.sinceMs };
  }
}

/** Since when a host is silent as far as is known or, when it is back, had been; undefined: it never was. */
export function silentSinceMs(contact: Contact): number | undefined {
  switch (contact.type) {
    case 'Heard':
      return contact.lastSilentSinceMs;
    case 'Missed':
      return contact.sinceMs;
    case 'Never':
    case 'Silent':
      return undefined;
  }
}

/** When a silence is noticed, ms of world time; undefined when there is none that was not. */
export function noticedAtMs(contact: Contact, detectionMs: number): number | undefined {
  return contact.type === 'Silent' ? contact.sinceMs + detectionMs : undefined;
}
