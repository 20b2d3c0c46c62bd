import { describe, expect, test } from 'vitest';
import {
  type DescribeNode,
  field,
  renderDescription,
  renderDescriptions,
} from '../../src/output/describe.ts';
import { conditionsNode, eventsNode } from '../../src/output/describe-tables.ts';
import { labelLines } from '../../src/output/columns.ts';

const nowMs = Date.UTC(2000, 0, 1, 0, 10);
const text = (...lines: string[]): string => lines.map((line) => `${line}\n`).join('');

describe('renderDescription', () => {
  test('fields, sections, tables', () => {
    const nodes: readonly DescribeNode[] = [
      field('Name', 'web-0'),
      field('Labels', labelLines({ tier: 'front', app: 'web' })),
      field('Annotations', labelLines(undefined)),
      {
        type: 'section',
        label: 'Guest',
        children: [field('OS', 'debian-12'), field('Paravirtualized', 'true')],
      },
      conditionsNode(
        [
          {
            type: 'Ready',
            status: 'False',
            reason: 'Booting',
            message: 'the guest boots',
            lastTransitionTime: '2000-01-01T00:09:50Z',
          },
        ],
        nowMs,
      ),
      eventsNode([], nowMs),
    ];
    expect(renderDescription(nodes)).toBe(
      text(
        'Name:         web-0',
        'Labels:       app=web',
        '              tier=front',
        'Annotations:  <none>',
        'Guest:',
        '  OS:               debian-12',
        '  Paravirtualized:  true',
        'Conditions:',
        '  Type   Status  Since  Reason   Message',
        '  ----   ------  -----  ------   -------',
        '  Ready  False   10s    Booting  the guest boots',
        'Events:       <none>',
      ),
    );
  });

  test('what explains a value stands in its column', () => {
    const nodes: readonly DescribeNode[] = [
      {
        type: 'field',
        label: 'Decision',
        value: 'scale out 4 → 7',
        children: [field('metric', 'cpu 96 %'), field('limits and rates', 'max 40')],
      },
      { type: 'section', label: 'Not chosen', children: [field('vertical', 'at its maximum\nsince 13:40')] },
      { type: 'section', label: 'Empty', children: [] },
    ];
    expect(renderDescription(nodes)).toBe(
      text(
        'Decision:            scale out 4 → 7',
        '  metric:            cpu 96 %',
        '  limits and rates:  max 40',
        'Not chosen:',
        '  vertical:  at its maximum',
        '             since 13:40',
        'Empty:               <none>',
      ),
    );
  });

  test('events · repeated ones say since when', () => {
    const base = { type: 'Normal', reason: 'Booted', message: 'm', from: 'vm-controller', count: 1 };
    const events = [
      { ...base, firstTimestamp: '2000-01-01T00:09:55Z', lastTimestamp: '2000-01-01T00:09:55Z' },
      {
        ...base,
        ...{ type: 'Warning', reason: 'Unschedulable', count: 3 },
        ...{ firstTimestamp: '2000-01-01T00:05:00Z', lastTimestamp: '2000-01-01T00:09:30Z' },
      },
    ];
    expect(renderDescription([eventsNode(events, nowMs)])).toBe(
      text(
        'Events:',
        '  Type     Reason         Age               From           Message',
        '  ----     ------         ---               ----           -------',
        '  Normal   Booted         5s                vm-controller  m',
        '  Warning  Unschedulable  30s (x3 over 5m)  vm-controller  m',
      ),
    );
  });

  test('colour · states only, and only where asked', () => {
    const nodes: readonly DescribeNode[] = [
      { type: 'field', label: 'Phase', value: 'Running', state: true },
      field('Name', 'Running'),
    ];
    expect(renderDescription(nodes, { color: true })).toBe(
      text('Phase:  \u001b[32mRunning\u001b[39m', 'Name:   Running'),
    );
    expect(renderDescription(nodes)).toBe(text('Phase:  Running', 'Name:   Running'));
  });

  test('several · two blank lines apart', () => {
    expect([...renderDescriptions([[field('A', '1')], [field('B', '')]])].join('')).toBe(
      text('A:  1', '', '', 'B:  <none>'),
    );
  });
});
