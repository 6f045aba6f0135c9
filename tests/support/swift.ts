/** A real object store that speaks S3: OpenStack Swift with its middleware s3api, four processes in a folder of their own. It holds several
 * buckets, one for each installation. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { freePorts, signalProcess } from './process.ts';
import type { Settings } from './server.ts';
import { Hopeless, until } from './wait.ts';

const KINDS = ['account', 'container', 'object'] as const;

const PIPELINE = ['catch_errors', 'gatekeeper', 'healthcheck', 'proxy-logging', 'cache', 'listing_formats', 'bulk', 's3api', 'tempauth', 'copy', 'slo',
  'versioned_writes', 'symlink'];
const FILTERS: Record<string, string> = {
  'catch_errors': '', 'gatekeeper': '', 'healthcheck': '', 'proxy-logging': 'proxy_logging', 'cache': 'memcache', 'listing_formats': '', 'bulk': '',
  's3api': '', 'tempauth': '', 'copy': '', 'slo': '', 'versioned_writes': '', 'symlink': '',
};
const MORE: Record<string, string> = {
  cache: 'memcache_servers = 127.0.0.1:1', /* none */
  s3api: 'location = us-east-1\ns3_acl = false\ndns_compliant_bucket_names = true\nstorage_domain = localhost\nmin_segment_size = 5242880',
  tempauth: 'user_test_tester = testing .admin',
  versioned_writes: 'allow_object_versioning = true',
};

export class Swift {
  private processes: ChildProcess[] = [];
  private ports: number[];
  readonly folder: string;

  /** `ports`: of one that another process started and ends; only its buckets are used. `at`: its address in a network that the words of the command `inside`
   * enter. */
  constructor(ports: number[] = [], private inside: string[] = [], private at = '127.0.0.1') {
    this.ports = ports;
    this.folder = ports.length ? '' : mkdtempSync(path.join(tmpdir(), 'veza-swift-'));
  }

  /** The one of this run (support/run.ts), where files of every installation are kept in a bucket of its own. */
  static ofRun(): Swift | undefined {
    const port = process.env['VEZA_TEST_S3_PORT'];
    return port ? new Swift([0, 0, 0, Number(port)]) : undefined;
  }

  get port(): number {
    return this.ports[3]!;
  }

  /** Those of a server that keeps its files in this bucket. */
  settings(bucket: string): Settings {
    return { S3_ENABLED: 'true', S3_ENDPOINT: this.url, S3_BUCKET: bucket, S3_REGION: 'us-east-1', S3_ACCESS_KEY: 'test:tester', S3_SECRET_KEY: 'testing' };
  }

  get url(): string {
    return `http://${this.at}:${this.port}`;
  }

  private write(name: string, sections: Record<string, string>): void {
    writeFileSync(path.join(this.folder, 'conf', name), Object.entries(sections).map(([title, text]) => `[${title}]\n${text}\n`).join(''));
  }

  private configure(): void {
    const conf = path.join(this.folder, 'conf');
    mkdirSync(conf);
    mkdirSync(path.join(this.folder, 'srv/d1'), { recursive: true });
    this.write('swift.conf', { 'swift-hash': 'swift_hash_path_suffix = t1\nswift_hash_path_prefix = t0', 'storage-policy:0': 'name = default\ndefault = yes' });
    const common = (port: number) => `bind_ip = ${port === this.port ? this.at : '127.0.0.1'}\nbind_port = ${port}\nuser = ${userInfo().username}\nswift_dir = ${conf}\nworkers = 0\n` +
      `log_level = WARNING\nlog_address = ${this.folder}/nolog\n`;
    KINDS.forEach((kind, i) => {
      const builder = path.join(conf, `${kind}.builder`);
      for (const words of [['create', '6', '1', '0'], ['add', `r1z1-127.0.0.1:${this.ports[i]}/d1`, '1'], ['rebalance']])
        execFileSync('swift-ring-builder', [builder, ...words], { stdio: 'ignore' });
      this.write(`${kind}.conf`, {
        DEFAULT: `${common(this.ports[i]!)}devices = ${this.folder}/srv\nmount_check = false\ndisable_fallocate = true`,
        'pipeline:main': `pipeline = ${kind}-server`, [`app:${kind}-server`]: `use = egg:swift#${kind}`,
      });
    });
    this.write('proxy.conf', {
      DEFAULT: common(this.ports[3]!), 'pipeline:main': `pipeline = ${PIPELINE.join(' ')} proxy-logging proxy-server`,
      'app:proxy-server': 'use = egg:swift#proxy\naccount_autocreate = true\nallow_account_management = true\n' +
        /* a part that starts a moment later is not avoided for a minute, and a busy machine is no fault of a part's */
        'error_suppression_interval = 0.1\nerror_suppression_limit = 1000000\nnode_timeout = 60\nconn_timeout = 10',
      ...Object.fromEntries(PIPELINE.map((name) => [`filter:${name}`, `use = egg:swift#${FILTERS[name] || name}\n${MORE[name] ?? ''}`])),
    });
  }

