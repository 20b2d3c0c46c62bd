/**
 * Plays the guests of a host request by request, as a Markov chain: what the formulas of shared cores are judged by. Each
 * guest is a queue with exponential services at its virtual CPUs, and every busy virtual CPU runs at min(1, P / N) of full
 * speed, N busy ones on P cores. Times are in mean service times at full speed.
 */
import { Random } from '../../src/base/random.ts';

export interface JudgedGuests {
  readonly count: number;
  readonly vcpus: number;
  /** Of its virtual CPUs, at full speed. */
  readonly utilization: number;
}

/** The mean response time in guests of each kind. */
export function judgeHost(
  kinds: readonly JudgedGuests[],
  cores: number,
  events: number,
  seed: number,
): number[] {
  const guests = kinds.flatMap(({ count, vcpus, utilization }, kind) =>
    Array.from({ length: count }, () => ({ kind, vcpus, rate: utilization * vcpus, requests: 0 })),
  );
  const places = guests.flatMap((guest) =>
    Array.from({ length: guest.vcpus }, (_one, place) => ({ guest, place })),
  );
  const arrivals = guests.reduce((sum, { rate }) => sum + rate, 0);
  const random = new Random(seed);
  const requests = kinds.map(() => 0);
  const areas = kinds.map(() => 0);
  let busy = 0;
  let time = 0;
  for (let event = 0; event < events; event++) {
    const speed = busy > cores ? cores / busy : 1;
    const total = arrivals + busy * speed;
    const length = -Math.log(1 - random.next()) / total;
    if (event > events / 10) {
      time += length;
      requests.forEach((number, kind) => (areas[kind]! += number * length));
    }
    if (random.next() * total < arrivals) {
      let x = random.next() * arrivals;
      const guest = guests.find(({ rate }) => (x -= rate) < 0) ?? guests[0]!;
      guest.requests++;
      requests[guest.kind]!++;
      if (guest.requests <= guest.vcpus) busy++;
      continue;
    }
    // Any busy virtual CPU is as likely to be done next.
    let done = places[0]!;
    do done = places[Math.floor(random.next() * places.length)]!;
    while (done.place >= done.guest.requests);
    done.guest.requests--;
    requests[done.guest.kind]!--;
    if (done.guest.requests < done.guest.vcpus) busy--;
  }
  return kinds.map(
    ({ count, vcpus, utilization }, kind) => areas[kind]! / time / (count * vcpus * utilization),
  );
}
