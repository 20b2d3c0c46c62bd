import { expect, test } from 'vitest';
import { outcomeText } from '../../src/cli/outcome-text.ts';

test('a time-out names objects of no namespace without a gap', () => {
  const outcome = { type: 'timeout', waitingFor: ['Host//a', 'VirtualMachine/default/b'] } as const;
  expect(outcomeText({ outcome, worldMs: 1000 }, 1)).toContain(': Host/a, VirtualMachine/default/b. Go on');
});
