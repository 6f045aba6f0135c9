import type { ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';

/** Sends a signal to a process that may have ended, and waits for its end. SIGSTOP makes it hang instead; SIGCONT wakes it up. */
export async function signalProcess(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const waits = signal !== 'SIGSTOP' && signal !== 'SIGCONT', gone = waits && new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await gone;
}

/** Ports that nobody uses now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => new Promise<ReturnType<typeof createServer>>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
  })));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
