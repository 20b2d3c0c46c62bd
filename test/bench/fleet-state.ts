/** States with many hosts and VMs, made without manifests. */
import { type State } from '../../src/app/state.ts';
import { withDefaults } from '../../src/model/defaults.ts';
import { type KubeObject } from '../../src/model/object.ts';

const apiVersion = 'vctl.dev/v1alpha1';

export function machineObject(name: string, cpu = 1): KubeObject {
  return withDefaults('VirtualMachine', {
    apiVersion,
    kind: 'VirtualMachine',
    metadata: { name, namespace: 'default', labels: { app: 'web' } },
    spec: {
      mode: 'Para',
      guest: { os: 'debian-12', paravirtualized: true, build: 'shop-1.4' },
      resources: { cpu, memory: '2Gi' },
    },
  });
}

function hostObject(name: string): KubeObject {
  return withDefaults('Host', {
    apiVersion,
    kind: 'Host',
    metadata: { name },
    spec: { hypervisor: 'xen', capacity: { cpu: 32, memory: '128Gi' } },
  });
}

/** Stores `machines` VMs of `cpu` cores and a tenth as many hosts, in one commit. */
export async function fill(state: State, machines: number, cpu = 1): Promise<void> {
  const objects = [
    ...Array.from({ length: machines / 10 }, (_, i) => hostObject(`host-${i}`)),
    ...Array.from({ length: machines }, (_, i) => machineObject(`vm-${i}`, cpu)),
  ];
  await state.store.commit({
    writes: objects.map((object) => ({ type: 'create', object })),
    nowMs: state.epochMs,
  });
}
