/** The hypervisors that every new state starts with, from `manifests/hypervisors/`. */
import catalogue from './generated/catalogue.json' with { type: 'json' };
import { type KubeObject } from './object.ts';

/** As they stand in the manifests, without defaults; ordered by name. */
export const hypervisorCatalogue = catalogue as unknown as readonly KubeObject[];
