import type { ChildProcess } from 'node:child_process';

/** Sends a signal to a process that may have ended, and waits for its end. SIGSTOP makes it hang instead; SIGCONT wakes it up. */
export async function signalProcess(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') await gone;
}
