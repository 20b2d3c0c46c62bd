import { expect, test } from 'vitest';
import { nextSteps } from '../../../src/app/inspect/next-steps.ts';
import { Snapshot } from '../../../src/app/snapshot.ts';
import { stateOf } from '../../support/state.ts';

const vm = `kind: VirtualMachine
metadata: {name: web, namespace: saas}
spec: {guest: {os: debian-12}, resources: {cpu: 1, memory: 2Gi}}
`;
const tenant = (name: string, level: string): string => `kind: Tenant
metadata: {name: ${name}, namespace: saas}
spec: {application: crm, maturity: Scalable}
status: {level: ${level}}
`;
const traffic = `kind: Traffic
metadata: {name: day}
spec: {to: {kind: LoadBalancer, name: web}, pattern: {constant: 1}}
`;

test.each([
  ['nothing but a VM', [vm], ['vctl get all -A']],
  ['a VM in trouble', [vm], ['vctl describe vm/web -n saas', 'vctl get all -A']],
  [
    'tenants: the one of the highest level',
    [tenant('a', 'I'), tenant('b', 'IV'), tenant('c', 'II')],
    ['vctl tree tenant/b -n saas', 'vctl get all -A'],
  ],
  ['traffic', [traffic], ['vctl advance 6h']],
])('%s', async (name, documents, steps) => {
  const { cache } = await Snapshot.read(await stateOf(documents.join('---\n')));
  const troubled = name.includes('trouble') ? cache.get('VirtualMachine', 'saas', 'web') : undefined;
  expect(nextSteps(cache, troubled)).toEqual(steps);
});
