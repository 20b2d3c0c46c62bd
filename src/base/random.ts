/**
 * Seeded, counter-based randomness: a draw is a pure function of (seed, stream, counter), so nothing has
 * to be remembered between runs and adding a consumer never shifts another's numbers.
 */

/** 32-bit FNV-1a of the UTF-16 code units, finished with the murmur3 mixer. */
export function hash32(text: string, seed = 0): number {
  let h = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < text.length; i++) {
    h ^= text.charCodeAt(i);
    h = Math.imul(h, 0x01000193);
  }
  return mix32(h);
}

/** murmur3's 32-bit finalizer: every input bit reaches every output bit. */
export function mix32(value: number): number {
  let h = value | 0;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  h ^= h >>> 16;
  return h >>> 0;
}

/** Uniform in [0, 1) with 32 bits, from a seed, a stream's name and a counter. */
export function uniform(seed: number, stream: string, counter = 0): number {
  return new Random(hash32(stream, mix32(seed ^ mix32(counter)))).next();
}

/** A small generator (sfc32) for consumers that need many draws in a row. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;
  constructor(seed: number) {
    // Signed, as all that follows: engines keep such numbers without boxing them.
    this.#a = mix32(seed) | 0;
    this.#b = mix32(seed ^ 0x9e3779b9) | 0;
    this.#c = mix32(seed ^ 0x243f6a88) | 0;
    this.#d = 1;
    for (let i = 0; i < 12; i++) this.nextUint32();
  }
  nextUint32(): number {
    const t = (((this.#a + this.#b) | 0) + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + t) | 0;
    return t >>> 0;
  }
  /** Uniform in [0, 1). */
  next(): number {
    return this.nextUint32() / 4294967296;
  }
  /** Standard normal, by Box and Muller; one draw a call, the pair's second is not kept. */
  normal(): number {
    const u = 1 - this.next();
    return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * this.next());
  }
  /** Poisson with the given mean, exact for each: Knuth's product for small ones, Hörmann's rejection for the others. */
  poisson(mean: number): number {
    if (mean <= 0) return 0;
    if (mean >= 10) return this.#poissonByRejection(mean);
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = this.next(); product > limit; product *= this.next()) count++;
    return count;
  }
  /**
   * Transformed rejection, for means of 10 and more; some 1.1 trials a draw.
   * Source: Hörmann, The transformed rejection method for generating Poisson random variables (PTRS), Insurance:
   * Mathematics and Economics 12, 1993.
   */
  #poissonByRejection(mean: number): number {
    const b = 0.931 + 2.53 * Math.sqrt(mean);
    const a = -0.059 + 0.02483 * b;
    const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
    const squeeze = 0.9277 - 3.6224 / (b - 2);
    for (;;) {
      const u = this.next() - 0.5;
      const v = this.next();
      const tail = 0.5 - Math.abs(u);
      const k = Math.floor(((2 * a) / tail + b) * u + mean + 0.43);
      if (tail >= 0.07 && v <= squeeze) return k;
      if (k < 0 || (tail < 0.013 && v > tail)) continue;
      const height = Math.log((v * inverseAlpha) / (a / (tail * tail) + b));
      if (height <= k * Math.log(mean) - mean - logFactorial(k)) return k;
    }
  }
}

/** ln k!, to 1e-12: a sum for small ones, Stirling's series for the others. */
function logFactorial(k: number): number {
  if (k < 10) {
    let product = 1;
    for (let i = 2; i <= k; i++) product *= i;
    return Math.log(product);
  }
  const square = k * k;
  const series = (1 / 12 - (1 / 360 - 1 / 1260 / square) / square) / k;
  return (k + 0.5) * Math.log(k) - k + 0.5 * Math.log(2 * Math.PI) + series;
}

/** A generator for one stream of one seed. */
export function randomStream(seed: number, stream: string, counter = 0): Random {
  return new Random(hash32(stream, mix32(seed ^ mix32(counter))));
}

/**
 * A version-4-shaped UUID that depends only on the seed and the text, which says whose it is. Other texts give another
 * one: all of its words are hashes of the whole text.
 */
export function identityUuid(seed: number, text: string): string {
  const words = Array.from({ length: 4 }, (_, i) => hash32(text, mix32(mix32(seed) + i + 1)));
  const hex = words.map((word) => word.toString(16).padStart(8, '0')).join('');
  const variant = ((parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** Letters of generated names: Kubernetes' own set, without vowels and look-alikes. */
const nameAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** A suffix for a generated name, `x7k2p`, from the text that must always give the same one. */
export function nameSuffix(text: string, length = 5): string {
  const random = new Random(hash32(text));
  let suffix = '';
  for (let i = 0; i < length; i++) {
    suffix += nameAlphabet.charAt(Math.floor(random.next() * nameAlphabet.length));
  }
  return suffix;
}
