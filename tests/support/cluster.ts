/** A throw-away PostgreSQL server: Unix socket only, no durability, gone at the end. As root it runs as `postgres`. */
import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, chownSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
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

/** Settings of a server that standbys follow. */
export const WITH_STANDBYS = { wal_level: 'replica', max_wal_senders: '10', wal_keep_size: '256MB', wal_retrieve_retry_interval: '500ms' };

export class Cluster {
  private process: ChildProcess | undefined;

  private constructor(readonly folder: string, private settings: Record<string, string> = {}, private inside: string[] = []) {}

  /** As libpq understands it. */
  url(database: string): string {
    return `host=${this.folder} user=app dbname=${database}`;
  }

  private static makeFolder(): string {
    const folder = mkdtempSync(path.join(tmpdir(), 'veza-api-pg-'));
    if (PREFIX.length) {
      const ids = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' })));
      chownSync(folder, ids[0]!, ids[1]!);
    }
    return folder;
  }

  /** `settings` of PostgreSQL beyond our own; `inside`: the words of a command that runs it in a network of its own, whose addresses may connect. */
  static async create(settings: Record<string, string> = {}, inside: string[] = []): Promise<Cluster> {
    const folder = Cluster.makeFolder(), cluster = new Cluster(folder, settings, inside);
    const [command, ...rest] = [...PREFIX, path.join(binaries(), 'initdb'), '-D', `${folder}/data`, '-A', 'trust', '-U', 'app', '-E',
      'UTF8', '--locale=C.UTF-8', '--no-sync', '--no-instructions', '--wal-segsize=1'];
    await run(command!, rest, { cwd: '/' });
    if (inside.length) appendFileSync(`${folder}/data/pg_hba.conf`, 'host all,replication all samenet trust\n');
    await cluster.start();
    return cluster;
  }

  /** A standby of this one, which was made with WITH_STANDBYS; `inside`: as for create(), and `settings` then have listen_addresses. */
  async standby(settings: Record<string, string> = {}, inside: string[] = []): Promise<Cluster> {
    const from = inside.length ? this.settings['listen_addresses'] : this.folder;
    const folder = Cluster.makeFolder(), standby = new Cluster(folder, { ...WITH_STANDBYS, ...settings, primary_conninfo: `host=${from} user=app`, hot_standby: 'on' }, inside);
    const [command, ...rest] = [...PREFIX, path.join(binaries(), 'pg_basebackup'), '-h', this.folder, '-U', 'app', '-D', `${folder}/data`, '-c', 'fast', '--no-sync'];
    await run(command!, rest, { cwd: '/' });
    await run([...PREFIX, 'touch'][0]!, [...PREFIX, 'touch'].slice(1).concat(`${folder}/data/standby.signal`));
    await standby.start();
    return standby;
  }

  /** A copy of a database of another server. */
  async copy(from: Cluster, database: string): Promise<void> {
    await this.sql('postgres', `create database ${database}`);
    const pipe = `'${binaries()}/pg_dump' -h '${from.folder}' -U app --no-owner '${database}' | '${binaries()}/psql' -h '${this.folder}' -U app -Xq -v ON_ERROR_STOP=1 '${database}'`;
    await run('bash', ['-o', 'pipefail', '-c', pipe], { maxBuffer: 16 * 1024 * 1024 });
  }

  /** One that another process of the suite started. */
  static at(folder: string): Cluster {
    return new Cluster(folder);
  }

  async start(): Promise<void> {
    const settings = { listen_addresses: '', unix_socket_directories: this.folder, fsync: 'off', synchronous_commit: 'off',
      full_page_writes: 'off', wal_level: 'minimal', max_wal_senders: '0', autovacuum: 'off', jit: 'off', max_connections: '400',
      shared_buffers: '64MB', ...this.settings };
    const [command, ...rest] = [...this.inside, 'setpriv', '--pdeathsig', 'INT', ...PREFIX, path.join(binaries(), 'postgres'), '-D', `${this.folder}/data`,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
    const log = openSync(`${this.folder}-log`, 'a');
    this.process = spawn(command!, rest, { cwd: '/', stdio: ['ignore', log, log] });
    await until('PostgreSQL', () =>
      readFileSync(`${this.folder}/data/postmaster.pid`, 'utf8').split('\n')[7]?.trim() === 'ready' &&
      run(path.join(binaries(), 'pg_isready'), ['-h', this.folder, '-q']).then(() => true));
  }

  /** Changes a setting that needs no new start. */
  async set(name: string, value: string): Promise<void> {
    await run(path.join(binaries(), 'psql'), ['-h', this.folder, '-U', 'app', '-d', 'postgres', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-c', `alter system set ${name} = '${value}'`, '-c', 'select pg_reload_conf()']);
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
  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    const server = Number(readFileSync(`${this.folder}/data/postmaster.pid`, 'utf8').split('\n')[0]);
    const children = readFileSync(`/proc/${server}/task/${server}/children`, 'utf8').trim().split(' ').filter(Boolean);
    for (const pid of [server, ...children.map(Number)]) {
      try {
        process.kill(pid, name);
      } catch { /* it ended by itself */ }
    }
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
