import { compareText } from '../../base/listing.ts';
import { hash32, uniform } from '../../base/random.ts';
import { type TrafficRequest } from '../../model/ports.ts';
import { integralOf, rateOf, type Rate } from './rate-pieces.ts';

const mebi = 2 ** 20;

/** A traffic that wants CPU or memory of a guest. */
interface Load {
  readonly request: TrafficRequest;
  readonly rate: Rate;
}

/** What the other programs of a guest want. */
export interface Wanted {
  /** Share of its virtual CPUs; may exceed 1. */
  readonly cpuShare: number;
  /** 0: nothing tells. */
  readonly memoryBytes: number;
}

const nothing: Wanted = { cpuShare: 0, memoryBytes: 0 };

/**
 * CPU and memory that traffic wants of guests without sending requests. It is no request and is not played: a guest
 * wants the pattern's mean over each load step.
 */
export class Background {
  readonly #loads = new Map<string, Load[]>();

  constructor(private readonly seed: number) {}

  /** The uids of the guests that are loaded. */
  get uids(): Iterable<string> {
    return this.#loads.keys();
  }

  /** Takes these loads in place of all before; `uidsOf` gives the guests that each is meant for. */
  layOut(requests: Iterable<TrafficRequest>, uidsOf: (request: TrafficRequest) => readonly string[]): void {
    this.#loads.clear();
    const sorted = [...requests].sort((a, b) => compareText(a.name, b.name));
    for (const request of sorted) {
      if (request.unit === 'Requests') continue;
      const common = rateOf(request.pattern, request.startMs);
      for (const uid of uidsOf(request)) {
        const rate = isPerTarget(request)
          ? rateOf(request.pattern, request.startMs, targetPhase(this.seed, request.name, uid))
          : common;
        const known = this.#loads.get(uid);
        if (known === undefined) this.#loads.set(uid, [{ request, rate }]);
        else known.push({ request, rate });
      }
    }
  }

  /** What is wanted of a guest on the mean from `fromMs` to `toMs`, world time. */
  wanted(uid: string, fromMs: number, toMs: number): Wanted {
    const loads = this.#loads.get(uid);
    if (loads === undefined || toMs <= fromMs) return nothing;
    let cpuShare = 0;
    let memoryBytes = 0;
    for (const { request, rate } of loads) {
      const { startMs, unit } = request;
      const mean = (integralOf(rate, fromMs - startMs, toMs - startMs) / (toMs - fromMs)) * 1000;
      if (unit === 'Cpu') cpuShare += mean;
      else memoryBytes += Math.round(mean * mebi);
    }
    return { cpuShare, memoryBytes };
  }
}

/** True when each guest goes by a sine of its own. */
export function isPerTarget({ pattern }: TrafficRequest): boolean {
  return pattern.type === 'Sine' && pattern.perTarget;
}

/** By how much the sine of a guest is ahead, in turns. */
export function targetPhase(seed: number, traffic: string, uid: string): number {
  return uniform(seed, `phase/${traffic}`, hash32(uid));
}