  private launch(kind: string): ChildProcess {
    const log = openSync(path.join(this.folder, `${kind}.log`), 'a');
    const [command, ...words] = [...this.inside, 'setpriv', '--pdeathsig', 'TERM', '/usr/bin/python3'];
    return spawn(command!, [...words, `/usr/bin/swift-${kind}-server`, path.join(this.folder, 'conf', `${kind}.conf`)],
      { stdio: ['ignore', log, log], env: { PATH: '/usr/bin:/bin', HOME: this.folder, LANG: 'C.UTF-8' } });
  }

  /** Starts it, or starts it again with what it held. */
  async start(): Promise<this> {
    if (!this.ports.length) {
      this.ports = await freePorts(4);
      this.configure();
    }
    this.processes = [...KINDS, 'proxy'].map((kind) => this.launch(kind));
    await until('Swift to answer', async () => {
      if (this.processes.some((one) => one.exitCode !== null)) throw new Hopeless(`a process of Swift ended; see ${this.folder}/*.log`);
      /* an object passes through all four */
      return [200, 409].includes((await this.ask('PUT', 'ready')).status) && (await this.ask('PUT', 'ready/ready', {}, 'ready')).ok;
    }, 60);
    return this;
  }

  /** A request that is signed here, independently of the server's own signatures. `where` begins with the bucket. */
  async ask(method: string, where: string, query: Record<string, string> = {}, body: string | Uint8Array = ''): Promise<Response> {
    const time = new Date().toISOString().replace(/[-:]|\.\d+/g, ''), scope = `${time.slice(0, 8)}/us-east-1/s3/aws4_request`;
    const encode = (text: string) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
    const search = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`).sort().join('&');
    const route = `/${where.split('/').map(encode).join('/')}`, digest = createHash('sha256').update(body).digest('hex');
    const headers = { host: new URL(this.url).host, 'x-amz-content-sha256': digest, 'x-amz-date': time }, names = Object.keys(headers).join(';');
    const canonical = [method, route, search, ...Object.entries(headers).map((pair) => pair.join(':')), '', names, digest].join('\n');
    const text = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
    const key = scope.split('/').reduce<Buffer | string>((secret, part) => createHmac('sha256', secret).update(part).digest(), 'AWS4testing');
    const signature = createHmac('sha256', key).update(text).digest('hex');
    return fetch(`${this.url}${route}${search ? `?${search}` : ''}`, { method, ...(body.length ? { body: typeof body === 'string' ? body : new Uint8Array(body) } : {}), signal: AbortSignal.timeout(10_000),
      headers: { ...headers, authorization: `AWS4-HMAC-SHA256 Credential=test:tester/${scope}, SignedHeaders=${names}, Signature=${signature}` } });
  }

  async makeBucket(name: string): Promise<void> {
    const reply = await this.ask('PUT', name);
    if (!reply.ok) throw new Error(`the bucket ${name}: ${reply.status} ${await reply.text()}`);
  }

  private async list(bucket: string, query: Record<string, string>, element: string): Promise<string[]> {
    const reply = await this.ask('GET', bucket, query), text = await reply.text();
    if (!reply.ok) throw new Error(`listing ${bucket}: ${reply.status} ${text}`);
    return [...text.matchAll(new RegExp(`<${element}>.*?<Key>(.*?)</Key>.*?</${element}>`, 'gs'))].map(([, key]) => key!);
  }

  /** Keys of its objects, a thousand at most. */
  objects(bucket: string): Promise<string[]> {
    return this.list(bucket, { 'list-type': '2' }, 'Contents');
  }

  /** Keys of multipart uploads that are under way or were left. */
  uploads(bucket: string): Promise<string[]> {
    return this.list(bucket, { uploads: '' }, 'Upload');
  }

  /** Sizes of all files that it keeps on disk, largest first: also of parts of multipart uploads, which no listing shows. */
  sizes(): number[] {
    return readdirSync(path.join(this.folder, 'srv/d1/objects'), { recursive: true, withFileTypes: true }).filter((entry) => entry.name.endsWith('.data'))
      .map((entry) => statSync(path.join(entry.parentPath, entry.name)).size).sort((one, other) => other - one);
  }

  /** Ends it and waits. SIGSTOP makes it hang instead; SIGCONT wakes it up. */
  async signal(signal: NodeJS.Signals): Promise<void> {
    await Promise.all(this.processes.map((one) => signalProcess(one, signal)));
  }

  async remove(): Promise<void> {
    await this.signal('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
