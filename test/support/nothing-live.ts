import { type LiveObjects } from '../../src/admission/rules.ts';

/** A state with nothing in it. */
export const nothingLive: LiveObjects = { get: () => undefined, list: () => [], all: () => [] };
