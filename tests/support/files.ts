/** Runs test files, each in a process of its own, and adds up what they say. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT, WORK } from './paths.ts';

const TESTS = path.join(ROOT, 'tests');
const MINUTES = 15;

export interface Sum {
  passed: number;
  failed: number;
  /** Of the full level (level.ts), on the short one. */
  leftOut: number;
}

interface Run extends Sum {
  name: string;
  file: string;
  /** What it printed. */
  text: string;
  /** Names of its tests that failed. */
  wrong: string[];
  seconds: number;
  /** Of the file, and of the servers and browsers that it started. */
  processorSeconds: number;
}

/** More than so many files that failed are no accident of a busy machine. */
const RUN_AGAIN = 3;
const SUMS = /^ℹ (?:tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+\n/gm;

/** Runs a file. */
async function runFile(file: string): Promise<Run> {
  const name = path.relative(TESTS, file), cost = path.join(WORK, `${path.basename(file)}.cost`), begun = performance.now();
  const child = spawn(process.execPath, ['--import', 'tsx', '--import', './support/cost.ts', '--test-reporter=spec', file],
    { cwd: TESTS, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE_OPTIONS: '', VEZA_TEST_COST: cost } });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; });
  const late = setTimeout(() => child.kill('SIGTERM'), MINUTES * 60_000);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(late);
  const count = (word: string) => Number(text.match(new RegExp(`^ℹ ${word} (\\d+)$`, 'm'))?.[1] ?? 0);
  const run: Run = {
    name, file, text: text.replace(SUMS, ''), seconds: (performance.now() - begun) / 1000, processorSeconds: existsSync(cost) ? Number(readFileSync(cost, 'utf8')) : NaN,
    passed: count('pass'), failed: count('fail') + count('cancelled'), leftOut: count('skipped'),
    wrong: [...new Set([...text.matchAll(/^ *✖ (?!failing tests:)(.*?)(?: \([\d.]+ms\))?$/gm)].map(([, title]) => title!))],
  };
  if (code !== 0 && run.failed === 0) {
    run.failed++;
    run.text += `✖ ${name} ended with ${code ?? `a signal, perhaps since it took ${MINUTES} minutes`}\n`;
  }
  return run;
}

/** Prints what a file said when it has ended, so that two files at once do not mix. `indent`: it does not count, so its lines must not look as if. */
function print({ name, text, seconds, processorSeconds, leftOut }: Run, indent = ''): void {
  console.log(`== ${name}: ${seconds.toFixed(1)} s, ${processorSeconds.toFixed(1)} s of processors${leftOut ? `, ${leftOut} left out` : ''}`);
  process.stdout.write(indent ? text.replace(/^(?=.)/gm, indent) : text);
}

/** Files that failed beside others run again alone, and that run counts. A test that fails once only is named as unsteady: it waits to be mended, but says
 * nothing about the change that is tested (docs/adr/0043). */
async function runAgain(first: Run): Promise<Run> {
  print(first, '  | ');
  console.log(`   ${first.name} runs again, alone`);
  const second = await runFile(first.file);
  for (const title of first.wrong) if (!second.wrong.includes(title)) console.log(`unsteady: ${first.name}: ${title}`);
  return second;
}

/** Runs the files, `parallel` at once: those whose names are in `first` before all others, so that the last to end is a short one. */
export async function runFiles(files: readonly string[], parallel: number, first: readonly string[]): Promise<Sum> {
  const isFirst = (file: string) => first.includes(path.basename(file, '.test.ts'));
  const waiting = [...files.filter(isFirst), ...files.filter((file) => !isFirst(file))], runs: Run[] = [];
  await Promise.all(Array.from({ length: parallel }, async () => {
    for (let file = waiting.shift(); file; file = waiting.shift()) {
      const run = await runFile(file);
      runs.push(run);
      if (!run.failed) print(run);
    }
  }));
  const bad = runs.filter((run) => run.failed);
  for (const run of bad) {
    const counts = bad.length > RUN_AGAIN ? run : await runAgain(run);
    runs[runs.indexOf(run)] = counts;
    print(counts);
  }
  const sum = (of: (run: Run) => number) => runs.reduce((all, run) => all + of(run), 0);
  return { passed: sum((run) => run.passed), failed: sum((run) => run.failed), leftOut: sum((run) => run.leftOut) };
}
