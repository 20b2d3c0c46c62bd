/** One notification to one webhook: a POST, tried again a few times. */
import { sleep } from '../base/clock.ts';

export interface Delivery {
  readonly url: string;
  /** Plain JSON. */
  readonly body: unknown;
}

/** Waits between the attempts, ms of wall time: one more attempt than waits. */
const backoffMs = [1_000, 2_000, 4_000];
/** A webhook that has not answered by then counts as failed, ms of wall time. */
const answerMs = 5_000;

/** True when the webhook has taken it: any answer of 2xx. Never throws. */
export async function deliver(
  { url, body }: Delivery,
  signal?: AbortSignal,
  waitsMs: readonly number[] = backoffMs,
): Promise<boolean> {
  for (let attempt = 0; ; attempt++) {
    if (await post(url, body, signal)) return true;
    const waitMs = waitsMs[attempt];
    if (waitMs === undefined || signal?.aborted) return false;
    try {
      await sleep(waitMs, signal);
    } catch {
      return false;
    }
  }
}

async function post(url: string, body: unknown, signal: AbortSignal | undefined): Promise<boolean> {
  const timeout = AbortSignal.timeout(answerMs);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'vctl' },
      body: JSON.stringify(body),
      // Where a webhook sends on to is nobody's wish.
      redirect: 'error',
      signal: signal ? AbortSignal.any([timeout, signal]) : timeout,
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** The webhook without what may be a secret in it: its path and query. */
export function shownWebhook(url: string): string {
  try {
    return new URL(url).origin;
  } catch {
    return 'the webhook';
  }
}
