import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest';
import { type RunRecord } from '../../src/model/run-record.ts';
import { htmlReport } from '../../src/report/html.ts';
import { fetchLimitMs, findChromium, launch } from '../support/browser.ts';
import { flashCrowd, makeRecord } from '../support/run-record.ts';
import { Sandbox } from '../support/vctl.ts';

let browser: Browser | undefined;
let missing = '';
const folder = mkdtempSync(join(tmpdir(), 'vctl-report-'));

beforeAll(async () => {
  const found = await findChromium();
  if ('missing' in found) missing = found.missing;
  else browser = await launch(found.path);
  if (missing !== '') console.warn(`The browser's tests are skipped: ${missing}`);
}, fetchLimitMs + 30_000);

afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

interface Opened {
  readonly page: Page;
  readonly errors: string[];
  /** Addresses that were asked for, besides the page's own. */
  readonly asked: string[];
}

interface Window {
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
}

const record = makeRecord({ ...flashCrowd, stepMs: 60_000 });
const thousand = makeRecord({ ...flashCrowd, hours: 1, stepMs: 60_000, hosts: 1000, applications: 40 });

async function open(context: TestContext, records: readonly RunRecord[], window?: Window): Promise<Opened> {
  const path = join(folder, `${context.task.id}.html`);
  writeFileSync(path, htmlReport(records));
  return openFile(context, path, window);
}

async function openFile(context: TestContext, path: string, window: Window = {}): Promise<Opened> {
  if (browser === undefined) return context.skip(missing);
  const { width = 1280, colorScheme = 'light' } = window;
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  const errors: string[] = [];
  const asked: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
  });
  await page.route('**/*', async (route) => {
    const url = route.request().url();
    if (url === `file://${path}`) return route.continue();
    asked.push(url);
    return route.abort();
  });
  await page.goto(`file://${path}`);
  context.onTestFinished(async () => {
    await page.close();
  });
  return { page, errors, asked };
}

/** How many different colours each chart's canvas holds. */
const coloursOfCharts = `[...document.querySelectorAll('figure.chart canvas')].map((canvas) => {
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size;
})`;

async function drawAll(page: Page): Promise<void> {
  const figures = page.locator('figure.chart');
  for (let index = 0; index < (await figures.count()); index++) {
    await figures.nth(index).scrollIntoViewIfNeeded();
    await figures.nth(index).locator('canvas').waitFor();
  }
}

const sideways = (page: Page) =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');

/** Brightness of the page's ground, 0 to 255. */
async function ground(page: Page): Promise<number> {
  const color = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
  return Number(/\d+/.exec(color)?.[0]);
}

