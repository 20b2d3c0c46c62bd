/** A boot under way, beside others that slow it. Plain values and pure steps. */

/** What is saved of a boot under way. */
export interface BootProgress {
  /** What is left at `sinceMs`, ms at the speed of an undisturbed boot. */
  readonly leftMs: number;
  /** How many times as long it takes, above 0, since `sinceMs`. */
  readonly stretch: number;
  /** World time, ms. */
  readonly sinceMs: number;
}

/** The boot as it goes on from now on at another stretch. */
export function atStretch(boot: BootProgress, stretch: number, nowMs: number): BootProgress {
  const done = (nowMs - boot.sinceMs) / boot.stretch;
  return { leftMs: Math.max(0, boot.leftMs - done), stretch, sinceMs: nowMs };
}

/** When the guest is usable if nothing changes, in whole ms. */
export function bootEndsAtMs({ leftMs, stretch, sinceMs }: BootProgress): number {
  return sinceMs + Math.round(leftMs * stretch);
}
