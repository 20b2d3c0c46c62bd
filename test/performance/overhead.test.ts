import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { type Architecture, type VirtualizationMode, type WorkloadProfile } from '../../src/model/ports.ts';
import { slowdown } from '../../src/performance/overhead.ts';
import { defaultParameters } from '../../src/performance/parameters.ts';

/**
 * Barham et al., "Xen and the Art of Virtualization", SOSP 2003, Fig. 3: native, Xen (bare-metal, para), VMware
 * Workstation 3.2 (hosted, full). The build is a time, the others are rates.
 */
const published: readonly (readonly [WorkloadProfile, 'rate' | 'time', number, number, number])[] = [
  ['Compute', 'rate', 567, 567, 554],
  ['Build', 'time', 263, 271, 334],
  ['Database', 'rate', 172, 158, 80],
  ['Oltp', 'rate', 1714, 1633, 199],
  ['FileServer', 'rate', 418, 400, 310],
  ['Web', 'rate', 518, 514, 150],
];
const profiles = published.map(([profile]) => profile);

function modelled(
  profile: WorkloadProfile,
  architecture: Architecture,
  mode: VirtualizationMode,
  hardwareAssist = false,
): number {
  const parameters = defaultParameters(architecture);
  return slowdown({ profile, architecture, mode, hardwareAssist }, parameters);
}

describe('the published table, relative performance within 6.5 %', () => {
  const cells = published.flatMap(([profile, kind, native, xen, vmware]) => {
    const relative = (value: number): number => (kind === 'rate' ? value / native : native / value);
    return [
      [profile, 'Xen', 'BareMetal', 'Para', relative(xen)] as const,
      [profile, 'VMware Workstation', 'Hosted', 'Full', relative(vmware)] as const,
    ];
  });
  test.each(cells)('%s on %s', (profile, _product, architecture, mode, expected) => {
    const actual = 1 / modelled(profile, architecture, mode);
    expect(Math.abs(actual - expected) / expected).toBeLessThan(0.065);
  });

  test('the mean error is that of the fit, below 1.5 %', () => {
    const errors = cells.map(([profile, , architecture, mode, expected]) =>
      Math.abs(1 / modelled(profile, architecture, mode) / expected - 1),
    );
    expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(0.015);
  });
});

describe('orders that are published', () => {
  test.each(profiles)('%s · para < bare-metal full < hosted full, assisted or not', (profile) => {
    for (const assisted of [false, true]) {
      const para = modelled(profile, 'BareMetal', 'Para', assisted);
      const bareMetal = modelled(profile, 'BareMetal', 'Full', assisted);
      const hosted = modelled(profile, 'Hosted', 'Full', assisted);
      expect(para).toBeGreaterThan(1);
      expect(para).toBeLessThan(bareMetal);
      expect(bareMetal).toBeLessThan(hosted);
    }
  });

  test('profiles suffer in the order of their traps under full virtualization', () => {
    const order = [...profiles].sort((a, b) => modelled(a, 'Hosted', 'Full') - modelled(b, 'Hosted', 'Full'));
    expect(order).toEqual(['Compute', 'Build', 'FileServer', 'Database', 'Web', 'Oltp']);
  });
});

test('para · 1 + a k / (1 + k), exactly', () => {
  expect(modelled('Oltp', 'BareMetal', 'Para')).toBeCloseTo(1 + (0.068 * 7.612) / 8.612, 12);
});

describe('hardware assistance', () => {
  test('full on bare metal · leaves 531/1926 of the traps', () => {
    const plain = modelled('Oltp', 'BareMetal', 'Full') - 1;
    expect((modelled('Oltp', 'BareMetal', 'Full', true) - 1) / plain).toBeCloseTo(531 / 1926, 12);
  });
  test('full hosted · the way through the host OS remains', () => {
    expect(modelled('Oltp', 'Hosted', 'Full', true)).toBeCloseTo(1 + 7.612 * (0.5 + 0.5 * (531 / 1926)), 12);
  });
  test('para · changes nothing', () => {
    expect(modelled('Oltp', 'BareMetal', 'Para', true)).toBe(modelled('Oltp', 'BareMetal', 'Para'));
  });
  test('never makes anything slower, whatever h and s a product declares', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, fc.constantFrom(...profiles), (hostPath, hardwareAssist, profile) => {
        const defaults = defaultParameters('BareMetal');
        const parameters = { ...defaults, overhead: { ...defaults.overhead, hostPath, hardwareAssist } };
        const of = (architecture: Architecture, assisted: boolean): number =>
          slowdown({ profile, architecture, mode: 'Full', hardwareAssist: assisted }, parameters);
        expect(of('BareMetal', true)).toBeLessThanOrEqual(of('BareMetal', false));
        expect(of('BareMetal', true)).toBeLessThanOrEqual(of('Hosted', true));
        expect(of('Hosted', true)).toBeLessThanOrEqual(of('Hosted', false) * (1 + 1e-12));
      }),
    );
  });
});
