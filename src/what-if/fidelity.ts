/** What a run of single requests shows beside itself: what the flow model makes of the same. */
import { type FidelityComparison, type RequestFigures } from '../model/run-record.ts';
import { type RunPlan } from './run-plan.ts';
import { type Run, type RunOptions, runScenario } from './run-scenario.ts';

/**
 * A run as its plan says. Before requests are played one by one, the flow model runs the same scenario with the same
 * seed, which costs little, and the record carries its figures, too. An interrupted one is given as it is.
 */
export async function runAtFidelity(plan: RunPlan, options: RunOptions): Promise<Run> {
  if (plan.fidelity === 'flow') return runScenario(plan, options);
  const { onProgress } = options;
  const flow = await runScenario(
    // As fast as can be: nobody watches it.
    { ...plan, fidelity: 'flow', speed: undefined },
    { ...options, onProgress: (progress) => onProgress?.({ ...progress, isFlowModel: true }) },
  );
  if (flow.record.interrupted) return flow;
  const run = await runScenario(plan, options);
  return { ...run, record: withFlow(run, flow) };
}

function withFlow(run: Run, flow: Run): Run['record'] {
  const verdicts = run.record.verdicts.map((verdict, index) => {
    const flowValue = flow.record.verdicts[index]?.value;
    return flowValue === undefined ? verdict : { ...verdict, flowValue };
  });
  const { result, ...record } = run.record;
  return { ...record, verdicts, fidelities: compared(run, flow), result };
}

/** Subjects that had requests in both. */
function compared(run: Run, flow: Run): FidelityComparison[] {
  const ofFlow = flow.requestFigures();
  return [...run.requestFigures()].flatMap(([of, played]) => {
    const other = ofFlow.get(of);
    if (other === undefined) return [];
    return [{ ...(of === '' ? {} : { of }), played: rounded(played), flow: rounded(other) }];
  });
}

/** To what anybody reads, and the same on every machine. */
function rounded({ requests, failed, ...latencies }: RequestFigures): RequestFigures {
  const { meanMs, p50Ms, p95Ms, p99Ms } = latencies;
  const to = (value: number | undefined, digits: number): number | undefined =>
    value === undefined ? undefined : Math.round(value * 10 ** digits) / 10 ** digits;
  return {
    ...{ requests, failed: to(failed, 6) ?? 0 },
    ...{ meanMs: to(meanMs, 3), p50Ms: to(p50Ms, 3), p95Ms: to(p95Ms, 3), p99Ms: to(p99Ms, 3) },
  };
}
