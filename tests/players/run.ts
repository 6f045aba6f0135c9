/** The suite `players`: programs of others, on a desktop without a screen, play from a Veza: `npm run test:players [-- file...]`. Its last line is
 * "N passed, N failed". */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { runFiles } from '../support/files.ts';
import { BINARY, makeFolders, ROOT, WORK } from '../support/paths.ts';
import { prepare } from '../support/prepare.ts';

const run = promisify(execFile);
const FOLDER = path.join(ROOT, 'tests/players');
const PROGRAMS = ['strawberry', 'clementine', 'sublime-music', 'Xvfb', 'pulseaudio', 'pactl', 'parec', 'dbus-daemon', 'gdbus', 'xdotool', 'sqlite3'];
let passed = 0, failed = 0;

async function main(): Promise<void> {
  const named = process.argv.slice(2).map((file) => path.resolve(process.env['INIT_CWD'] ?? '.', file));
  if (!existsSync(BINARY)) throw new Error(`${BINARY} is not there; run "make veza" first`);
  const missing = PROGRAMS.filter((program) => !existsSync(path.join('/usr/bin', program)));
  if (missing.length) throw new Error(`${missing.join(', ')}: not there; run "tools/setup players" first`);
  rmSync(WORK, { recursive: true, force: true });
  makeFolders();
  await run('npm', ['run', '--silent', 'types'], { cwd: path.join(ROOT, 'tests') });
  const { cluster } = await prepare();
  try {
    const all = readdirSync(FOLDER).filter((file) => file.endsWith('.test.ts')).sort().map((file) => path.join(FOLDER, file));
    /* One at a time: what is heard must not wait for a processor. */
    ({ passed, failed } = await runFiles(named.length ? named : all, 1, []));
  } finally {
    await cluster.remove();
  }
}

main().catch((error: unknown) => {
  failed++;
  console.log(`FAIL the suite runs\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
}).finally(() => {
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed ? 1 : 0); /* whatever is left of a run that broke ends with it */
});
