/** Exact results of queueing theory, written down on their own: from sums and roots, not from the program's formulas. */

/** Probabilities of 0 … servers - 1 requests in M/M/c, up to a factor, and that of `servers`. */
function levels(servers: number, load: number): { readonly below: number; readonly full: number } {
  let term = 1;
  let below = 0;
  for (let n = 0; n < servers; n++) {
    below += term;
    term *= load / (n + 1);
  }
  return { below, full: term };
}

/** Mean response time of M/M/c in service times. */
export function mmc(servers: number, load: number): number {
  const { below, full } = levels(servers, load);
  const rho = load / servers;
  const waits = full / (1 - rho) / (below + full / (1 - rho));
  return 1 + waits / (servers - load);
}

/** The formula of Pollaczek and Khinchine. */
export function mg1(rho: number, variation: number): number {
  return 1 + (rho * (1 + variation ** 2)) / (2 * (1 - rho));
}

/** GI/M/1 with Erlang-k gaps: 1 / (1 - sigma), sigma by halving the interval of its root. */
export function gim1(k: number, rho: number): number {
  const transform = (s: number): number => ((k * rho) / (k * rho + s)) ** k;
  let low = 0;
  let high = 1 - 1e-12;
  for (let turn = 0; turn < 200; turn++) {
    const sigma = (low + high) / 2;
    if (transform(1 - sigma) > sigma) low = sigma;
    else high = sigma;
  }
  return 1 / (1 - low);
}

/** Share of the arrivals that M/M/c with `limit` places to wait refuses. */
export function mmck(servers: number, load: number, limit: number): number {
  const { below, full } = levels(servers, load);
  let sum = below;
  let last = full;
  for (let i = 0; i <= limit; i++) {
    last = full * (load / servers) ** i;
    sum += last;
  }
  return last / sum;
}

/** Share of the arrivals that M/M/c loses when each waits `patience` service times at most (Barrer 1957), by quadrature. */
export function barrer(servers: number, load: number, patience: number): number {
  const { below, full } = levels(servers, load);
  // The density of the work that an arrival would wait for, over the probabilities of fewer than `servers` requests.
  const height = full * servers;
  const density = (wait: number): number =>
    height * Math.exp(load * Math.min(wait, patience) - servers * wait);
  const steps = 200_000;
  const width = patience / steps;
  let within = 0;
  for (let i = 0; i < steps; i++) within += density((i + 0.5) * width) * width;
  const beyond = density(patience) / servers;
  return beyond / (below + within + beyond);
}
