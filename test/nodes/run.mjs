/**
 * Tries the project on other versions of Node: `npm run test:nodes [-- VERSION… | --newest]`. For each, in a clean copy of the
 * project, as a stranger would: README.md's first command, a scenario, and the unit tests. What the objects and the
 * scenario come to has to be the same, to the byte, as on the Node that runs this.
 *
 * A version whose program cannot be had is skipped, with the reason. What came of it all is left in
 * node_modules/.cache/nodes.json for `.ci/run` to count.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { nodeProgram } from './programs.mjs';

const root = join(import.meta.dirname, '..', '..');
/** The oldest that package.json allows, and the newest of each line since. */
const versions = ['20.19.0', '22', '24', '26'];
const firstCommand = 'npm ci && npx vctl apply -f manifests/quickstart';
const scenario = 'manifests/scenarios/flash-crowd';

const given = process.argv.slice(2);
const wanted = given.length === 0 ? versions : given.includes('--newest') ? versions.slice(-1) : given;
const counts = { passed: 0, failed: 0, skipped: 0 };

if (!readFileSync(join(root, 'README.md'), 'utf8').includes(`\n${firstCommand}\n`)) {
  throw new Error(`README.md's first command is no longer "${firstCommand}": try the one that it is`);
}
const own = resultsOf(root, dirname(process.execPath));
say(`Node ${process.version}, this one`, [`objects ${own.objects}`, `${scenario} ${own.scenario}`]);
for (const version of wanted) {
  const { folder, version: found, refusal } = nodeProgram(version);
  if (refusal === undefined) tryOut(found, folder);
  else {
    counts.skipped++;
    say(`Node ${version}`, [`skipped: ${refusal}`]);
  }
}
writeFileSync(join(root, 'node_modules', '.cache', 'nodes.json'), JSON.stringify(counts));
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} Nodes skipped`);
if (counts.failed > 0) process.exitCode = 1;

/** All that is tried with the Node whose program lies in the folder. */
function tryOut(version, folder) {
  const copy = cleanCopy();
  const title = `Node ${version}`;
  try {
    const first = attempt(() => shell(copy, folder, firstCommand));
    check(title, firstCommand, first.error === undefined, first.error);
    if (first.error !== undefined) return;
    const { value: results, error } = attempt(() => resultsOf(copy, folder));
    check(title, 'the same objects', results?.objects === own.objects, error ?? results?.objects);
    check(
      title,
      'the same result of the scenario',
      results?.scenario === own.scenario,
      error ?? results?.scenario,
    );
    unitTests(title, copy, folder);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function unitTests(title, copy, folder) {
  const { error } = attempt(() => shell(copy, folder, 'npx vitest run --project unit'));
  const report = attempt(() =>
    JSON.parse(readFileSync(join(copy, 'node_modules', '.cache', 'vitest.json'), 'utf8')),
  );
  // A run that breaks off has failed, whatever it has counted until then.
  if (!report.value || (error !== undefined && report.value.numFailedTests === 0)) {
    check(title, 'unit tests', false, error ?? report.error);
    return;
  }
  const { numPassedTests, numFailedTests, testResults } = report.value;
  counts.passed += numPassedTests;
  counts.failed += numFailedTests;
  const failed = testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter(({ status }) => status === 'failed'),
  );
  say(title, [
    `unit tests: ${numPassedTests} passed, ${numFailedTests} failed`,
    ...failed.map(({ fullName, failureMessages }) => `  ${fullName}\n${failureMessages.join('\n')}`),
  ]);
}

/** What quickstart's objects and the scenario come to, as short hashes. */
function resultsOf(project, folder) {
  const state = mkdtempSync(join(tmpdir(), 'vctl-state-'));
  try {
    const vctl = (command) => shell(project, folder, `node bin/run.js ${command} --state ${state}`);
    vctl('apply -f manifests/quickstart');
    const objects = createHash('sha256').update(vctl('get all -A --json')).digest('hex').slice(0, 8);
    const [{ result }] = JSON.parse(vctl(`test -f ${scenario} --json`));
    return { objects, scenario: result };
  } finally {
    rmSync(state, { recursive: true });
  }
}

/** The files that are, or are about to be, under version control. */
function cleanCopy() {
  const copy = mkdtempSync(join(tmpdir(), 'vctl-node-'));
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
  });
  for (const file of listed.toString().split('\0').filter(Boolean)) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(root, file), join(copy, file), { verbatimSymlinks: true });
  }
  return copy;
}

/** Runs a line of shell with that Node before all others; its stdout. @throws with all it said when it fails */
function shell(cwd, folder, line) {
  const env = {
    ...process.env,
    PATH: `${folder}${delimiter}${process.env.PATH}`,
    VCTL_STATE_DIR: join(cwd, 'node_modules', '.cache', 'state'),
    NO_COLOR: '1',
  };
  try {
    return execFileSync(line, { cwd, env, shell: true, encoding: 'utf8', stdio: 'pipe', maxBuffer: 2 ** 28 });
  } catch (error) {
    throw new Error(`${line}\n${error.stdout}${error.stderr}`, { cause: error });
  }
}

function attempt(action) {
  try {
    return { value: action() };
  } catch (error) {
    return { error: error.message };
  }
}

function check(title, what, passed, otherwise) {
  counts[passed ? 'passed' : 'failed']++;
  say(title, [`${what}: ${passed ? 'passed' : `failed: ${otherwise}`}`]);
}

function say(title, lines) {
  for (const line of lines) console.log(`${title}: ${line}`);
}
