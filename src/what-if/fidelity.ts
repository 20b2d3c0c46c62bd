/** What a run of single requests shows beside itself: what the flow model makes of the same. */
import { type RunPlan } from './run-plan.ts';
import { type Run, type RunOptions, runScenario } from './run-scenario.ts';

/**
 * A run as its plan says. Before requests are played one by one, the flow model runs the same scenario with the same
 * seed, which costs little, and each verdict carries its figure, too. An interrupted one is given as it is.
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
  return { ...run, record: withFlow(run.record, flow.record) };
}

function withFlow(record: Run['record'], flow: Run['record']): Run['record'] {
  const verdicts = record.verdicts.map((verdict, index) => {
    const flowValue = flow.verdicts[index]?.value;
    return flowValue === undefined ? verdict : { ...verdict, flowValue };
  });
  return { ...record, verdicts };
}
