/** Whatever a person types is taken, or refused by an error for a person; it neither crashes nor hangs. */
import { expect, test } from 'vitest';
import { parseCron } from '../../src/autoscaling/cron.ts';
import { parseDuration } from '../../src/base/duration.ts';
import { ApiError, UserError } from '../../src/base/errors.ts';
import { parseQuantity } from '../../src/base/quantity.ts';
import { Random } from '../../src/base/random.ts';
import { parseTaintChange } from '../../src/app/actions/taint.ts';
import { parseGoal } from '../../src/app/actions/wait-for.ts';
import { parsePatch } from '../../src/app/apply/patch.ts';
import { parseSpeed } from '../../src/app/pace.ts';
import { parseResources } from '../../src/app/resources.ts';
import { parseRef } from '../../src/gitops/location.ts';
import { readTree } from '../../src/gitops/tree.ts';
import { parseCsv } from '../../src/manifest/csv.ts';
import { parseText } from '../../src/manifest/parse.ts';
import { parseSelector } from '../../src/model/selectors.ts';
import { parseCustomColumns } from '../../src/output/custom-columns.ts';
import { parsePath, parseTemplate } from '../../src/output/jsonpath-parse.ts';
import { mutateText } from './mutate.ts';

const inputs = Number(process.env['VCTL_FUZZ_INPUTS'] ?? 1_000);

test.each<[string, (text: string) => unknown, readonly string[]]>([
  ['quantity', parseQuantity, ['1', '500m', '2Gi', '1.5e3', '-3k']],
  ['duration', parseDuration, ['90s', '1h30m', '250ms', '1d']],
  ['selector', parseSelector, ['app=web', 'a in (b, c),!d', 'rank>3', 'x!=y,z', 'e notin (f)']],
  ['cron', parseCron, ['*/5 8-18 * * 1-5', '0 0 1 1 *', '15,45 * * * *']],
  ['JSON path', parsePath, ['{.items[*].metadata.name}', '.a["b.c"][-1:]', "{.x[?(@.y=='z')]}"]],
  ['template', parseTemplate, ['{range .items[*]}{.metadata.name}{"\\n"}{end}', '{.a} and {.b}']],
  ['columns', parseCustomColumns, ['NAME:.metadata.name,CPU:.spec.resources.cpu']],
  [
    'YAML',
    parseText,
    ['a: &x {b: [1, "2"]}\n---\n- *x\n- |\n  text\n', '{"a": {"b": [null]}}', 'k: >-\n  x\n  y'],
  ],
  ['CSV', parseCsv, ['time,requests\n0,"1"\n60,2\n', '"a ""b""",c\r\n1;2']],
  [
    'patch',
    (text) => parsePatch(text, 'VirtualMachinePool'),
    ['{"spec": {"replicas": 3}}', 'spec: {replicas: 3}'],
  ],
  ['taint', parseTaintChange, ['key=value:NoSchedule', 'key:NoExecute-', 'key-']],
  [
    'goal',
    parseGoal,
    ['condition=Ready', 'delete', "jsonpath='{.status.phase}'=Running", 'condition=Ready=false'],
  ],
  ['speed', parseSpeed, ['60x', 'max', '1x']],
  ['resources', (text) => parseResources(text.split(' ')), ['vm/web-0 host/h1', 'vm,lb', 'vm web-0']],
  ['git reference', parseRef, ['main', 'v1.2.3', '0123456789abcdef0123456789abcdef01234567', 'refs/heads/x']],
  [
    'git tree',
    (text) => readTree(Buffer.from(text)),
    ['100644 blob 0123456789abcdef0123456789abcdef01234567 12\ta/b.yaml\0'],
  ],
])('%s', (_name, parse, good) => {
  const random = new Random(1);
  for (let count = 0; count < inputs; count++) {
    const text = mutateText(good, random);
    try {
      parse(text);
    } catch (error) {
      expect(
        error instanceof UserError || error instanceof ApiError,
        `${JSON.stringify(text)}: ${String(error)}`,
      ).toBe(true);
    }
  }
});
