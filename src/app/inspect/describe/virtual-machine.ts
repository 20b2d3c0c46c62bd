import { humanMemory } from '../../../base/quantity.ts';
import { migratedText } from '../../../controllers/machines/migration-report.ts';
import { memoryOverheadOf } from '../../../controllers/hosts/facts.ts';
import { amountOf } from '../../../model/amount.ts';
import { annotations } from '../../../model/annotations.ts';
import { findCondition } from '../../../model/conditions.ts';
import { percent } from '../../../model/kinds/cells.ts';
import { type Hypervisor, type VirtualMachine } from '../../../model/kinds/index.ts';
import { isTerminating } from '../../../model/object.ts';
import { matchesSelector } from '../../../model/selectors.ts';
import { type DescribeNode, field } from '../../../output/describe.ts';
import { type Snapshot } from '../../snapshot.ts';
import { cpuText, keyValues, memoryText, section, selectorText, stateField, table } from './parts.ts';

/** One guest: where it is and as what, what it asks for, and, when nowhere, what each host has against it. */
export function describeMachine(vm: VirtualMachine, snapshot: Snapshot): DescribeNode[] {
  const { spec, status } = vm;
  const hypervisor = snapshot.cache.get('Hypervisor', '', status?.hypervisor ?? '');
  return [
    stateField('Phase', isTerminating(vm) ? 'Terminating' : (status?.phase ?? 'Pending')),
    field('Host', status?.host ?? ''),
    ...(status?.migrationTarget === undefined ? [] : [field('Moving to', status.migrationTarget)]),
    field('Hypervisor', hypervisor ? `${status?.hypervisor} (${hypervisor.spec.architecture})` : ''),
    field('Mode', modeText(vm)),
    field('Run policy', powerText(vm)),
    field('Priority', String(spec.priority)),
    field('Profile', spec.profile),
    section('Guest', [
      field('OS', `${spec.guest.os} (${spec.guest.paravirtualized ? 'paravirtualized' : 'unmodified'})`),
      field('Build', spec.guest.build ?? ''),
      ...(spec.guest.imageSize === undefined ? [] : [field('Image size', memoryText(spec.guest.imageSize))]),
    ]),
    table(
      'Resources',
      ['Resource', '>Wanted', '>Has'],
      [
        ['cpu', cpuText(spec.resources.cpu), cpuText(status?.resources?.cpu)],
        ['memory', memoryText(spec.resources.memory), memoryText(status?.resources?.memory)],
        ...overheadRow(vm, hypervisor),
      ],
    ),
    field('Utilization', percent(status?.utilization)),
    field('Started', status?.startedAt ?? ''),
    field('Restarts', String(status?.restarts ?? 0)),
    ...migrationField(vm),
    ...terminationField(vm),
    ...placementSection(vm),
    field('Load balancers', balancersOf(vm, snapshot)),
    ...refusals(vm, snapshot),
  ];
}

/** What the VMM takes for the guest on top of its own memory; nothing is known of that without a hypervisor. */
function overheadRow({ spec, status }: VirtualMachine, hypervisor: Hypervisor | undefined): string[][] {
  if (!hypervisor) return [];
  const overhead = memoryOverheadOf(hypervisor);
  const has = status?.resources && humanMemory(overhead(amountOf(status.resources)));
  return [
    [`overhead of ${hypervisor.metadata.name}`, humanMemory(overhead(amountOf(spec.resources))), has ?? ''],
  ];
}

function modeText({ spec, status }: VirtualMachine): string {
  const mode = status?.mode ?? spec.mode;
  if (mode === undefined) return "the hypervisor's first that the guest can run";
  return spec.mode === undefined ? `${mode} (chosen by vctl)` : mode;
}

function powerText({ spec, metadata }: VirtualMachine): string {
  const last = metadata.annotations?.[annotations.power];
  return spec.runPolicy === 'Manual' ? `Manual (last asked: ${last ?? 'Off'})` : spec.runPolicy;
}

function migrationField({ status }: VirtualMachine): DescribeNode[] {
  const last = status?.lastMigration;
  if (!last) return [];
  return [field('Last migration', `at ${last.finishedAt}, ${migratedText(last.from, last.to, last)}`)];
}

function terminationField({ status }: VirtualMachine): DescribeNode[] {
  const last = status?.lastTermination;
  if (!last) return [];
  return [field('Last end', `${last.reason} at ${last.finishedAt}, with ${memoryText(last.memory)}`)];
}

function placementSection({ spec: { placement } }: VirtualMachine): DescribeNode[] {
  const rules = [
    ['Host labels', keyValues(placement.hostSelector, '=')],
    ['Hypervisors', placement.hypervisors ?? []],
    ['Near', (placement.affinity ?? []).map(affinityText)],
    ['Away from', (placement.antiAffinity ?? []).map(affinityText)],
    [
      'Spread',
      (placement.topologySpread ?? []).map(
        ({ selector, topologyKey, maxSkew, whenUnsatisfiable }) =>
          `${selectorText(selector)} over ${topologyKey}, skew ${maxSkew} at most (${whenUnsatisfiable})`,
      ),
    ],
    [
      'Tolerations',
      (placement.tolerations ?? []).map(({ key = '<any>', value, effect }) =>
        [key, value === undefined ? '' : `=${value}`, effect === undefined ? '' : `:${effect}`].join(''),
      ),
    ],
  ] as const;
  const given = rules.filter(([, texts]) => texts.length > 0);
  return given.length === 0
    ? []
    : [
        section(
          'Placement',
          given.map(([label, texts]) => field(label, texts)),
        ),
      ];
}

type Affinity = NonNullable<VirtualMachine['spec']['placement']['affinity']>[number];

function affinityText({ selector, topologyKey, preferred }: Affinity): string {
  const wish = preferred === undefined ? 'a must' : `a wish of weight ${preferred}`;
  return `${selectorText(selector)} by ${topologyKey} (${wish})`;
}

function balancersOf({ metadata }: VirtualMachine, { cache }: Snapshot): string[] {
  return cache
    .list('LoadBalancer', metadata.namespace)
    .filter(({ spec }) => matchesSelector(spec.selector, metadata.labels))
    .map(({ metadata: { name } }) => `lb/${name}`);
}

/** Of a VM that no host took: each host's reasons, for the hosts as they are now. */
function refusals(vm: VirtualMachine, snapshot: Snapshot): DescribeNode[] {
  if (findCondition(vm.status?.conditions, 'Scheduled')?.status !== 'False') return [];
  const refused = snapshot.scheduler.refusals(vm);
  const rows = snapshot.cache.list('Host').map(({ metadata: { name }, spec }) => {
    if (!snapshot.cache.get('Hypervisor', '', spec.hypervisor)) {
      return [name, `there is no Hypervisor "${spec.hypervisor}"`];
    }
    return [name, refused.get(name)?.join('; ') ?? 'would take it now'];
  });
  return [table('Hosts', ['Host', 'Why not'], rows)];
}
