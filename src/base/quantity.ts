/**
 * Kubernetes quantities: `500m`, `4Gi`, `1e3`. CPU is kept in millicores and memory in bytes, both whole
 * numbers, so that sums never drift.
 * Source: k8s.io/apimachinery resource.Quantity, https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
const suffixes: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};
const form =
  /^([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))(?:([eE][+-]?[0-9]+)|(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E))?$/;

/** The value of a quantity in its base unit (cores, bytes); undefined when it is none. */
export function parseQuantity(text: string | number): number | undefined {
  const match = form.exec(String(text));
  if (!match) return undefined;
  const [, number, exponent, suffix] = match;
  // `0.1` x 1000 must be exactly 100: let the decimal parser apply powers of ten.
  if (exponent !== undefined) return Number(`${number}${exponent}`);
  const scale = suffixes[suffix ?? ''] ?? NaN;
  if (suffix !== undefined && suffix.length === 1)
    return Number(`${number}e${Math.round(Math.log10(scale))}`);
  return Number(number) * scale;
}

/** Millicores, rounded up as Kubernetes rounds. `undefined` gives `fallback`. */
export function cpuMillis(text: string | number | undefined, fallback = 0): number {
  const value = text === undefined ? undefined : parseQuantity(text);
  return value === undefined ? fallback : roundUp(value * 1000);
}

/** Bytes, rounded up. `undefined` gives `fallback`. */
export function memoryBytes(text: string | number | undefined, fallback = 0): number {
  const value = text === undefined ? undefined : parseQuantity(text);
  return value === undefined ? fallback : roundUp(value);
}

/** A ceiling that forgives the last bits of a binary fraction (0.1 * 1000 is 100, not 101). */
function roundUp(value: number): number {
  const nearest = Math.round(value);
  return Math.abs(value - nearest) < 1e-6 ? nearest : Math.ceil(value);
}

/** Canonical CPU: whole cores where possible, else millicores: `2`, `1500m`. */
export function formatCpu(millis: number): string {
  return millis % 1000 === 0 ? String(millis / 1000) : `${Math.round(millis)}m`;
}

/** Canonical memory, as `canonicalQuantity` writes bytes: `4Gi`, `1536Mi`, `1G`, `1001`. */
export function formatMemory(bytes: number): string {
  return Number.isFinite(bytes) ? formatBytes(BigInt(Math.round(bytes)), 'Ki') : String(bytes);
}

/** Memory for people: at most one decimal, `9.5Gi`. Not exact: never written to an object. */
export function humanMemory(bytes: number): string {
  for (const suffix of ['Ti', 'Gi', 'Mi', 'Ki']) {
    const scale = suffixes[suffix] ?? 1;
    if (Math.abs(bytes) >= scale) return `${Math.round((bytes / scale) * 10) / 10}${suffix}`;
  }
  return `${Math.round(bytes)}`;
}

/** CPU for people: cores with at most two decimals. */
export function humanCpu(millis: number): string {
  return String(Math.round(millis / 10) / 100);
}

/** What a quantity counts, which decides how small a part of it counts and how it is written. */
export type QuantityUnit = 'cores' | 'bytes' | 'any';

/** How many decimals of one count: millicores, whole bytes, and else billionths as in Kubernetes. */
const decimals: Readonly<Record<QuantityUnit, number>> = { cores: 3, bytes: 0, any: 9 };

/** Kubernetes' own limit, 2^63 - 1; here 2^63 is let in, which is 8Ei. */
const most = 2n ** 63n;

/**
 * The one way to write an amount: equal amounts give equal text, whatever the spelling (`1`, `1000m`, `1e0`).
 * Rounded up to what counts of the unit. Cores: `2`, `1500m`. Bytes: with the suffix that leaves the fewest
 * digits, a binary one before a decimal one (`2Gi`, `1G`, `1000Ki`). Anything else: as Kubernetes writes it
 * (`1k`, `250m`), and with a binary suffix from 1Mi on where that is shorter.
 *
 * Undefined for what is no quantity, is negative or exceeds 2^63.
 */
export function canonicalQuantity(text: string | number, unit: QuantityUnit): string | undefined {
  const parts = exactly(text, decimals[unit]);
  if (parts === undefined || parts > most * 10n ** BigInt(decimals[unit])) return undefined;
  if (unit === 'bytes') return formatBytes(parts, 'Ki');
  if (unit === 'cores') return parts % 1000n === 0n ? String(parts / 1000n) : `${parts}m`;
  for (const [size, suffix] of [
    [1_000_000_000n, ''],
    [1_000_000n, 'm'],
    [1000n, 'u'],
  ] as const) {
    if (parts % size !== 0n) continue;
    return suffix === '' ? formatBytes(parts / size, 'Mi') : `${parts / size}${suffix}`;
  }
  return `${parts}n`;
}

/** The amount in units of 10^-places, rounded up; undefined for what is no quantity or is negative. */
function exactly(text: string | number, places: number): bigint | undefined {
  const [, number = '', exponent = 'e0', suffix = ''] = form.exec(String(text)) ?? [];
  if (number === '' || number.startsWith('-')) return undefined;
  const [whole = '', fraction = ''] = number.replace('+', '').split('.');
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return 0n;
  const binary = suffix.endsWith('i') ? 10 * (1 + 'KMGTPE'.indexOf(suffix.charAt(0))) : 0;
  const decimal = binary > 0 || suffix === '' ? 0 : Math.round(Math.log10(suffixes[suffix] ?? 1));
  const scale = Number(exponent.slice(1)) - fraction.length + decimal + places;
  // Far outside of what can be meant, before a huge power is worked out.
  if (digits.length + scale > 60) return undefined;
  if (digits.length + scale < -20) return 1n;
  const value = BigInt(digits) * 2n ** BigInt(binary);
  if (scale >= 0) return value * 10n ** BigInt(scale);
  const divisor = 10n ** BigInt(-scale);
  return (value + divisor - 1n) / divisor;
}

/** With the suffix that leaves the fewest digits; `from` is the smallest binary one to use. */
function formatBytes(bytes: bigint, from: 'Ki' | 'Mi'): string {
  if (bytes === 0n) return '0';
  const binary = withSuffix(bytes, 1024n, ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']);
  const decimal = withSuffix(bytes, 1000n, ['', 'k', 'M', 'G', 'T', 'P', 'E']);
  const usable = binary.suffix !== '' && (from === 'Ki' || binary.suffix !== 'Ki');
  const { count, suffix } =
    usable && String(binary.count).length <= String(decimal.count).length ? binary : decimal;
  return `${count}${suffix}`;
}

/** Takes out the step as often as it divides. */
function withSuffix(
  bytes: bigint,
  step: bigint,
  names: readonly string[],
): { readonly count: bigint; readonly suffix: string } {
  let count = bytes;
  let at = 0;
  while (at < names.length - 1 && count % step === 0n) {
    count /= step;
    at++;
  }
  return { count, suffix: names[at] ?? '' };
}
