/** How field paths read to people: `.spec.tiers[name="web"].replicas`, as Kubernetes prints them. */
import { isRecord } from '../base/deep.ts';
import { type FieldPath, type FieldSet, pathsOf } from './field-set.ts';

/** The readable form of a path; list items are named by their key, items of sets by their value. */
export function formatFieldPath(path: FieldPath): string {
  return path.map(formatElement).join('');
}

/** The readable paths of a set, in the order of `pathsOf`. */
export function readablePaths(set: FieldSet): string[] {
  return pathsOf(set).map(formatFieldPath);
}

function formatElement(element: string): string {
  const text = element.slice(2);
  switch (element.slice(0, 2)) {
    case 'f:':
      return `.${text}`;
    case 'k:':
      return `[${formatKeys(text)}]`;
    case 'v:':
      return `[=${text}]`;
    default:
      return `[${text}]`;
  }
}

function formatKeys(text: string): string {
  const keys = parsed(text);
  if (!isRecord(keys)) return text;
  return Object.entries(keys)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',');
}

/** Elements may come from clients: what is no JSON is shown as it is. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
