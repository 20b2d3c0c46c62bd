/** What an object needs to be there before it. Pure. */
import { isRecord } from '../base/deep.ts';
import { kinds, resolveKind } from '../model/kinds/index.ts';
import { type KubeObject, type ObjectKey } from '../model/object.ts';

/** `KIND/NAME` or `KIND/NAMESPACE/NAME`, several with commas: applied only once those are ready. */
export const dependsOnAnnotation = 'vctl.dev/depends-on';

/** The objects that `object` refers to by name, whether they exist or not. Its namespace comes first. */
export function referencesOf(object: KubeObject): ObjectKey[] {
  const { namespace = '' } = object.metadata;
  const spec = isRecord(object.spec) ? object.spec : {};
  const around = namespace === '' ? [] : [{ kind: 'Namespace', namespace: '', name: namespace }];
  const beside = (kind: unknown, name: unknown): ObjectKey[] =>
    typeof kind === 'string' && typeof name === 'string' ? [{ kind, namespace, name }] : [];
  switch (object.kind) {
    case 'Host':
      return hypervisorOf(spec);
    case 'HostPool':
      return hypervisorOf(recordIn(recordIn(spec, 'template'), 'spec'));
    case 'ScalingPolicy':
      return [...around, ...namedIn(recordIn(spec, 'target'), beside)];
    case 'Tenant':
      return [...around, ...beside('Application', spec['application'])];
    case 'Traffic':
      return [...around, ...namedIn(recordIn(spec, 'to'), beside)];
    case 'LoadBalancer': {
      const calls = Array.isArray(spec['calls']) ? spec['calls'] : [];
      return [...around, ...calls.flatMap((name: unknown) => beside('LoadBalancer', name))];
    }
    default:
      return around;
  }
}

/** What the annotation names; `undefined` stands for a part that names nothing. */
export function dependenciesOf(object: KubeObject): readonly (ObjectKey | undefined)[] {
  const text = object.metadata.annotations?.[dependsOnAnnotation] ?? '';
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => parseDependency(part, object.metadata.namespace ?? 'default'));
}

function parseDependency(text: string, ownNamespace: string): ObjectKey | undefined {
  const parts = text.split('/');
  const kind = resolveKind(parts[0] ?? '');
  const name = parts.at(-1) ?? '';
  if (kind === undefined || name === '' || parts.length < 2 || parts.length > 3) return undefined;
  if (!kinds[kind].namespaced) return parts.length === 2 ? { kind, namespace: '', name } : undefined;
  return { kind, namespace: parts.length === 3 ? (parts[1] ?? '') : ownNamespace, name };
}

function hypervisorOf(spec: Readonly<Record<string, unknown>>): ObjectKey[] {
  const name = spec['hypervisor'];
  return typeof name === 'string' ? [{ kind: 'Hypervisor', namespace: '', name }] : [];
}

function recordIn(value: Readonly<Record<string, unknown>>, field: string): Record<string, unknown> {
  const part = value[field];
  return isRecord(part) ? part : {};
}

function namedIn(
  reference: Readonly<Record<string, unknown>>,
  beside: (kind: unknown, name: unknown) => ObjectKey[],
): ObjectKey[] {
  return beside(reference['kind'], reference['name']);
}
