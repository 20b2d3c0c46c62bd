/** Fields that a Sync leaves as they are: Argo CD's ignoreDifferences. Pure. */
import { isRecord } from '../base/deep.ts';
import { type KubeObject } from '../model/object.ts';

export interface IgnoreRule {
  readonly kind: string;
  readonly namespace?: string;
  readonly name?: string;
  /** JSON Pointers (RFC 6901). */
  readonly pointers: readonly string[];
}

/**
 * What is applied, with the ignored fields as they are in `live`: not declared where `live` has none. Without a
 * live object everything counts: somebody has to set the first value.
 */
export function withIgnored(
  applied: KubeObject,
  live: KubeObject | undefined,
  rules: readonly IgnoreRule[],
): KubeObject {
  if (!live) return applied;
  let result: unknown = applied;
  for (const rule of rules) {
    if (!isMeant(applied, rule)) continue;
    for (const pointer of rule.pointers) result = copied(result, live, stepsOf(pointer));
  }
  return result as KubeObject;
}

function isMeant({ kind, metadata }: KubeObject, rule: IgnoreRule): boolean {
  return (
    rule.kind === kind &&
    (rule.namespace === undefined || rule.namespace === metadata.namespace) &&
    (rule.name === undefined || rule.name === metadata.name)
  );
}

function stepsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** `target` with the value at the path as `source` has it; `target` itself where it declares nothing there. */
function copied(target: unknown, source: unknown, steps: readonly string[]): unknown {
  const [step, ...rest] = steps;
  if (step === undefined) return source;
  if (Array.isArray(target)) {
    const index = Number(step);
    if (!(index in target)) return target;
    const theirs: unknown = Array.isArray(source) ? source[index] : undefined;
    // An item of a list cannot be left out without moving the others: where there is none, the list stays.
    if (theirs === undefined) return target;
    return target.map((item: unknown, at) => (at === index ? copied(item, theirs, rest) : item));
  }
  if (!isRecord(target) || !Object.hasOwn(target, step)) return target;
  const theirs = isRecord(source) && Object.hasOwn(source, step) ? source[step] : undefined;
  if (theirs !== undefined) return { ...target, [step]: copied(target[step], theirs, rest) };
  const { [step]: _gone, ...others } = target;
  return others;
}
