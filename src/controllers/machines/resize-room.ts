/** What a VM's host, its hypervisor and the other hosts say to another size of it. */
import { type Hypervisor, type VirtualMachine } from '../../model/kinds/index.ts';
import { type UpdateMode } from '../../autoscaling/vertical.ts';
import { type Placement } from '../../placement/place.ts';
import { annotations } from '../../model/annotations.ts';
import { type ObjectCache } from '../../engine/cache.ts';
import { type ResizeMethod, resizeMethod } from './resize-method.ts';
import { type Turn } from '../../engine/turn.ts';
import { amountOf, type Amount } from '../../model/amount.ts';

type Scene = Pick<Turn, 'cache' | 'placer'>;

/** How the VM would come from the size that it has to that of its spec. */
export function resizeMethodOf(vm: VirtualMachine, scene: Scene, update = updateOf(vm)): ResizeMethod {
  const size = amountOf(vm.spec.resources);
  const features = featuresOf(vm, scene.cache);
  return resizeMethod({
    update,
    fixed: fixedBy(features, amountOf(vm.status?.resources), size),
    liveMigration: features?.liveMigration ?? false,
    fitsHere: scene.placer.fits(vm, size),
    elsewhereLive: () => refusalOf(scene.placer.elsewhere(vm)),
    elsewhereStopped: () => refusalOf(scene.placer.elsewhereStopped(vm)),
  });
}

/** Where there is room for the VM in the size of its spec. */
export function roomFor(
  vm: VirtualMachine,
  scene: Scene,
): 'Here' | 'Elsewhere' | { readonly nowhere: string } {
  if (scene.placer.fits(vm, amountOf(vm.spec.resources))) return 'Here';
  const nowhere = refusalOf(scene.placer.elsewhereStopped(vm));
  return nowhere === undefined ? 'Elsewhere' : { nowhere };
}

/** As a policy has left it on the VM; without one anything will do. */
function updateOf({ metadata }: VirtualMachine): UpdateMode {
  const rule = metadata.annotations?.[annotations.resize];
  return rule === 'Live' || rule === 'Restart' ? rule : 'Auto';
}

function refusalOf(placement: Placement): string | undefined {
  return placement.type === 'refused' ? placement.summary : undefined;
}

type Features = Hypervisor['spec']['features'];

/** What the hypervisor under the VM can do. */
export function featuresOf(vm: VirtualMachine, cache: ObjectCache): Features | undefined {
  return cache.get('Hypervisor', '', vm.status?.hypervisor ?? '')?.spec.features;
}

function fixedBy(features: Features | undefined, from: Amount, to: Amount): 'CPU' | 'memory' | undefined {
  if (from.cpuMillis !== to.cpuMillis && features?.cpuHotplug !== true) return 'CPU';
  return from.memoryBytes !== to.memoryBytes && features?.memoryHotplug !== true ? 'memory' : undefined;
}
