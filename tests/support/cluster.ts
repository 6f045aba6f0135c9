/** A throw-away PostgreSQL server: Unix socket only, no durability, gone at the end. As root it runs as `postgres`. */
import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chownSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { promisify } from 'node:util';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { until } from './wait.ts';

const run = promisify(execFile);

function binaries(): string {
  const base = '/usr/lib/postgresql';
  const newest = readdirSync(base).map(Number).filter(Boolean).sort((a, b) => a - b).pop();
  if (!newest) throw new Error(`PostgreSQL is not installed in ${base}`);
  return path.join(base, String(newest), 'bin');
}

const PREFIX = process.getuid?.() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : [];

export class Cluster {
  private process: ChildProcess | undefined;

  private constructor(readonly folder: string) {}

  /** As libpq understands it. */
  url(database: string): string {
    return `host=${this.folder} user=app dbname=${database}`;
  }

  static async create(): Promise<Cluster> {
    const folder = mkdtempSync(path.join(tmpdir(), 'veza-api-pg-'));
    if (PREFIX.length) {
      const ids = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' })));
      chownSync(folder, ids[0]!, ids[1]!);
    }
    const cluster = new Cluster(folder);
    const [command, ...rest] = [...PREFIX, path.join(binaries(), 'initdb'), '-D', `${folder}/data`, '-A', 'trust', '-U', 'app', '-E',
      'UTF8', '--locale=C.UTF-8', '--no-sync', '--no-instructions', '--wal-segsize=1'];
    await run(command!, rest, { cwd: '/' });
    await cluster.start();
    return cluster;
  }

  /** One that another process of the suite started. */
  static at(folder: string): Cluster {
    return new Cluster(folder);
  }

  async start(): Promise<void> {
    const settings = { listen_addresses: '', unix_socket_directories: this.folder, fsync: 'off', synchronous_commit: 'off',
      full_page_writes: 'off', wal_level: 'minimal', max_wal_senders: '0', autovacuum: 'off', jit: 'off', max_connections: '400',
      shared_buffers: '64MB' };
    const [command, ...rest] = ['setpriv', '--pdeathsig', 'INT', ...PREFIX, path.join(binaries(), 'postgres'), '-D', `${this.folder}/data`,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
    const log = openSync(`${this.folder}-log`, 'a');
    this.process = spawn(command!, rest, { cwd: '/', stdio: ['ignore', log, log] });
    await until('PostgreSQL', () =>
      readFileSync(`${this.folder}/data/postmaster.pid`, 'utf8').split('\n')[7]?.trim() === 'ready' &&
      run(path.join(binaries(), 'pg_isready'), ['-h', this.folder, '-q']).then(() => true));
  }

  /** Cuts all connections and waits until nothing listens. */
  async stop(): Promise<void> {
    const server = this.process;
    if (!server || server.exitCode !== null) return;
    const gone = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGINT');
    await gone;
    this.process = undefined;
  }

  /** Sends a signal to the server and to all its processes, SIGSTOP first of all to the server, so that it starts no more of them. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    const server = Number(readFileSync(`${this.folder}/data/postmaster.pid`, 'utf8').split('\n')[0]);
    process.kill(server, name);
    for (const child of readFileSync(`/proc/${server}/task/${server}/children`, 'utf8').trim().split(' ')) if (child) process.kill(Number(child), name);
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
    rmSync(`${this.folder}-log`, { force: true });
  }

  /** `notices` is told the statements wrote besides. */
  async sql(database: string, text: string, notices?: (text: string) => void): Promise<string> {
    const { stdout, stderr } = await run(path.join(binaries(), 'psql'), ['-h', this.folder, '-U', 'app', '-d', database, '-XAtq', '-v', 'ON_ERROR_STOP=1', '-c', text]);
    notices?.(stderr);
    return stdout.trim();
  }

  async clone(template: string, name: string): Promise<void> {
    await this.sql('postgres', `create database ${name} template ${template} strategy file_copy`);
  }

  async drop(name: string): Promise<void> {
    await this.sql('postgres', `drop database if exists ${name} with (force)`);
  }
}
