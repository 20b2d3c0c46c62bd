/** Poisson arrivals at servers in parallel: Erlang's formulas, also for capacities that are no whole number. */

/**
 * Erlang's B: the share of arrivals that finds all `servers` (a whole number) busy when nobody can wait. `load` is
 * arrivals * service time. Exact, by the recursion for 1/B, which is stable for hundreds of servers.
 * Source: A. K. Erlang 1917; Jagers and Van Doorn 1986 for the recursion.
 */
export function erlangB(servers: number, load: number): number {
  if (load <= 0) return servers === 0 ? 1 : 0;
  let inverse = 1;
  for (let k = 1; k <= servers; k++) inverse = 1 + (inverse * k) / load;
  return 1 / inverse;
}

/**
 * Erlang's C: the probability that an arrival to M/M/c has to wait, 1 from `load >= cores` on.
 *
 * For a capacity that is no whole number, requests run at full speed up to floor(cores) of them and share `cores` from
 * there on: the birth-death chain with death rates min(n, cores). The result is then the probability C for which a
 * delay of C / (drain rate), over a service at full speed, gives the chain's exact mean number of requests; it is
 * continuous in `cores`, never grows with it, and is Erlang's C where that is whole. Below one core it is exact too: an
 * exponential service at rate m followed, with this probability, by an exponential delay at rate cm - l is one
 * exponential at rate cm - l, the response of a queue whose single server has speed c.
 */
export function erlangC(cores: number, load: number): number {
  if (load <= 0) return cores >= 1 ? 0 : 1 - cores;
  if (load >= cores) return 1;
  const whole = Math.floor(cores);
  const idle = 1 - load / cores;
  // The chain's probability of floor(cores) requests; from there on it falls geometrically.
  const full = 1 / (1 / erlangB(whole, load) + (1 - idle) / idle);
  return Math.min(1, full * (1 / idle - (cores - whole)));
}
