/** Generated manifests: hosts with a bare-metal hypervisor and VMs that fit on them. */

export interface FleetOptions {
  readonly hosts: number;
  readonly machines: number;
  /** Before each name, so that several fleets do not meet. @defaultValue '' */
  readonly prefix?: string;
}

/** Documents of one file; a name has its number at its end. */
export function fleetText({ hosts, machines, prefix = '' }: FleetOptions): string {
  const documents = [
    ...Array.from({ length: hosts }, (_, i) => hostText(`${prefix}host-${i}`)),
    ...Array.from({ length: machines }, (_, i) => machineText(`${prefix}vm-${i}`)),
  ];
  return documents.join('---\n');
}

function hostText(name: string): string {
  return `apiVersion: vctl.dev/v1alpha1
kind: Host
metadata:
  name: ${name}
spec:
  hypervisor: xen
  capacity: { cpu: 32, memory: 128Gi }
`;
}

function machineText(name: string): string {
  return `apiVersion: vctl.dev/v1alpha1
kind: VirtualMachine
metadata:
  name: ${name}
  labels: { app: web }
spec:
  mode: Para
  guest: { os: debian-12, paravirtualized: true, build: shop-1.4 }
  resources: { cpu: 1, memory: 2Gi }
`;
}