describe('the report in a browser', () => {
  test('draws every chart and asks nothing of any network', async (context) => {
    const { page, errors, asked } = await open(context, [record]);
    await drawAll(page);
    const titles = await page.locator('figure.chart h4').allTextContents();
    expect(titles).toEqual(['Traffic', 'Latency', 'Errors', 'Utilization', 'Replicas', 'Cost', 'Power']);
    const colours = await page.evaluate<number[]>(coloursOfCharts);
    expect(colours).toHaveLength(titles.length);
    // A blank canvas has one colour, axes alone have a few of grey.
    expect(Math.min(...colours)).toBeGreaterThan(50);
    expect(errors).toEqual([]);
    expect(asked).toEqual([]);
  });

  test('what the built program writes draws the same way', async (context) => {
    if (browser === undefined) return context.skip(missing);
    const sandbox = new Sandbox();
    context.onTestFinished(() => sandbox.dispose());
    const args = ['test', '-f', 'manifests/scenarios/flash-crowd', '--report', 'html=report.html'];
    expect((await sandbox.run(args)).exit).toBe(0);
    const { page, errors, asked } = await openFile(context, sandbox.path('report.html'));
    await drawAll(page);
    const colours = await page.evaluate<number[]>(coloursOfCharts);
    expect(Math.min(...colours)).toBeGreaterThan(10);
    expect(await page.locator('.mark').count()).toBeGreaterThan(0);
    expect([...errors, ...asked]).toEqual([]);
  });

  test('answers first, with a row an objective', async (context) => {
    const { page } = await open(context, [record]);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('default/flash-crowd');
    expect(await page.locator('.headline').textContent()).toContain('1 of 3 objectives missed.');
    const rows = page.locator('table.objectives tbody tr');
    expect(await rows.count()).toBe(3);
    expect(await rows.getByRole('img', { name: 'missed' }).count()).toBe(1);
    expect(await rows.getByRole('img', { name: 'met', exact: true }).count()).toBe(2);
  });

  test('a mark tells what happened, to the mouse and to the keyboard', async (context) => {
    const { page } = await open(context, [record]);
    const tip = page.getByRole('tooltip');
    const mark = page.locator('figure.traffic .mark.fault');
    await mark.hover();
    expect(await tip.textContent()).toContain('Crash of host rack1-02; 5 VMs were lost');
    await page.mouse.move(0, 0);
    await page.keyboard.press('Escape');
    expect(await tip.isVisible()).toBe(false);
    await page.locator('figure.traffic .mark').first().focus();
    expect(await tip.textContent()).toMatch(/Scale.*sp\/default\/shop.*2 → 4 replicas/);
    await page.keyboard.press('End');
    expect(await tip.textContent()).not.toMatch(/2 → 4 replicas/);
  });

  test('a cursor in one chart reads all of them, and a zoom zooms all', async (context) => {
    const { page } = await open(context, [record]);
    await drawAll(page);
    const times = () => page.locator('table.legend thead th:nth-child(2)').allTextContents();
    expect(new Set(await times())).toEqual(new Set(['at the end']));
    const plot = page.locator('figure.traffic .u-over');
    await plot.scrollIntoViewIfNeeded();
    await plot.hover({ position: { x: 200, y: 60 } });
    const [first, ...others] = await times();
    expect(first).toMatch(/^\d\d:\d\d$/);
    expect(new Set(others)).toEqual(new Set([first]));
    const before = await page.locator('figure.latency .mark').count();
    const box = await plot.boundingBox();
    if (box === null) throw new Error('the plot is not there');
    await page.mouse.move(box.x + box.width * 0.37, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.42, box.y + 50, { steps: 4 });
    await page.mouse.up();
    // What shared a sign stands apart when there is room.
    expect(await page.locator('figure.latency .mark').count()).not.toBe(before);
    await page.getByRole('button', { name: 'Reset zoom' }).click();
    expect(await page.locator('figure.latency .mark').count()).toBe(before);
  });

  test('other subjects can be chosen', async (context) => {
    const { page } = await open(context, [record]);
    await drawAll(page);
    await page.getByRole('combobox', { name: 'Show' }).selectOption('vmp/default/search');
    const rows = page.locator('figure.replicas table.legend tbody th');
    expect(await rows.allTextContents()).toEqual(['vmp/default/search wanted', 'vmp/default/search ready']);
    expect(await page.locator('figure.latency table.legend tbody th').first().textContent()).toBe(
      'lb/default/search p95',
    );
    await page.locator('figure.errors summary').click();
    await page.locator('figure.errors').getByLabel('lb/default/billing').check();
    expect(await page.locator('figure.errors table.legend tbody th').allTextContents()).toContain(
      'lb/default/billing',
    );
  });

  test('the topology explains itself and can be walked with the keyboard', async (context) => {
    const { page } = await open(context, [record]);
    const host = page.locator('button.host').first();
    await host.hover();
    expect(await page.getByRole('tooltip').textContent()).toContain('Host rack1-00');
    await host.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    const details = page.getByRole('complementary', { name: 'Chosen part' });
    expect(await details.getByRole('heading', { level: 4 }).textContent()).toBe('rack1-01');
    expect(await details.textContent()).toContain('VMs (5)');
    await page.keyboard.press('Escape');
    expect(await details.textContent()).toContain('Choose something');
  });

  test('follows the system between light and dark, until somebody chooses', async (context) => {
    const { page, errors } = await open(context, [record], { colorScheme: 'dark' });
    expect(await ground(page)).toBeLessThan(60);
    await page.emulateMedia({ colorScheme: 'light' });
    await expect.poll(() => ground(page)).toBeGreaterThan(200);
    await page.getByRole('button', { name: 'Switch to dark colours' }).click();
    expect(await ground(page)).toBeLessThan(60);
    await page.emulateMedia({ media: 'print' });
    expect(await ground(page)).toBeGreaterThan(200);
    expect(errors).toEqual([]);
  });

  test.for([
    ['a flash crowd', [record]],
    ['two scenarios', [record, { ...record, scenario: 'default/calm' }]],
    ['1000 hosts', [thousand]],
  ] as const)('fits a phone · %s', async ([, records], context) => {
    const { page } = await open(context, records, { width: 360 });
    await drawAll(page);
    expect(await sideways(page)).toBe(0);
  });

  test('a thousand hosts are a cell each', async (context) => {
    const { page, errors } = await open(context, [thousand]);
    const cells = page.locator('.zone .cell');
    expect(await cells.count()).toBe(1000);
    await cells.nth(500).click();
    const details = page.getByRole('complementary', { name: 'Chosen part' });
    expect(await details.textContent()).toContain('VMs (5)');
    expect(errors).toEqual([]);
  });
});
