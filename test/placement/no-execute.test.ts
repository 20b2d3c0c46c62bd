import { expect, test } from 'vitest';
import { stayUnder } from '../../src/placement/no-execute.ts';
import { type Taint, type Toleration } from '../../src/placement/types.ts';

const out: Taint = { key: 'out', effect: 'NoExecute' };
const gone: Taint = { key: 'gone', value: 'x', effect: 'NoExecute' };
const until = (key: string, tolerationSeconds?: number): Toleration => ({
  key,
  operator: 'Exists',
  tolerationSeconds,
});

test.each<[string, Taint[], Toleration[], object]>([
  ['no taint', [], [], { ms: Infinity }],
  ['other effects', [{ key: 'a', effect: 'NoSchedule' }], [], { ms: Infinity }],
  ['not tolerated', [out], [], { ms: 0, taint: 'out:NoExecute' }],
  ['tolerated for ever', [out], [until('out')], { ms: Infinity }],
  ['tolerated for a time', [gone], [until('gone', 30)], { ms: 30_000, taint: 'gone=x:NoExecute' }],
  ['for no time', [out], [until('out', 0)], { ms: 0, taint: 'out:NoExecute' }],
  [
    'the shortest of two',
    [out, gone],
    [until('out', 60), until('gone', 30)],
    { ms: 30_000, taint: 'gone=x:NoExecute' },
  ],
  ['one of two not at all', [out, gone], [until('gone', 30)], { ms: 0, taint: 'out:NoExecute' }],
  [
    'the first toleration counts',
    [out],
    [until('out', 9), until('out')],
    { ms: 9000, taint: 'out:NoExecute' },
  ],
  [
    'of another effect',
    [out],
    [{ ...until('out', 9), effect: 'NoSchedule' }],
    { ms: 0, taint: 'out:NoExecute' },
  ],
])('%s', (_name, taints, tolerations, expected) => {
  expect(stayUnder(taints, tolerations)).toEqual(expected);
});
