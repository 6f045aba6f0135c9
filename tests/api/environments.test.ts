/** Development, staging and production, row by row of the specification's table (CONFIGURATION_ENVIRONNEMENT); ADR 0092 says where Veza does otherwise, and why. */
import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { isFull } from '../support/level.ts';
import { BINARY, ROOT } from '../support/paths.ts';
import { exchange, request11 } from '../support/raw.ts';
import { Redis } from '../support/redis.ts';
import { Server, type Settings } from '../support/server.ts';
import { browser, cluster, emailOf, PASSWORD, template, World } from '../support/world.ts';

/* As the program has them where nobody says anything. */
const UNSET = Object.fromEntries(['LOG_LEVEL', 'LOG_FORMAT', 'REDIS_URL', ...['GLOBAL', 'IP', 'READ', 'WRITE', 'AUTH', 'UPLOAD', 'MEDIA', 'USERNAME', 'UPLOAD_PART', 'PLAY'].map((name) => `RATE_LIMIT_${name}`)].map((name) => [name, '']));
const STRICT: Settings = { FRONTEND_URL: 'https://music.example.org', APP_DOMAIN: 'music.example.org', ENABLE_CLAMAV: 'false', PASSWORD_COST: '12' };
const settingsOf = (env: string): Settings => ({ ...UNSET, APP_ENV: env, ...(env === 'development' ? { FRONTEND_URL: 'http://localhost:5173' } : STRICT) });

const [development, staging, production] = await Promise.all(['development', 'staging', 'production'].map((env) => World.start(`env-${env}`, settingsOf(env))));
const all = [['development', development!], ['staging', staging!], ['production', production!]] as const;

