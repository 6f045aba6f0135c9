/** The API suite: `npm run test:api [-- file...]`; with named files only these, without the checks of the description and of types. VEZA_TEST_S3=1: files
 * are kept in an object store, one Swift for the whole run. VEZA_TEST_REPLICA=10s: servers have a replica that replays so late, and VEZA_TEST_REPLICA=1500ms: it is asked.
 * Its last line is "N passed, N failed". */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { coverageReport } from './coverage.ts';
import { runFiles } from './files.ts';
import { complainOfReplicaReads, isReplicaAsked } from './late-replica.ts';
import { BINARY, COVERAGE, DOCUMENT, makeFolders, ROOT, WORK } from './paths.ts';
import { prepare } from './prepare.ts';
import { Swift } from './swift.ts';
import { tellDatabase } from './ticks.ts';

const run = promisify(execFile);
const TESTS = path.join(ROOT, 'tests');
/** Two for each core of the smallest machine, since most of a file's time is waiting. */
const PARALLEL = 4;
/** They take longest, so they begin first. */
const LONG = ['processing', 'limits', 'replicas', 'nodes', 'antivirus', 'object-store-lies', 'rabbitmq', 'stream-socket', 'mail', 'downloads', 'uploads', 'signin'];
let passed = 0, failed = 0, leftOut = 0;

function tell(name: string, wrong?: string): void {
  if (wrong === undefined) passed++;
  else failed++;
  console.log(wrong === undefined ? `ok   ${name}` : `FAIL ${name}\n${wrong}`);
}

async function attempt(name: string, work: () => Promise<string | void>): Promise<boolean> {
  try {
    const wrong = await work();
    tell(name, wrong || undefined);
    return !wrong;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    tell(name, `${stdout}${stderr}` || String(error));
    return false;
  }
}

/** The document is good OpenAPI 3.1. */
async function lintDocument(): Promise<string | void> {
  const config = await createConfig({ extends: ['spec'] });
  const problems = await lintFromString({ source: readFileSync(DOCUMENT, 'utf8'), absoluteRef: DOCUMENT, config });
  return problems.slice(0, 20).map((p) => `${p.ruleId}: ${p.message} at ${p.location[0]?.pointer ?? ''}`).join('\n');
}

function checkCoverage(): void {
  const report = coverageReport();
  console.log(`${report.hit} of ${report.statuses} declared statuses of ${report.operations} operations seen`);
  tell('every declared status of every operation was seen', report.missing.length ? report.missing.map((one) => `     ${one}`).join('\n') : undefined);
  tell('no excuse in tests/api/uncovered.json is stale', report.stale.length ? report.stale.map((one) => `     ${one}`).join('\n') : undefined);
}

async function main(): Promise<void> {
  const named = process.argv.slice(2).map((file) => path.resolve(process.env['INIT_CWD'] ?? '.', file));
  if (!existsSync(BINARY)) throw new Error(`${BINARY} is not there; run "make veza" first`);
  rmSync(WORK, { recursive: true, force: true });
  makeFolders();
  if (!named.length) {
    await attempt('openapi.json is valid OpenAPI 3.1', lintDocument);
    await run('npm', ['run', '--silent', 'types'], { cwd: TESTS });
    await attempt('the tests fit the types of openapi.json', async () => { await run('npx', ['tsc', '--noEmit', '-p', 'api'], { cwd: TESTS }); });
  }
  const swift = process.env['VEZA_TEST_S3'] ? new Swift() : undefined;
  const { cluster, standby, template } = await prepare();
  try {
    if (swift) process.env['VEZA_TEST_S3_PORT'] = String((await swift.start()).port);
    const env = { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', DATABASE_URL: cluster.url(template.database), VEZA_DATA_DIR: path.join(WORK, 'openapi'), ...template.settings };
    await attempt('every query fits the schema, and openapi.json is what the program describes', async () => {
      await run(BINARY, ['openapi', '--check', '--output', DOCUMENT], { env, cwd: '/tmp' });
    });
    await attempt('events.json is what the program describes', async () => {
      await run(BINARY, ['events', '--check', '--output', path.join(ROOT, 'api/events.json')], { env, cwd: '/tmp' });
    });
    const all = readdirSync(path.join(TESTS, 'api')).filter((file) => file.endsWith('.test.ts')).sort().map((file) => path.join(TESTS, 'api', file));
    const sum = await runFiles(named.length ? named : all, PARALLEL, LONG);
    passed += sum.passed;
    failed += sum.failed;
    leftOut += sum.leftOut;
    if (isReplicaAsked) tell('the replica was asked while things were hidden', complainOfReplicaReads());
    if (!named.length) checkCoverage();
  } finally {
    await standby?.remove();
    await tellDatabase(() => cluster.remove());
    await swift?.remove();
    if (!failed) rmSync(COVERAGE, { recursive: true, force: true });
  }
}

main().catch((error: unknown) => tell('the suite runs', error instanceof Error ? (error.stack ?? error.message) : String(error)))
  .finally(() => {
    if (leftOut) console.log(`${leftOut} tests of the full level are left out; VEZA_TEST_LEVEL=full runs them`);
    console.log(`${passed} passed, ${failed} failed`);
    process.exitCode = failed ? 1 : 0;
  });
