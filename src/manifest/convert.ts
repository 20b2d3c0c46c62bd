/** Turns a parsed YAML document into plain values, refusing what means something else than it seems to. */
import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { plainSlip } from './slips.ts';
import { type TextProblem } from './text-problem.ts';

/** Deeper nesting than any schema has; keeps every later walk within the stack. */
const deepest = 64;
/** Nodes that aliases may add to one document, so that a few lines cannot become gigabytes. */
const mostAliasedNodes = 10_000;

/** Keys that reach into JavaScript's own objects. */
const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);

interface Anchor {
  readonly value: unknown;
  /** Nodes below, itself included. */
  readonly size: number;
}

/** Converts one document's contents; each problem is reported with its offset and the value goes on without. */
export class Converter {
  /** By name; undefined while the anchored node itself is still being converted. */
  readonly #anchors = new Map<string, Anchor | undefined>();
  #nodes = 0;
  #aliased = 0;

  constructor(private readonly report: (problem: TextProblem) => void) {}

  convert(node: unknown, depth = 0): unknown {
    if (node === null || node === undefined) return null;
    if (isAlias(node)) return this.#alias(node);
    const before = this.#nodes++;
    const anchor = (isScalar(node) || isMap(node) || isSeq(node)) && node.anchor;
    if (anchor) this.#anchors.set(anchor, undefined);
    const value = this.#value(node, depth);
    if (anchor) this.#anchors.set(anchor, { value, size: this.#nodes - before });
    return value;
  }

  #value(node: unknown, depth: number): unknown {
    // Deeper down a text may well look so and be meant.
    if (isScalar(node)) return depth === 0 && this.#slip(node, false) ? null : this.#scalar(node);
    if (depth > deepest) {
      this.#problem('TOO_DEEP', node, `nested more than ${deepest} levels deep`);
      return null;
    }
    if (isMap(node)) return this.#map(node, depth);
    if (isSeq(node)) return this.#list(node, depth);
    return null;
  }

  #list(node: YAMLSeq, depth: number): unknown[] {
    return node.items.map((item) => this.convert(item, depth + 1));
  }

  #map(node: YAMLMap, depth: number): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    if (depth === 0 && this.#runsOn(node)) return result;
    for (const pair of node.items) {
      const key = this.#key(pair);
      if (key === undefined) continue;
      if (Object.hasOwn(result, key)) {
        const message = `the field "${key}" is given twice in one map`;
        this.#problem('DUPLICATE_KEY', pair.key, message, 'keep one of them');
        continue;
      }
      result[key] = this.convert(pair.value, depth + 1);
    }
    return result;
  }

  /** True for two documents without a line between them, which is told once. */
  #runsOn(node: YAMLMap): boolean {
    const seen = new Set<string>();
    const again = node.items.filter(({ key }) => {
      const name = isScalar(key) ? String(key.value) : '';
      const isAgain = seen.has(name);
      seen.add(name);
      return isAgain;
    });
    const [first] = again;
    const names = again.map(({ key }) => (isScalar(key) ? String(key.value) : ''));
    if (!first || again.length < 2 || !names.some((name) => name === 'apiVersion' || name === 'kind'))
      return false;
    const message = `a second object begins here, in the same document as the first: ${names.join(', ')} are there twice`;
    this.#problem('MISSING_SEPARATOR', first.key, message, 'put a line of three dashes before it: ---');
    return true;
  }

  #key(pair: Pair): string | undefined {
    const { key } = pair;
    if (!isScalar(key) || key.value === null) {
      this.#problem('BAD_KEY', key ?? pair.value, 'a field name must be plain text');
      return undefined;
    }
    const name = typeof key.value === 'string' ? key.value : (key.source ?? JSON.stringify(key.value));
    const slip = this.#slip(key, true);
    if (slip) return undefined;
    if (forbiddenKeys.has(name)) {
      this.#problem('FORBIDDEN_KEY', key, `"${name}" is not allowed as a field name`);
      return undefined;
    }
    if (name === '<<') {
      const help = 'repeat the fields, or use an alias for the whole value';
      this.#problem('MERGE_KEY', key, 'merge keys (<<) are not part of YAML 1.2', help);
      return undefined;
    }
    return name;
  }

  #scalar(node: Scalar): unknown {
    const { value, source = '' } = node;
    if (typeof value !== 'number') return value;
    if (!Number.isFinite(value)) {
      this.#problem('NOT_A_NUMBER', node, `${source} is not a number that vctl can use`);
    } else if (/^[-+]?0[0-9]+$/.test(source)) {
      const message = `${source} is read as ${value} by YAML 1.2 and as an octal number by YAML 1.1`;
      this.#problem('AMBIGUOUS_NUMBER', node, message, `write ${value}, or "${source}" for text`);
    } else if (
      Number.isInteger(value) &&
      !Number.isSafeInteger(value) &&
      /^[-+]?[0-9a-fox]+$/i.test(source)
    ) {
      const message = `${source} is too large to be kept exactly (2^53 - 1 is the largest)`;
      this.#problem('NUMBER_TOO_LARGE', node, message, `put it in quotes: "${source}"`);
    }
    return value;
  }

  /** True when what stands there without quotes is a slip, which is told. */
  #slip(node: Scalar, isKey: boolean): boolean {
    if (node.type !== 'PLAIN' || typeof node.source !== 'string') return false;
    const slip = plainSlip(node.source, node.range?.[0] ?? 0, isKey);
    if (slip) this.report(slip);
    return slip !== undefined;
  }

  #alias(node: Alias): unknown {
    const anchor = this.#anchors.get(node.source);
    if (!anchor) {
      const inside = this.#anchors.has(node.source);
      const message = inside
        ? `the alias *${node.source} stands inside what it refers to`
        : `the alias *${node.source} refers to no earlier anchor`;
      this.#problem('BAD_ALIAS', node, message);
      return null;
    }
    this.#nodes += anchor.size;
    this.#aliased += anchor.size;
    if (this.#aliased > mostAliasedNodes) {
      // Told once: the budget is then as good as endless.
      this.#aliased = Number.NEGATIVE_INFINITY;
      this.#problem('TOO_MANY_ALIASES', node, `aliases repeat more than ${mostAliasedNodes} values`);
    }
    return anchor.value;
  }

  #problem(code: string, at: unknown, message: string, help?: string): void {
    const range = (at as { range?: readonly number[] } | null | undefined)?.range;
    this.report({ code, offset: range?.[0] ?? 0, message, ...(help === undefined ? {} : { help }) });
  }
}