/** What the program says that cannot start, or of a command. */
const said = (words: string[], settings: Settings) => {
  const { stdout, stderr, status } = spawnSync(BINARY, words, { cwd: '/tmp', encoding: 'utf8', timeout: 60_000, env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', ...template.settings, PORT_BACKEND: '0', PORT_STREAM: '0', ...settings } });
  return { status, text: stdout + stderr };
};
const refused = (world: World, settings: Settings) => said(['serve'], { DATABASE_URL: cluster.url(world.database), VEZA_DATA_DIR: world.server.dataDir, ...settings });
const doctor = (world: World, env: string) => said(['doctor'], { DATABASE_URL: cluster.url(world.database), VEZA_DATA_DIR: world.server.dataDir, ...settingsOf(env) }).text;
const get = (world: World, target: string, headers: Record<string, string> = {}) => exchange(world.server.ports.api, { write: [request11(`GET ${target}`, headers)] });

test('APP_ENV: one of three, which the status tells', async () => {
  for (const [env, world] of all) assert.equal(((await world.visitor.get('/api/v1/status')).body as { environment: string }).environment, env);
  assert.match(refused(development!, { APP_ENV: 'prod' }).text, /APP_ENV is "prod"; it must be development, staging or production/);
});

test('CORS: any origin, but without credentials, in development; elsewhere only the ones that are listed; no star in production', async () => {
  const asked = async (world: World, origin: string) => {
    const { headers } = await get(world, '/api/v1/status', { Origin: origin });
    return [headers['access-control-allow-origin'], headers['access-control-allow-credentials']];
  };
  assert.deepEqual(await asked(development!, 'https://other.example'), ['*', undefined]);
  for (const world of [staging!, production!]) {
    assert.deepEqual(await asked(world, 'https://other.example'), [undefined, undefined]);
    assert.deepEqual(await asked(world, 'https://music.example.org'), ['https://music.example.org', 'true']);
  }
  assert.match(refused(production!, { ...settingsOf('production'), CORS_ORIGINS: '*' }).text, /CORS_ORIGINS.*star/);
});

test('CSRF: always obligatory (the specification has it optional in development)', async () => {
  for (const [env, world] of all) {
    const { cookies, csrf } = await browser(world.visitor, emailOf('alice'));
    assert.equal((await world.visitor.post('/api/v1/ws/ticket', { as: { cookies } })).status, 403, env);
    assert.equal((await world.visitor.post('/api/v1/ws/ticket', { as: { cookies, csrf } })).status, 201, env);
  }
});

test('the API reader: in development and staging', async () => {
  assert.deepEqual(await Promise.all(all.map(async ([, world]) => (await get(world, '/docs')).status)), [200, 200, 404]);
});

test('profiles, in the place of pprof: in development, for this machine alone', async () => {
  let looking = true;
  const look = get(development!, '/debug/profile?seconds=2').finally(() => { looking = false; });
  while (looking) await development!.visitor.post('/api/v1/auth/login', { body: { email: emailOf('bob'), password: PASSWORD } }); /* its hash takes time of a processor */
  const { status, headers, body } = await look;
  assert.equal(status, 200);
  assert.match(headers['content-type'] ?? '', /^text\/plain/);
  assert.match(body, /^\d+ .*\blibcrypt\S+ < .*\bveza\+0x[0-9a-f]+/m, 'who worked was seen');
  const told = said(['profile', '1'], { ...settingsOf('development'), PORT_BACKEND: String(development!.server.ports.api) });
  assert.equal(told.status, 0, told.text);
  assert.equal((await development!.visitor.send('GET', '/debug/profile?seconds=1', { headers: { 'X-Forwarded-For': '127.0.0.1' } })).status, 403);
  for (const world of [staging!, production!]) assert.equal((await world.visitor.send('GET', '/debug/profile?seconds=1')).status, 404);
  const twice = await Promise.all([1, 2].map(() => development!.visitor.send('GET', '/debug/profile?seconds=1')));
  assert.deepEqual(twice.map((reply) => reply.status).sort(), [200, 503], 'one at a time');
  assert.match(said(['profile', '1'], { ...settingsOf('production'), PORT_BACKEND: String(production!.server.ports.api) }).text, /in development only/);
});

const lines = (world: World) => world.server.log().split('\n').filter((line) => /^[{\d]/.test(line));

test('logs: text from DEBUG in development, JSON from INFO in staging, JSON from WARN in production', async () => {
  for (const [, world] of all) await get(world, '/api/v1/mark-of-the-log');
  await development!.server.logged(/^[\d:.]+ INFO .*mark-of-the-log/m);
  await staging!.server.logged(/^\{"time":.*"level":"INFO".*mark-of-the-log/m);
  for (const line of lines(production!)) assert.ok(['WARN', 'ERROR'].includes((JSON.parse(line) as { level: string }).level), line);
  const help = said(['serve', '--help'], {}).text;
  assert.match(help, /LOG_LEVEL .*\(default: WARN, in staging INFO, in development DEBUG\)/);
});

test('stack traces: in the log of development, in no reply (the specification has them in the replies of development)', async () => {
  for (const [env, world] of all) {
    await world.sql('alter table tracks rename to tracks_away');
    try {
      const reply = await get(world, '/api/v1/tracks');
      assert.equal(reply.status, 500, env);
      assert.doesNotMatch(reply.text, /\+0x[0-9a-f]|tracks_away|relation|select|\.c:/, env);
      await world.server.logged(/ERROR/);
      const error = lines(world).filter((line) => /ERROR/.test(line)).at(-1)!;
      if (env === 'development') assert.match(error, /stack="[^"]*veza\+0x[0-9a-f]+ < /);
      else assert.doesNotMatch(error, /\+0x[0-9a-f]/);
    } finally {
      await world.sql('alter table tracks_away rename to tracks');
    }
  }
});

test('Sentry: optional in development, and missed elsewhere', () => {
  assert.match(doctor(development!, 'development'), /error reports.*in the log \(SENTRY_DSN is not set\)/);
  for (const env of ['staging', 'production']) assert.match(doctor(staging!, env), /error reports.*set SENTRY_DSN/);
});

test('ClamAV: optional in development, missed in staging; production wants ENABLE_CLAMAV said, one way or the other', () => {
  const { ENABLE_CLAMAV: _, ...silent } = settingsOf('production');
  const { status, text } = refused(production!, { ...silent, ENABLE_CLAMAV: '' });
  assert.equal(status, 1);
  assert.match(doctor(development!, 'development'), /antivirus .*none/);
  assert.match(doctor(staging!, 'staging'), /! antivirus/);
  assert.match(text, /ENABLE_CLAMAV.*is not set: nobody looks for harmful files/);
  assert.ok(production!.server.running, 'with false written out it started');
});

test('Redis: optional for one node everywhere, which doctor says; in staging and production a second node starts with it only', async () => {
  const second = (world: World, settings: Settings, env: string) => new Server(`second-${env}`, { ...template.settings, ...settingsOf(env), DATABASE_URL: cluster.url(world.database), ...settings });
  const other = second(development!, {}, 'development');
  await other.start().finally(() => other.remove());
  assert.match(doctor(development!, 'development'), /Redis.*fine for one node/);
  await Promise.all([['staging', staging!], ['production', production!]].map(async ([env, world]) => {
    assert.match(doctor(world as World, env as string), /Redis.*this is the only node, and a second API or stream server refuses to start/);
    const alone = second(world as World, {}, env as string);
    try {
      await assert.rejects(alone.start(), /set the same REDIS_URL on all nodes/);
    } finally {
      await alone.remove();
    }
  }));
  const redis = await new Redis().start();
  const nodes = [second(staging!, { REDIS_URL: redis.url }, 'staging'), second(staging!, { REDIS_URL: redis.url }, 'staging')] as const;
  try {
    await staging!.server.stop('SIGKILL');
    for (const node of nodes) await node.start();
    assert.deepEqual(nodes.map((node) => node.running), [true, true]);
    if (isFull) {
      const alone = second(staging!, {}, 'staging');
      await assert.rejects(alone.start(), /set the same REDIS_URL on all nodes/).finally(() => alone.remove());
    }
  } finally {
    for (const node of nodes) await node.remove();
    await redis.remove();
  }
});

test('rate limits: ten times as much in development, twice in staging; production starts with none that is off', async () => {
  const limits = await Promise.all([development!, production!].map(async (world) => Number((await get(world, '/api/v1/csrf-token')).headers['ratelimit-limit'])));
  assert.deepEqual(limits, [6000, 600]);
  const help = said(['serve', '--help'], {}).text;
  for (const [name, strict, per] of [['GLOBAL', 1000, 1], ['IP', 100, 1], ['READ', 600, 60], ['WRITE', 120, 60], ['AUTH', 20, 60], ['UPLOAD', 600, 3600], ['MEDIA', 6000, 60], ['USERNAME', 120, 60], ['UPLOAD_PART', 3000, 60], ['PLAY', 120, 60]] as const)
    assert.ok(new RegExp(`RATE_LIMIT_${name} .*\\(default: ${strict}/${per}, in staging ${2 * strict}/${per}, in development ${10 * strict}/${per}\\)`).test(help), name);
  assert.match(refused(production!, { ...settingsOf('production'), RATE_LIMIT_ENABLED: 'false' }).text, /RATE_LIMIT_ENABLED.*is false/);
});

/** The variables of the specification, by its chapters. */
const SPECIFIED = `APP_DOMAIN FRONTEND_URL PORT_BACKEND PORT_STREAM APP_ENV
  DB_USER DB_PASSWORD DB_NAME DATABASE_URL  REDIS_URL REDIS_PASSWORD  RABBITMQ_URL RABBITMQ_DEFAULT_USER RABBITMQ_DEFAULT_PASS
  JWT_SECRET JWT_PRIVATE_KEY_PATH JWT_PUBLIC_KEY_PATH JWT_ISSUER JWT_AUDIENCE OAUTH_ENCRYPTION_KEY OAUTH_ALLOWED_REDIRECT_DOMAINS CHAT_JWT_SECRET
  S3_ENABLED S3_BUCKET S3_REGION S3_ENDPOINT S3_ACCESS_KEY S3_SECRET_KEY  STREAM_HLS_BASE_URL NGINX_RTMP_HOST RTMP_CALLBACK_SECRET
  ELASTICSEARCH_URL ELASTICSEARCH_AUTO_INDEX  ENABLE_CLAMAV CLAMAV_REQUIRED  STRIPE_CONNECT_ENABLED HYPERSWITCH_WEBHOOK_SECRET
  LOG_LEVEL LOG_DIR LOG_FORMAT SENTRY_DSN SENTRY_ENVIRONMENT SENTRY_SAMPLE_RATE_ERRORS SENTRY_SAMPLE_RATE_TRANSACTIONS PROMETHEUS_URL
  VITE_API_URL VITE_USE_MSW VITE_STORYBOOK VITE_SENTRY_DSN`.split(/\s+/);

test('each variable of the specification is a setting, or the documents say what replaces it; never both', () => {
  assert.equal(new Set(SPECIFIED).size, 49);
  const help = said(['serve', '--help'], {}).text, settings = new Set([...help.matchAll(/^ {2}([A-Z][A-Z0-9_]+) /gm)].map((found) => found[1]!));
  const chapter = readFileSync(path.join(ROOT, 'docs/operating.md'), 'utf8').split('\n## ').find((text) => text.startsWith('Variables of the specification'))!;
  const told = new Set(chapter.split('\n').filter((line) => line.startsWith('| `')).flatMap((line) => [...line.split('|')[1]!.matchAll(/`([A-Z0-9_]+)`/g)].map((found) => found[1]!)));
  assert.deepEqual(SPECIFIED.filter((name) => settings.has(name) === told.has(name)), []);
  assert.deepEqual([...told].filter((name) => !SPECIFIED.includes(name)), []);
});
