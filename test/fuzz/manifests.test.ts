/** Manifests a slip away from good ones: refused with a place, or carried out; never a world that cannot go on. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { type ApplyRequest, runApply } from '../../src/app/apply/run-apply.ts';
import { memoryState, type State } from '../../src/app/state.ts';
import { ApiError, UserError } from '../../src/base/errors.ts';
import { Random } from '../../src/base/random.ts';
import { mutateValue } from './mutate.ts';

/** Which inputs, as `FROM-TO`. */
const [from = 1, to = 200] = (process.env['VCTL_FUZZ_MANIFESTS'] ?? '1-100').split('-').map(Number);
/** A slip may leave something behind that nothing takes away: so often the world begins anew. */
const perWorld = 20;

const world = ['10-hosts', '20-machines', '30-web', '40-saas'].flatMap((name) => read(`quickstart/${name}`));
const more = [
  ...['hypervisors/xen', 'rebalance/world', 'scenarios/fair-share/world', 'scenarios/predictable-peak/world'],
  ...['scenarios/flash-crowd/scenario', 'scenarios/host-loss/scenario', 'scenarios/slow-backend/world'],
].flatMap(read);

function read(name: string): unknown[] {
  const text = readFileSync(`manifests/${name}.yaml`, 'utf8');
  return parseAllDocuments(text).map((one) => one.toJS() as unknown);
}

async function apply(state: State, documents: readonly unknown[]): Promise<void> {
  const request: ApplyRequest = {
    ...{ paths: ['-'], recursive: false, namespace: 'default', force: true, prune: false },
    ...{ dryRun: 'none', wait: true, timeout: '10m' },
    stdin: documents.map((one) => JSON.stringify(one)).join('\n---\n'),
  };
  const { diagnostics, run } = await runApply(state, request);
  for (const { severity, line } of diagnostics) if (severity === 'error') expect(line).toBeGreaterThan(0);
  const waiting = run && 'waitingFor' in run.outcome ? run.outcome.waitingFor : [];
  // A look that fails is named with its error.
  expect(waiting.filter((key) => key.includes('('))).toEqual([]);
}

test(`inputs ${from} to ${to}`, async () => {
  let state: State | undefined;
  for (let input = from; input <= to; input++) {
    if (state === undefined || input % perWorld === 0) {
      state = await memoryState();
      await apply(state, world);
    }
    const random = new Random(input);
    const good = [...world, ...more];
    const mutated = mutateValue(good[Math.floor(random.next() * good.length)], random);
    try {
      await apply(state, [mutated]);
    } catch (error) {
      const isForPeople = error instanceof UserError || error instanceof ApiError;
      if (!isForPeople) throw new Error(`input ${input}: ${JSON.stringify(mutated)}`, { cause: error });
    }
  }
});
