import { createMemoryStore } from '../../src/store/memory.ts';
import { describeStore } from './conformance.ts';

describeStore('memory', async (options) => createMemoryStore(options));
