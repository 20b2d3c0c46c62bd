/**
 * xxHash, 64 bits, little-endian, as RingHash and Maglev use it.
 * Source: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
 */
const p1 = 0x9e3779b185ebca87n;
const p2 = 0xc2b2ae3d27d4eb4fn;
const p3 = 0x165667b19e3779f9n;
const p4 = 0x85ebca77c2b2ae63n;
const p5 = 0x27d4eb2f165667c5n;
const mask = 0xffffffffffffffffn;

function rotate(x: bigint, bits: bigint): bigint {
  return ((x << bits) | (x >> (64n - bits))) & mask;
}

function round(accumulator: bigint, lane: bigint): bigint {
  return (rotate((accumulator + lane * p2) & mask, 31n) * p1) & mask;
}

function mergeRound(hash: bigint, accumulator: bigint): bigint {
  return ((hash ^ round(0n, accumulator)) * p1 + p4) & mask;
}

/** The hash of text (its UTF-8 bytes) or bytes; `seed` and the result are unsigned 64-bit numbers. */
export function xxh64(input: string | Uint8Array, seed = 0n): bigint {
  const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const blocks = bytes.length - (bytes.length % 32);
  let hash = blocks > 0 ? stripes(view, blocks, seed) : (seed + p5) & mask;
  hash = (hash + BigInt(bytes.length)) & mask;
  let at = blocks;
  for (; at + 8 <= bytes.length; at += 8) {
    hash = (rotate(hash ^ round(0n, view.getBigUint64(at, true)), 27n) * p1 + p4) & mask;
  }
  if (at + 4 <= bytes.length) {
    const lane = (BigInt(view.getUint32(at, true)) * p1) & mask;
    hash = (rotate(hash ^ lane, 23n) * p2 + p3) & mask;
    at += 4;
  }
  for (; at < bytes.length; at++) {
    hash = (rotate(hash ^ ((BigInt(view.getUint8(at)) * p5) & mask), 11n) * p1) & mask;
  }
  return avalanche(hash);
}

/** The four accumulators over the whole 32-byte blocks. */
function stripes(view: DataView, end: number, seed: bigint): bigint {
  let a = (seed + p1 + p2) & mask;
  let b = (seed + p2) & mask;
  let c = seed & mask;
  let d = (seed - p1) & mask;
  for (let at = 0; at < end; at += 32) {
    a = round(a, view.getBigUint64(at, true));
    b = round(b, view.getBigUint64(at + 8, true));
    c = round(c, view.getBigUint64(at + 16, true));
    d = round(d, view.getBigUint64(at + 24, true));
  }
  const hash = (rotate(a, 1n) + rotate(b, 7n) + rotate(c, 12n) + rotate(d, 18n)) & mask;
  return [a, b, c, d].reduce(mergeRound, hash);
}

function avalanche(value: bigint): bigint {
  let hash = value;
  hash = ((hash ^ (hash >> 33n)) * p2) & mask;
  hash = ((hash ^ (hash >> 29n)) * p3) & mask;
  return hash ^ (hash >> 32n);
}
