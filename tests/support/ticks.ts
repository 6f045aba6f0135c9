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

/** A browser does not wait for its own processes, so what they took is noted before it ends: all below the descendants of this process whose command fits.
 * They need not be its children: a command may be a script that starts the browser and waits for it. */
export function noteTicksBelow(command: RegExp): void {
  const all = new Map<number, Process>();
  for (const name of readdirSync('/proc')) {
    try {
      if (/^\d+$/.test(name)) all.set(Number(name), read(Number(name)));
    } catch { /* it has ended */ }
  }
  const childrenOf = (pid: number) => [...all].filter(([, { parent }]) => parent === pid).map(([child]) => child);
  const below = (pid: number): number => childrenOf(pid).reduce((sum, child) => sum + all.get(child)!.own + all.get(child)!.waitedFor + below(child), 0);
  const note = (pid: number): void => {
    for (const child of childrenOf(pid)) {
      if (command.test(commandOf(child))) more += below(child);
      else note(child);
    }
  };
  note(process.pid);
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; /* it has ended */
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
