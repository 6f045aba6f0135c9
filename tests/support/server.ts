/** A real `veza serve` on a database and a data folder of its own. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Nginx } from './nginx.ts';
import { BINARY, LOGS } from './paths.ts';
import { Redis } from './redis.ts';
import { Swift } from './swift.ts';
import { Hopeless, until } from './wait.ts';

export type Settings = Record<string, string>;

interface Ready {
  api: number;
  stream: number;
  pid: number;
}

/** Settings of every test server: nothing from outside, free ports, limits out of the way. */
const DEFAULTS: Settings = {
  PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', APP_ENV: 'development', PORT_BACKEND: '0', PORT_STREAM: '0', LOG_LEVEL: 'INFO', LOG_FORMAT: 'json',
  ACCESS_TOKEN_S: '86400', RATE_LIMIT_GLOBAL: '1000000/1', RATE_LIMIT_IP: '1000000/1', RATE_LIMIT_READ: '1000000/1', RATE_LIMIT_WRITE: '1000000/1',
  RATE_LIMIT_AUTH: '1000000/1', RATE_LIMIT_UPLOAD: '1000000/1', RATE_LIMIT_MEDIA: '1000000/1', RATE_LIMIT_USERNAME: '1000000/1', RATE_LIMIT_UPLOAD_PART: '1000000/1', RATE_LIMIT_PLAY: '1000000/1', RATE_LIMIT_APPS: '1000000/1', RATE_LIMIT_CHAT: '1000000/1', MAX_UPLOAD_MB: '2200',
};

/** Sanitizers' own settings pass through. */
const PASSED_ON = ['ASAN_OPTIONS', 'UBSAN_OPTIONS', 'TSAN_OPTIONS', 'LSAN_OPTIONS'];

/** And its bucket, in a run that keeps files in an object store: VEZA_TEST_S3=1. */
const bucketOfFolder = new Map<string, string>();

/** Servers on one data folder are nodes of one installation: they share its Redis, which ends with the server that started it. */
const redisOfFolder = new Map<string, string>();

let counter = 0;

export class Server {
  private process: ChildProcess | undefined;
  private ready: Ready | undefined;
  private nginx: Nginx | undefined; /* of a run through nginx: VEZA_TEST_NGINX=1 */
  private redis: Redis | undefined; /* of a run that tests the shared parts: VEZA_TEST_REDIS=1 */
  readonly dataDir: string;
  readonly logFile: string;

  constructor(readonly name: string, private settings: Settings, dataDir?: string) {
    this.dataDir = dataDir ?? mkdtempSync(path.join(tmpdir(), 'veza-api-data-'));
    this.logFile = path.join(LOGS, `${name}-${process.pid}-${counter++}.log`);
  }

