import { kindNames, kinds } from '../../model/kinds/index.ts';

/** A kind, as `vctl api-resources` lists it. */
export interface ApiResource {
  readonly name: string;
  readonly shortNames: readonly string[];
  readonly apiVersion: string;
  readonly namespaced: boolean;
  readonly kind: string;
  readonly scalable: boolean;
  readonly description: string;
}

/** All kinds, by name. */
export function apiResources(): ApiResource[] {
  return kindNames.map((kind) => {
    const { plural, shortNames, apiVersion, namespaced, scalable, description } = kinds[kind];
    return { name: plural, shortNames, apiVersion, namespaced, kind, scalable, description };
  });
}
