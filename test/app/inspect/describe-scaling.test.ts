import { expect, test } from 'vitest';
import { describePolicy } from '../../../src/app/inspect/describe/scaling-policy.ts';
import { withDefaults } from '../../../src/model/defaults.ts';

const described = withDefaults('ScalingPolicy', {
  apiVersion: 'vctl.dev/v1alpha1',
  kind: 'ScalingPolicy',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    target: { kind: 'VirtualMachinePool', name: 'web' },
    horizontal: {
      minReplicas: 0,
      maxReplicas: 9,
      schedules: [
        { name: 'office', cron: '0 8 * * MON-FRI', duration: '10h', minReplicas: 4 },
        { name: 'night', cron: '0 22 * * *', timeZone: 'Europe/Berlin', duration: '6h', replicas: 0 },
      ],
      predictive: { lead: '15m' },
    },
    metrics: [
      {
        type: 'Object',
        object: {
          describedObject: { kind: 'Traffic', name: 'day' },
          metric: { name: 'offered' },
          target: { type: 'AverageValue', averageValue: 50 },
        },
      },
    ],
  },
  status: {
    activeSchedules: ['office'],
    forecast: { floor: 6, error: '4 %', message: '6 VMs forecast, error 4 %' },
  },
});

test('schedules, the forecast and metrics that were not measured yet are described', () => {
  const nodes = describePolicy(described);
  const of = (name: string): unknown => nodes.find((node) => JSON.stringify(node).includes(`"${name}"`));
  expect(JSON.stringify(of('Schedules'))).toContain(
    '[["office","0 8 * * MON-FRI","UTC","10h","at least 4","yes"],["night","0 22 * * *","Europe/Berlin","6h","just 0","no"]]',
  );
  expect(of('Forecast')).toMatchObject({
    value: '6 VMs forecast, error 4 % (15m ahead, error up to 30 %)',
  });
  expect(JSON.stringify(of('Metrics'))).toContain('Object Traffic/day offered');
});
