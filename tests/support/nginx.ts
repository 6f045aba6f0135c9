/** deploy/nginx as nginx runs it: folders, ports and certificates are the test's, every other line is what operators copy. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { ROOT } from './paths.ts';
import { signalProcess } from './process.ts';
import { answers, freePort } from './proxy.ts';
import { Hopeless, until } from './wait.ts';

export interface Behind {
  api: number;
  stream: number;
  /** Of https; without it a free one. */
  port?: number;
  /** A folder with fullchain.pem and privkey.pem; without it nginx speaks plain HTTP. */
  certificates?: string;
  /** What the test has otherwise than operators: pairs of what stands there and what shall. */
  changes?: [string, string][];
}

/** A certificate for music.example.org and localhost, signed by itself; the folder goes away after the file's tests. */
export function certificate(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'veza-certificates-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=music.example.org',
    '-addext', 'subjectAltName=DNS:music.example.org,DNS:localhost', '-keyout', `${folder}/privkey.pem`, '-out', `${folder}/fullchain.pem`], { stdio: 'ignore' });
  return folder;
}

function sample(folder: string, port: number, plain: number, { api, stream, certificates, changes = [] }: Behind): string {
  let text = readFileSync(path.join(ROOT, 'deploy/nginx/veza.conf'), 'utf8');
  const change = (from: string, to: string) => {
    if (!text.includes(from)) throw new Error(`deploy/nginx/veza.conf has no "${from}"`);
    text = text.replaceAll(from, to);
  };
  for (const [from, to] of changes) change(from, to);
  change('127.0.0.1:18080', `127.0.0.1:${api}`);
  change('127.0.0.1:18082', `127.0.0.1:${stream}`);
  change('/var/cache/nginx-', `${folder}/cache-`);
  change('/var/log/nginx/', `${folder}/`);
  change('listen 80;', `listen 127.0.0.1:${plain};`);
  text = text.replace(/^ *listen \[::\].*\n/gm, '');
  change('listen 443 ssl http2;', `listen 127.0.0.1:${port}${certificates ? ' ssl http2' : ''};`);
  if (certificates) change('/etc/letsencrypt/live/music.example.org', certificates);
  else text = text.replace(/^ *ssl_.*\n/gm, '');
  return `
daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr error; ${process.getuid?.() === 0 ? 'user root;' : ''}
events { worker_connections 1024; }
http {
  access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
${text}
}
`;
}

export class Nginx {
  private process: ChildProcess | undefined;
  private said = '';
  private constructor(readonly port: number, readonly plainPort: number, private readonly folder: string) {}

  /** Starts it; it ends after the file's tests. */
  static async start(behind: Behind): Promise<Nginx> {
    const folder = mkdtempSync(path.join(tmpdir(), 'veza-nginx-'));
    const nginx = new Nginx(behind.port ?? await freePort(), await freePort(), folder);
    writeFileSync(path.join(folder, 'nginx.conf'), sample(folder, nginx.port, nginx.plainPort, behind));
    after(() => nginx.remove());
    return nginx.start();
  }

  /** Once more after kill(), with the same ports and what is in the cache. */
  async start(): Promise<this> {
    /* On TERM the master ends its workers; they would outlive its sudden death. */
    const child = spawn('setpriv', ['--pdeathsig', 'TERM', 'nginx', '-e', 'stderr', '-p', this.folder, '-c', 'nginx.conf'], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.process = child;
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => { this.said += data.toString(); });
    await until('nginx to listen', async () => {
      if (child.exitCode !== null) throw new Hopeless(`nginx ended with ${child.exitCode}: ${this.said}`);
      return answers(this.port);
    }, 10);
    return this;
  }

  /** What it wrote of the requests. */
  requests(): string {
    return readFileSync(path.join(this.folder, 'access.log'), 'utf8');
  }

  /** What it wrote to its error log. */
  errors(): string {
    return this.said;
  }

  /** All its processes at once, without a warning. */
  async kill(): Promise<void> {
    const pid = this.process!.pid!;
    const workers = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
    await signalProcess(this.process, 'SIGKILL');
    for (const worker of workers) process.kill(Number(worker), 'SIGKILL');
    await until('its ports to be free', async () => !(await answers(this.port)));
  }

  /** The files of a cache with their bytes. */
  cached(cache: 'segments' | 'allowed'): { file: string; bytes: number }[] {
    const folder = path.join(this.folder, `cache-veza-${cache}`);
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => path.join(folder, file))
      .map((file) => ({ file, about: statSync(file, { throwIfNoEntry: false }) })).filter(({ about }) => about?.isFile()).map(({ file, about }) => ({ file, bytes: about!.size }));
  }

  async remove(): Promise<void> {
    await signalProcess(this.process, 'SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
