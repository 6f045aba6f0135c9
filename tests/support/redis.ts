/** A real Redis on a unix socket of its own. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { signalProcess } from './process.ts';
import { Hopeless, until } from './wait.ts';

const run = promisify(execFile);

export class Redis {
  private process: ChildProcess | undefined;
  readonly folder: string;

  /** `at`: an address for it, in a network that the words of the command `inside` enter. */
  constructor(folder?: string, private inside: string[] = [], private at = '') {
    this.folder = folder ?? mkdtempSync(path.join(tmpdir(), 'veza-redis-'));
    mkdirSync(this.folder, { recursive: true });
  }

  /** `durable`: what it held is there again after a kill. */
  async start(durable = false): Promise<this> {
    const [command, ...words] = [...this.inside, 'setpriv', '--pdeathsig', 'TERM', 'redis-server'];
    const server = spawn(command!, [...words, ...(this.at ? ['--port', '6379', '--bind', this.at, '--protected-mode', 'no'] : ['--port', '0']), '--unixsocket', this.socket, '--save', '',
      '--appendonly', durable ? 'yes' : 'no', '--appendfsync', 'always', '--dir', this.folder], { stdio: 'ignore' });
    this.process = server;
    server.unref(); /* a server that is stopped and never removed leaves it behind; it ends with this process, which must not wait for it */
    await until('Redis to answer', async () => {
      if (server.exitCode !== null) throw new Hopeless(`redis-server ended with ${server.exitCode}`);
      return (await this.ask('PING')) === 'PONG';
    }, 10);
    return this;
  }

  get url(): string {
    return this.at ? `redis://${this.at}:6379/0` : `unix://${this.socket}`;
  }

  private get socket(): string {
    return path.join(this.folder, 'redis.sock');
  }

  /** A command's answer as redis-cli prints it; several lines for a list. */
  async ask(...words: string[]): Promise<string> {
    return (await run('redis-cli', ['-s', this.socket, ...words])).stdout.trim();
  }

  /** Ends it and waits. SIGSTOP makes it hang instead; SIGCONT wakes it up. */
  signal(signal: NodeJS.Signals): Promise<void> {
    this.process?.ref(); /* its end is waited for now */
    return signalProcess(this.process, signal);
  }

  async remove(): Promise<void> {
    await this.signal('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
