/** Real reverse proxies in front of a server, as ordinary processes with folders of their own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { ROOT } from './paths.ts';
import { Hopeless, until } from './wait.ts';

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export const answers = (port: number) => new Promise<boolean>((resolve) => {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.once('connect', () => { socket.destroy(); resolve(true); });
  socket.once('error', () => resolve(false));
});

async function start(name: string, command: string, config: (port: number, folder: string) => string, args: (file: string, folder: string) => string[]): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), `veza-${name}-`)), file = path.join(folder, 'proxy.conf'), port = await freePort();
  writeFileSync(file, config(port, folder));
  const proxy: ChildProcess = spawn('setpriv', ['--pdeathsig', 'KILL', command, ...args(file, folder)], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [proxy.stdout, proxy.stderr]) stream?.on('data', (data: Buffer) => { said += data.toString(); });
  after(async () => {
    const gone = new Promise((resolve) => proxy.once('exit', resolve));
    if (proxy.exitCode === null && proxy.kill('SIGTERM')) await gone;
    rmSync(folder, { recursive: true, force: true });
  });
  await until(`${name} to listen`, async () => {
    if (proxy.exitCode !== null) throw new Hopeless(`${name} ended with ${proxy.exitCode}: ${said}${readFileSync(file, 'utf8')}`);
    return answers(port);
  }, 10);
  return port;
}

/** nginx before `upstream`; `lines` go into the location, `adds` false leaves out its own X-Forwarded-For. */
export function startNginx(upstream: number, lines = '', adds = true): Promise<number> {
  return start('nginx', 'nginx', (port, folder) => `
daemon off; master_process off; worker_processes 1; pid ${folder}/pid; error_log stderr error;
events { worker_connections 256; }
http {
  access_log off; client_max_body_size 0;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://127.0.0.1:${upstream};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Connection "";
      ${adds ? 'proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;' : ''}
      ${lines}
    }
  }
}
`, (file, folder) => ['-e', 'stderr', '-p', folder, '-c', file]);
}

/** HAProxy before `upstream`. It adds a line of its own where nginx adds to the one that came. */
export function startHaproxy(upstream: number, lines = '  option forwardfor\n'): Promise<number> {
  return start('haproxy', 'haproxy', (port) => `
global
  maxconn 256
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend in
  bind 127.0.0.1:${port}
  default_backend veza
backend veza
${lines}  server veza 127.0.0.1:${upstream}
`, (file) => ['-db', '-f', file]);
}

/** A sample of deploy/ with ports and certificates of its own; the port of its https. That of nginx is in nginx.ts. */
export async function startSample(name: 'haproxy' | 'caddy', { api, stream, certificates }: { api: number; stream: number; certificates: string }): Promise<number> {
  const plain = await freePort();
  const own = (file: string, port: number): string => readFileSync(path.join(ROOT, 'deploy', file), 'utf8')
    .replaceAll('127.0.0.1:18080', `127.0.0.1:${api}`).replaceAll('127.0.0.1:18082', `127.0.0.1:${stream}`).replaceAll('/etc/haproxy', certificates)
    .replace('bind :80\n', `bind 127.0.0.1:${plain}\n`).replace('bind :443 ', `bind 127.0.0.1:${port} `);
  if (name === 'haproxy') return start(name, name, (port) => own('haproxy/haproxy.cfg', port), (file) => ['-db', '-f', file]);
  /* No certificate from the Internet, no administration port, nothing on other addresses or in the user's home. */
  return start(name, 'env', (port, folder) => `{
  admin off
  auto_https off
  storage file_system ${folder}
}
${own('caddy/Caddyfile', port).replace('\nmusic.example.org {\n', `\nhttps://music.example.org:${port} {\n\tbind 127.0.0.1\n\ttls ${certificates}/fullchain.pem ${certificates}/privkey.pem\n`)}`,
  (file, folder) => [`XDG_CONFIG_HOME=${folder}`, `XDG_DATA_HOME=${folder}`, 'caddy', 'run', '--adapter', 'caddyfile', '--config', file]);
}