  /** Starts it and waits until both ports answer. */
  async start(more: Settings = {}, roles: string[] = []): Promise<this> {
    this.settings = { ...this.settings, ...more };
    if (process.env['VEZA_TEST_REDIS'] && this.settings['REDIS_URL'] === undefined) {
      const shared = redisOfFolder.get(this.dataDir);
      if (!shared) {
        this.redis = await new Redis(path.join(this.dataDir, 'redis')).start();
        redisOfFolder.set(this.dataDir, this.redis.url);
      }
      this.settings['REDIS_URL'] = shared ?? this.redis!.url;
    }
    const swift = Swift.ofRun();
    if (swift && this.settings['S3_ENABLED'] === undefined) {
      const bucket = bucketOfFolder.get(this.dataDir) ?? `veza-${process.pid}-${counter++}`;
      if (!bucketOfFolder.has(this.dataDir)) await swift.makeBucket(bucket);
      bucketOfFolder.set(this.dataDir, bucket);
      Object.assign(this.settings, swift.settings(bucket));
    }
    if (process.env['VEZA_TEST_NGINX']) this.settings['TRUSTED_PROXIES'] ??= '127.0.0.1';
    const readyFile = path.join(this.dataDir, `ready-${counter++}.json`);
    const log = openSync(this.logFile, 'a');
    const inherited = Object.fromEntries(PASSED_ON.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
    this.process = spawn('setpriv', ['--pdeathsig', 'TERM', BINARY, 'serve', ...roles], {
      cwd: this.dataDir, stdio: ['ignore', log, log],
      env: { ...DEFAULTS, ...inherited, VEZA_DATA_DIR: this.dataDir, VEZA_READY_FILE: readyFile, ...this.settings },
    });
    const server = this.process;
    this.ready = await until(`${this.name} to be ready (see ${this.logFile})`, () => {
      if (!this.running) throw new Hopeless(`veza ended with ${server.exitCode ?? server.signalCode}:\n${this.log().slice(-2000)}`);
      return JSON.parse(readFileSync(readyFile, 'utf8')) as Ready;
    }, 30);
    if (process.env['VEZA_TEST_NGINX']) {
      this.nginx = await Nginx.start({ api: this.ready.api || this.ready.stream, stream: this.ready.stream || this.ready.api });
    }
    return this;
  }

  get api(): string {
    return `http://127.0.0.1:${this.ports.api}`;
  }

  get stream(): string {
    return `http://127.0.0.1:${this.ports.stream}`;
  }

  /** Where clients go. */
  get ports(): Ready {
    return this.nginx ? { ...this.ownPorts, api: this.nginx.port, stream: this.nginx.port } : this.ownPorts;
  }

  /** Its own ones, also where there is an nginx in front. */
  get ownPorts(): Ready {
    if (!this.ready) throw new Error(`${this.name} is not running`);
    return this.ready;
  }

  get running(): boolean {
    return !!this.process && this.process.exitCode === null && this.process.signalCode === null;
  }

  log(): string {
    return readFileSync(this.logFile, 'utf8');
  }

  /** Waits until the log has such a line: the server writes it after the reply has left. `since` is a length that log() had. */
  async logged(line: RegExp, since = 0): Promise<void> {
    await until(`${line} in the log of ${this.name}`, () => line.test(this.log().slice(since)));
  }

  /** Kilobytes from /proc: VmRSS now, or VmHWM, the most it ever was. */
  memory(field: 'VmRSS' | 'VmHWM'): number {
    const found = readFileSync(`/proc/${this.ports.pid}/status`, 'utf8').match(new RegExp(`${field}:\\s+(\\d+) kB`));
    if (!found) throw new Error(`no ${field} for ${this.ports.pid}`);
    return Number(found[1]);
  }

  /** Keys of the files that it keeps, on disk or in its bucket. */
  async storedKeys(): Promise<string[]> {
    const swift = Swift.ofRun(), folder = path.join(this.dataDir, 'files');
    if (swift) return swift.objects(this.settings['S3_BUCKET']!);
    return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
  }

  async stored(key: string): Promise<Buffer> {
    const swift = Swift.ofRun();
    return swift ? Buffer.from(await (await this.askStore(swift, 'GET', key)).arrayBuffer()) : readFileSync(path.join(this.dataDir, 'files', key));
  }

  /** Writes a file among those that it keeps, or over one of them; without contents, deletes it. */
  async overwrite(key: string, content?: string | Uint8Array): Promise<void> {
    const swift = Swift.ofRun(), file = path.join(this.dataDir, 'files', key);
    if (swift) {
      await this.askStore(swift, content === undefined ? 'DELETE' : 'PUT', key, content);
    } else if (content === undefined) {
      rmSync(file);
    } else {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
  }

  private async askStore(swift: Swift, method: string, key: string, content?: string | Uint8Array): Promise<Response> {
    const reply = await swift.ask(method, `${this.settings['S3_BUCKET']}/${key}`, {}, content);
    if (!reply.ok) throw new Error(`${key}: ${reply.status} ${await reply.text()}`);
    return reply;
  }

  /** What it holds in a Redis beside the database is gone. */
  async forgetShared(): Promise<void> {
    await this.redis?.ask('FLUSHALL');
  }

  /** Ends it with this signal and waits; returns the exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const server = this.process;
    if (!server || !this.running) return server?.exitCode ?? null;
    const gone = new Promise<number | null>((resolve) => server.once('exit', resolve));
    server.kill(signal);
    await this.nginx?.remove();
    const code = await Promise.race([gone, new Promise<'late'>((resolve) => setTimeout(resolve, 20_000, 'late').unref())]);
    if (code !== 'late') return code;
    const stacks = `${this.logFile}.stacks`;
    spawnSync('gdb', ['-p', String(server.pid), '-batch', '-ex', 'thread apply all bt 12'], { stdio: ['ignore', openSync(stacks, 'w'), 'ignore'] });
    server.kill('SIGKILL');
    throw new Error(`${this.name} did not stop within 20 s of ${signal}; what it was doing is in ${stacks}`);
  }

  async remove(): Promise<void> {
    try {
      await this.stop();
      const wrong = this.process && this.log().match(/^.*((ERROR|WARNING): \w+Sanitizer|runtime error:).*(\n.*){0,30}/m);
      if (wrong) throw new Error(`${this.name} (${this.logFile}): ${wrong[0]}`);
    } finally {
      if (this.redis) redisOfFolder.delete(this.dataDir);
      await this.redis?.remove();
      rmSync(this.dataDir, { recursive: true, force: true });
    }
  }
}
