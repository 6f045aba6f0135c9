/** A real clamd with one signature of its own, for the test file of EICAR, on a socket in a folder of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { signalProcess } from './process.ts';
import { Hopeless, until } from './wait.ts';

/** Put together here, so that no antivirus takes this file for what it tests with. */
export const EICAR = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR', 'STANDARD', 'ANTIVIRUS', 'TEST', 'FILE!$H+H*'].join('-');

export class Clamd {
  private process: ChildProcess | undefined;
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'veza-clamd-'));
  readonly socket = path.join(this.folder, 'clamd.sock');

  /** `limits`: lines of clamd.conf, such as "MaxFileSize 1M". */
  async start(limits: readonly string[] = ['StreamMaxLength 60M', 'MaxFileSize 60M', 'MaxScanSize 60M']): Promise<this> {
    const config = path.join(this.folder, 'clamd.conf');
    for (const name of ['db', 'tmp']) mkdirSync(path.join(this.folder, name), { recursive: true });
    rmSync(this.socket, { force: true });
    writeFileSync(path.join(this.folder, 'db', 'local.ndb'), `Eicar-Test-Signature:0:*:${Buffer.from(EICAR).toString('hex')}\n`);
    writeFileSync(config, [`LocalSocket ${this.socket}`, `DatabaseDirectory ${this.folder}/db`, `TemporaryDirectory ${this.folder}/tmp`, 'Foreground yes',
      `LogFile ${this.folder}/clamd.log`, 'MaxThreads 4', ...limits].join('\n') + '\n');
    chmodSync(this.folder, 0o755);
    const server = spawn('setpriv', ['--pdeathsig', 'TERM', 'clamd', '-c', config], { stdio: 'ignore' });
    this.process = server;
    await until('clamd to answer', async () => {
      if (server.exitCode !== null) throw new Hopeless(`clamd ended with ${server.exitCode}`);
      return this.pings();
    }, 20);
    return this;
  }

  private pings(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = createConnection(this.socket, () => socket.write('zPING\0'));
      socket.once('data', (bytes) => { socket.destroy(); resolve(bytes.toString().startsWith('PONG')); });
      socket.once('error', () => resolve(false));
    });
  }

  /** Ends it and waits. SIGSTOP makes it hang instead; SIGCONT wakes it up. */
  signal(signal: NodeJS.Signals): Promise<void> {
    return signalProcess(this.process, signal);
  }

  async remove(): Promise<void> {
    await this.signal('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
