/** Many objects from one file to durable, against parsing the same text and writing its bytes to the disk. */
import { spawnSync } from 'node:child_process';
import { closeSync, fsyncSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { fleetText } from '../support/fleet.ts';
import { count, interleaved, ms, report, root, scale, temporaryFolder } from './measure.ts';

const folder = temporaryFolder();
const file = join(folder, 'fleet.yaml');
const machines = 9_000 * scale;
const hosts = 1_000 * scale;
writeFileSync(file, fleetText({ hosts, machines }));

let round = 0;
/** As large as what a new state takes, in a process of its own, as a person runs it. */
function apply(state: string): void {
  const args = [
    join(root, 'bin', 'run.js'),
    'apply',
    '-f',
    file,
    '--no-wait',
    '--state',
    join(folder, state),
  ];
  const { status, stderr } = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  if (status !== 0) throw new Error(stderr.toString());
}

function parseAndWrite(): void {
  const text = readFileSync(file, 'utf8');
  const objects = parseAllDocuments(text).map((document) => document.toJS() as unknown);
  const out = openSync(join(folder, `written-${++round}`), 'w');
  writeSync(out, objects.map((object) => JSON.stringify(object)).join('\n'));
  fsyncSync(out);
  closeSync(out);
}

apply('state-again');
const [first = 0, again = 0, plain = 1] = await interleaved(3, [
  () => apply(`state-${++round}`),
  () => apply('state-again'),
  parseAndWrite,
]);
const what = `${count(hosts + machines)} objects`;
report(`apply of ${what} : parse and write`, first / plain, `${ms(first)} : ${ms(plain)}`);
report(`apply of ${what} again : parse and write`, again / plain, `${ms(again)} : ${ms(plain)}`);
