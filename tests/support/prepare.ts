/** Once a run: a database server, a migrated template with people, and their tokens. */
import { execFile, spawn } from 'node:child_process';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Cluster, WITH_STANDBYS } from './cluster.ts';
import { replicaDelay } from './late-replica.ts';
import { BINARY, WORK } from './paths.ts';
import { Server, type Settings } from './server.ts';
import { codeOf } from './totp.ts';
import { until } from './wait.ts';
import type { Person, Template } from './world.ts';

const run = promisify(execFile);
const PASSWORD = 'correct horse battery';
const ROLES: Record<Person, string> = { alice: 'user', bob: 'user', carol: 'creator', dave: 'creator', mia: 'moderator', root: 'admin' };

/** All servers of a run share the signing key and the secrets, so that a token of the template is good on every clone. */
function sharedSettings(folder: string): Settings {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const file = path.join(folder, 'jwt.pem');
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  writeFileSync(path.join(folder, 'jwt.pub.pem'), createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }));
  /* Passwords cost what production would refuse: they took more processor time than all else together. A hash still takes far longer than a request. */
  return { JWT_PRIVATE_KEY_PATH: file, APP_SECRET: 'a secret of the tests, thirty-two bytes or more', PASSWORD_COST: '8' };
}

/** Administration asks for a second factor: sets one up, proves it for this session with a recovery code, and returns its secret. */
async function protect(api: string, token: string): Promise<string> {
  const post = async (path: string, body: object) => {
    const reply = await fetch(`${api}/api/v1/auth/2fa/${path}`, { method: 'POST', body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` } });
    if (!reply.ok) throw new Error(`2fa/${path}: ${reply.status} ${await reply.text()}`);
    return (await reply.json()) as { secret: string; recovery_codes: string[] };
  };
  const { secret } = await post('setup', { password: PASSWORD });
  const { recovery_codes } = await post('verify', { code: codeOf(secret) });
  await post('step-up', { code: recovery_codes[0]! });
  return secret;
}

async function createUser(name: Person, env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(BINARY, ['user', 'create', '--username', name, '--email', `${name}@example.org`, '--role', ROLES[name], '--verified'],
    { env, cwd: '/tmp', stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { said += chunk.toString(); });
  child.stdin.end(`${PASSWORD}\n`);
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`veza user create ${name}: ${code} ${said}`);
}

/** Everything that a run writes outside of the project is in one folder, which goes away with the run however that ends. */
function useOwnTemporaryFolder(): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'veza-tests-'));
  chmodSync(folder, 0o755); /* as root, the database is another user's */
  process.env['TMPDIR'] = folder;
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
}

/** VEZA_TEST_REPLICA=10s: servers have a replica that replays so late (recovery_min_apply_delay); see late-replica.ts. */
export async function prepare(): Promise<{ cluster: Cluster; standby: Cluster | undefined; template: Template }> {
  useOwnTemporaryFolder();
  const delay = replicaDelay, cluster = await Cluster.create(delay ? WITH_STANDBYS : {});
  let standby: Cluster | undefined;
  try {
    const template = await fill(cluster);
    if (delay) {
      standby = await cluster.standby({ recovery_min_apply_delay: delay });
      template.replica = standby.folder;
      writeFileSync(path.join(WORK, 'template.json'), JSON.stringify(template));
    }
    return { cluster, standby, template };
  } catch (error) {
    await standby?.remove();
    await cluster.remove(); /* it would keep the run from ending */
    throw error;
  }
}

async function fill(cluster: Cluster): Promise<Template> {
  const folder = mkdtempSync(path.join(WORK, 'secrets-'));
  const settings = sharedSettings(folder);
  await cluster.sql('postgres', 'create database template_veza');
  const env = { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', VEZA_DATA_DIR: folder, DATABASE_URL: cluster.url('template_veza'), ...settings };
  await run(BINARY, ['migrate', 'up'], { env, cwd: '/tmp' });
  const people = Object.keys(ROLES) as Person[];
  await Promise.all(people.map((name) => createUser(name, env)));
  const server = await new Server('template', { ...settings, DATABASE_URL: cluster.url('template_veza') }).start();
  const tokens = {} as Record<Person, string>, ids = {} as Record<Person, string>;
  await Promise.all(people.map(async (name) => {
    const response = await fetch(`${server.api}/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: `${name}@example.org`, password: PASSWORD }) });
    const body = (await response.json()) as { access_token?: string; user?: { id: string } };
    if (!body.access_token || !body.user) throw new Error(`login of ${name}: ${response.status} ${JSON.stringify(body)}`);
    tokens[name] = body.access_token;
    ids[name] = body.user.id;
  }));
  const rootSecret = await protect(server.api, tokens.root);
  /* what its events lead to is in every clone, or comes while a test looks */
  await until('the events of the template', async () => (await cluster.sql('template_veza', 'select count(*) from bus_waiting')) === '0');
  await server.remove();
  await cluster.sql('template_veza', 'update mfa_configs set last_step = 0'); /* its code of now is good in every clone */
  const template: Template = { cluster: cluster.folder, database: 'template_veza', settings, tokens, ids, rootSecret };
  writeFileSync(path.join(WORK, 'template.json'), JSON.stringify(template));
  return template;
}
