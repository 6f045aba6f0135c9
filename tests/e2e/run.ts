/** The browser suite: `npm run test:e2e [-- file...]`. Its last line is "N passed, N failed". */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { runFiles } from '../support/files.ts';
import { BINARY, makeFolders, ROOT, WORK } from '../support/paths.ts';
import { prepare } from '../support/prepare.ts';
import { tellDatabase } from '../support/ticks.ts';
import { CHROMIUM, HEADLESS, SHOTS, WEB } from './support/places.ts';

const run = promisify(execFile);
const TESTS = path.join(ROOT, 'tests');
/* It holds the app to milliseconds, so it runs alone. Of the others three run at once, each with a browser and a server of its own: a part of their
 * time is music that plays. Those that take longest begin first. */
const ALONE = ['slow'];
const LONG = ['player', 'sessions', 'faces', 'leaving', 'comments', 'playlists', 'rows', 'pages', 'security'];
const PARALLEL = 3;
let passed = 0, failed = 0, leftOut = 0;

function tell(name: string, wrong?: string): void {
  if (wrong === undefined) passed++;
  else failed++;
  console.log(wrong === undefined ? `ok   ${name}` : `FAIL ${name}\n${wrong}`);
}

/** The tests fit the types of openapi.json. */
async function checkTypes(): Promise<void> {
  await run('npm', ['run', '--silent', 'types'], { cwd: TESTS });
  await run('npx', ['tsc', '--noEmit', '-p', 'e2e'], { cwd: TESTS }).then(() => tell('the tests fit the types'), (error: { stdout?: string }) =>
    tell('the tests fit the types', error.stdout || String(error)));
}

async function main(): Promise<void> {
  const named = process.argv.slice(2).map((file) => path.resolve(process.env['INIT_CWD'] ?? '.', file));
  for (const [file, how] of [[BINARY, 'make veza'], [path.join(WEB, 'index.html'), 'make web'], [CHROMIUM, 'apt-get install chromium'],
    [HEADLESS, 'apt-get install chromium-headless-shell']] as const)
    if (!existsSync(file)) throw new Error(`${file} is not there; run "${how}" first`);
  rmSync(WORK, { recursive: true, force: true });
  makeFolders();
  mkdirSync(SHOTS, { recursive: true });
  if (!named.length) for (const file of readdirSync(SHOTS)) rmSync(path.join(SHOTS, file));
  if (!named.length) await checkTypes();
  const { cluster } = await prepare();
  try {
    const folder = path.join(TESTS, 'e2e');
    const files = named.length ? named : readdirSync(folder).filter((file) => file.endsWith('.test.ts')).sort().map((file) => path.join(folder, file));
    const isAlone = (file: string) => ALONE.includes(path.basename(file, '.test.ts'));
    for (const [some, parallel] of [[files.filter(isAlone), 1], [files.filter((file) => !isAlone(file)), PARALLEL]] as const) {
      const sum = await runFiles(some, parallel, LONG);
      passed += sum.passed;
      failed += sum.failed;
      leftOut += sum.leftOut;
    }
  } finally {
    await tellDatabase(() => cluster.remove());
  }
  const figures = path.join(WORK, 'figures.txt');
  if (existsSync(figures)) console.log(readFileSync(figures, 'utf8').trimEnd());
}

main().catch((error: unknown) => tell('the suite runs', error instanceof Error ? (error.stack ?? error.message) : String(error)))
  .finally(() => {
    if (leftOut) console.log(`${leftOut} tests of the full level are left out; VEZA_TEST_LEVEL=full runs them`);
    console.log(`${passed} passed, ${failed} failed`);
    process.exit(failed ? 1 : 0); /* whatever is left of a run that broke ends with it */
  });
