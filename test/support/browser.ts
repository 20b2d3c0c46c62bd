/** A Chromium to open pages with: the machine's own, or Debian's, fetched when that is possible. */
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { promisify } from 'node:util';
import { chromium, type Browser } from 'playwright-core';

const run = promisify(execFile);

const usual = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** The browser must not phone home: the tests count what it asks of the network. */
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** Fetching it may take this long, all in all; then the tests are skipped. */
export const fetchLimitMs = 180_000;

export type Found = { readonly path: string } | { readonly missing: string };

/** Finds Chromium (`CHROMIUM` names another one), or installs Debian's where this process may; else says why not. */
export async function findChromium(): Promise<Found> {
  const named = process.env['CHROMIUM'];
  if (named !== undefined && named !== '') {
    return isExecutable(named) ? { path: named } : { missing: `CHROMIUM=${named} is no program` };
  }
  const path = usual.find(isExecutable);
  return path === undefined ? await fetchChromium() : { path };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function fetchChromium(): Promise<Found> {
  if (!isExecutable('/usr/bin/apt-get'))
    return { missing: 'no Chromium here, and no apt-get to fetch it with' };
  if (process.getuid?.() !== 0) return { missing: 'no Chromium here, and only root may install it' };
  const options = {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    timeout: fetchLimitMs / 2,
    maxBuffer: 2 ** 26,
  };
  try {
    await run('apt-get', ['update', '-q'], options);
    const install = ['install', '-qy', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=30', 'chromium'];
    await run('apt-get', install, options);
  } catch (error) {
    const [line] = String(error instanceof Error ? error.message : error).split('\n');
    return { missing: `no Chromium here, and fetching it failed: ${line}` };
  }
  const path = usual.find(isExecutable);
  return path === undefined ? { missing: 'apt-get installed no Chromium' } : { path };
}

/** Starts it without a window. Close what this returns. */
export async function launch(path: string): Promise<Browser> {
  return chromium.launch({ executablePath: path, args: quiet });
}
