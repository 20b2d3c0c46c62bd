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

/** Canonical memory: the largest binary suffix that leaves a whole number: `4Gi`, `1536Mi`, `1000`. */
export function formatMemory(bytes: number): string {
  if (bytes === 0) return '0';
  for (const suffix of ['Ei', 'Pi', 'Ti', 'Gi', 'Mi', 'Ki']) {
    const scale = suffixes[suffix] ?? 1;
    if (bytes % scale === 0) return `${bytes / scale}${suffix}`;
  }
  return String(Math.round(bytes));
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
