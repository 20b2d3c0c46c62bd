/** What `vctl wait` can wait for, and whether an object has it. Pure. */
import { ExitCode, UserError } from '../../base/errors.ts';
import { type Condition, findCondition } from '../../model/conditions.ts';
import { type KubeObject } from '../../model/object.ts';
import { parsePath } from '../../output/jsonpath-parse.ts';
import { evaluatePath, valueText } from '../../output/jsonpath.ts';
import { type Path } from '../../output/jsonpath-syntax.ts';

export type Goal =
  | { readonly type: 'delete' }
  | { readonly type: 'condition'; readonly name: string; readonly status: string }
  /** Without a value: any will do. */
  | { readonly type: 'jsonpath'; readonly text: string; readonly path: Path; readonly value?: string };

/** How an object stands to the goal. */
export interface Standing {
  readonly met: boolean;
  /** For people: `Ready is False (Booting: the guest boots)`. */
  readonly text: string;
}

const conditionForm = /^condition=([^=]+)(?:=(.+))?$/;
const bracedForm = /^jsonpath=(['"]?)(\{.*\})\1(?:=(.*))?$/s;
const bareForm = /^jsonpath=(\.[^=]*)(?:=(.*))?$/s;

/** @throws UserError (usage) for a text that is none of the forms. */
export function parseGoal(text: string): Goal {
  if (text === 'delete') return { type: 'delete' };
  const condition = conditionForm.exec(text);
  if (condition) return { type: 'condition', name: condition[1] ?? '', status: condition[2] ?? 'True' };
  const braced = bracedForm.exec(text);
  const bare = bareForm.exec(text);
  const path = braced ? (braced[2] ?? '').slice(1, -1) : bare?.[1];
  if (path === undefined) {
    throw new UserError(`"${text}" is nothing to wait for`, {
      exitCode: ExitCode.Usage,
      nextSteps: [
        '--for=condition=Ready, or --for=condition=Ready=False',
        '--for=delete',
        "--for=jsonpath='{.status.phase}'=Running",
      ],
    });
  }
  const value = unquoted((braced ? braced[3] : bare?.[2]) ?? undefined);
  return { type: 'jsonpath', text: path, path: parsePath(path), ...(value === undefined ? {} : { value }) };
}

/** How an object stands to a goal; undefined is one that is not there. */
export function standingOf(goal: Goal, object: KubeObject | undefined): Standing {
  if (goal.type === 'delete') {
    return object ? { met: false, text: stillThere(object) } : { met: true, text: 'deleted' };
  }
  if (!object) return { met: false, text: 'not there' };
  return goal.type === 'condition' ? conditionStanding(goal, object) : pathStanding(goal, object);
}

function conditionStanding(
  { name, status }: Extract<Goal, { type: 'condition' }>,
  { metadata, status: seen }: KubeObject,
): Standing {
  const { conditions, observedGeneration } = (seen ?? {}) as {
    readonly conditions?: readonly Condition[];
    readonly observedGeneration?: number;
  };
  const type = conditions?.find((one) => one.type.toLowerCase() === name.toLowerCase())?.type ?? name;
  const found = findCondition(conditions, type);
  if (!found) return { met: false, text: `${type} is not known yet` };
  // What was seen of an earlier spec says nothing of the present one.
  if (observedGeneration !== undefined && observedGeneration !== metadata.generation) {
    return { met: false, text: `${type} was ${found.status} before its last change` };
  }
  const met = found.status.toLowerCase() === status.toLowerCase();
  return { met, text: `${type} is ${found.status} (${found.reason}: ${found.message})` };
}

function pathStanding(goal: Extract<Goal, { type: 'jsonpath' }>, object: KubeObject): Standing {
  const found = evaluatePath(goal.path, object).map(valueText);
  const met = goal.value === undefined ? found.length > 0 : found.includes(goal.value);
  return { met, text: `${goal.text} is ${found.length === 0 ? 'not there' : found.join(' ')}` };
}

function stillThere({ metadata: { deletionTimestamp, finalizers = [] } }: KubeObject): string {
  if (deletionTimestamp === undefined) return 'still there, and nobody has asked for its deletion';
  return `still there${finalizers.length > 0 ? `, held by ${finalizers.join(', ')}` : ''}`;
}

function unquoted(text: string | undefined): string | undefined {
  return text?.replace(/^(['"])(.*)\1$/s, '$2');
}
