/** What somebody may want to look at next: commands that name real objects. Pure. */
import { type ObjectCache } from '../../engine/cache.ts';
import { type Kind, kinds } from '../../model/kinds/index.ts';
import { type KubeObject } from '../../model/object.ts';

/** Kinds whose trees tell most, the most telling first. */
const treeKinds: readonly Kind[] = [
  'Tenant',
  'Application',
  'LoadBalancer',
  'VirtualMachinePool',
  'HostPool',
];

/**
 * At most three commands: `troubled` (what is not as wanted) described, the tree of what shares most, and world
 * time moved on where load changes with it.
 */
export function nextSteps(cache: ObjectCache, troubled: KubeObject | undefined): string[] {
  const shown = treeRoot(cache);
  const hasTraffic = cache.list('Traffic').length > 0;
  return [
    ...(troubled ? [`vctl describe ${argumentsOf(troubled)}`] : []),
    ...(shown ? [`vctl tree ${argumentsOf(shown)}`] : []),
    hasTraffic ? 'vctl advance 6h' : 'vctl get all -A',
  ];
}

/** Of the first kind that is there; of tenants one of the highest level. */
function treeRoot(cache: ObjectCache): KubeObject | undefined {
  for (const kind of treeKinds) {
    const objects: readonly KubeObject[] = cache.list(kind);
    const [best] = [...objects].sort((a, b) => rank(b) - rank(a));
    if (best) return best;
  }
  return undefined;
}

const levels = ['I', 'II', 'III', 'IV'];

function rank(object: KubeObject): number {
  const { level } = (object.status ?? {}) as { readonly level?: unknown };
  return typeof level === 'string' ? levels.indexOf(level) : -1;
}

/** As commands take it: `vm/web-0 -n saas`; the namespace `default` goes without saying. */
function argumentsOf({ kind, metadata: { name, namespace } }: KubeObject): string {
  const { shortNames, singular } = kinds[kind as Kind];
  // A tenant's short name is harder to read than its name.
  const word = kind === 'Tenant' ? singular : (shortNames[0] ?? singular);
  return `${word}/${name}${namespace === undefined || namespace === 'default' ? '' : ` -n ${namespace}`}`;
}
