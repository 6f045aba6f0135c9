/** Processor time, as /proc tells it. */
import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

interface Process {
  parent: number;
  /** Its own, without that of processes it waited for. */
  own: number;
  /** Of processes that it waited for. */
  waitedFor: number;
}

function read(pid: number | 'self'): Process {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ').map(Number);
  return { parent: fields[1]!, own: (fields[11]! + fields[12]!) / TICKS_PER_SECOND, waitedFor: (fields[13]! + fields[14]!) / TICKS_PER_SECOND };
}

let more = 0;

/** A browser does not wait for its own processes, so what they took is noted before it ends: all below the children of this process whose command fits. */
export function noteTicksBelow(command: RegExp): void {
  const all = new Map<number, Process>();
  for (const name of readdirSync('/proc')) {
    try {
      if (/^\d+$/.test(name)) all.set(Number(name), read(Number(name)));
    } catch { /* it has ended */ }
  }
  const below = (pid: number): number => [...all].filter(([, one]) => one.parent === pid).reduce((sum, [child, { own, waitedFor }]) => sum + own + waitedFor + below(child), 0);
  for (const [pid, { parent }] of all) {
    if (parent === process.pid && command.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'))) more += below(pid);
  }
}

/** Seconds of this process, of those that it waited for, and of those that were noted. */
export function secondsSoFar(): number {
  const { own, waitedFor } = read('self');
  return own + waitedFor + more;
}

/** Ends a database server and tells what it took: its processes are no part of what the test files took. */
export async function tellDatabase(end: () => Promise<void>): Promise<void> {
  const before = secondsSoFar();
  await end();
  console.log(`== the database: ${(secondsSoFar() - before).toFixed(1)} s of processors`);
}
