/** While connections to the database end, statements are cancelled, wait or stand still, every answer is right or 503, and nobody gets what another person asked for. */
import { strict as assert } from 'node:assert';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { test } from 'node:test';
import { isFull } from '../support/level.ts';
import { makeSound, wav } from '../support/media.ts';
import { upload } from '../support/tracks.ts';
import { pause } from '../support/wait.ts';
import { browser, emailOf, login, template, World, type Person } from '../support/world.ts';

const SECONDS = Number(process.env['DISTURBED_S'] ?? (isFull ? 60 : 5));

const world = await World.start('disturbed', { RATE_LIMIT_ENABLED: 'false' });
const people = ['alice', 'bob', 'carol', 'dave', 'mia', 'root'] as const;
await world.sql('delete from notifications');
for (const [i, person] of people.entries())
  await world.sql(`insert into notifications (user_id, type, title) select '${template.ids[person]}', 'system', 'For ${person}' from generate_series(1, ${i + 1})`);

const hidden = (await upload(world.as('carol'), { file: wav(makeSound(1)), title: 'Hidden', is_public: 'false' })).body.id;
const key = (await world.as('carol').post('/api/v1/developer/api-keys', { body: { name: 'A key', scopes: ['tracks:read'] } })).body.key;
const ended = { token: (await login(world, 'carol')).body.access_token, cookies: (await browser(world.visitor, emailOf('carol'))).cookies };
await world.sql(`update sessions set revoked_at = now() where user_id = '${template.ids.carol}' and created_at > now() - interval '1 minute' and id <> '${sessionOf(template.tokens.carol)}'`);

function sessionOf(token: string): string {
  return (JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { sid: string }).sid;
}

interface Ask {
  line: string;
  head: string;
  right: (status: number, body: string) => boolean;
}

const bearer = (token: string) => `Authorization: Bearer ${token}\r\n`;
const cookie = (cookies: Record<string, string>) => `Cookie: ${Object.entries(cookies).map(([name, value]) => `${name}=${value}`).join('; ')}\r\n`;

function any(): Ask {
  const at = Math.floor(Math.random() * people.length), person: Person = people[at]!, signedIn = bearer(template.tokens[person]);
  const track = `GET /api/v1/tracks/${hidden}`;
  const asks: Ask[] = [
    { line: 'GET /api/v1/notifications/unread-count', head: signedIn, right: (status, body) => status === 200 && body === `{"unread":${at + 1}}` },
    { line: 'GET /api/v1/notifications?limit=3&total=true', head: signedIn, right: (status, body) => status === 200 && body.split(`"For ${person}"`).length - 1 === Math.min(3, at + 1) && body.includes(`"total":${at + 1}}`) },
    { line: track, head: signedIn, right: (status) => status === (person === 'carol' || person === 'root' ? 200 : 404) },
    { line: track, head: '', right: (status) => status === 404 },
    { line: track, head: cookie(ended.cookies), right: (status) => status === 404 },
    { line: track, head: bearer(ended.token), right: (status) => status === 401 },
    { line: track, head: bearer(key), right: (status) => status === 200 },
    { line: 'GET /api/v1/notifications', head: bearer(key), right: (status) => status === 403 },
    { line: `POST /api/v1/notifications/${hidden}/read`, head: signedIn, right: (status) => status === 404 },
    { line: `GET /api/v1/tracks?limit=${at + 1}`, head: '', right: (status, body) => status === 200 && !body.includes(hidden) },
  ];
  return asks[Math.floor(Math.random() * asks.length)]!;
}

/** Some requests at once on one connection, whose replies come in their order; or whoever asked goes away before. */
function several(wrong: string[]): Promise<void> {
  const asks = Array.from({ length: 1 + Math.floor(Math.random() * 5) }, any), leaves = Math.random() < 0.15;
  return new Promise((resolve) => {
    const socket = connect({ port: world.server.ports.api, host: '127.0.0.1' });
    let data = Buffer.alloc(0), answered = 0;
    socket.setTimeout(40_000, () => { wrong.push(`no answer: ${asks[answered]?.line}`); socket.destroy(); });
    socket.on('error', () => {}).on('close', () => {
      if (!leaves && answered < asks.length) wrong.push(`closed: ${asks[answered]?.line}`);
      resolve();
    });
    socket.write(asks.map(({ line, head }) => `${line} HTTP/1.1\r\nHost: localhost\r\n${head}${line.startsWith('POST') ? 'Content-Length: 0\r\n' : ''}\r\n`).join(''));
    if (leaves) setTimeout(() => socket.destroy(), Math.random() * 30);
    socket.on('data', (chunk: Buffer) => {
      data = Buffer.concat([data, chunk]);
      for (let end = data.indexOf('\r\n\r\n'); end >= 0 && answered < asks.length; end = data.indexOf('\r\n\r\n')) {
        const head = data.subarray(0, end).toString('latin1'), length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
        if (data.length < end + 4 + length) return;
        const status = Number(head.slice(9, 12)), body = data.subarray(end + 4, end + 4 + length).toString(), ask = asks[answered++]!;
        data = data.subarray(end + 4 + length);
        if (status !== 503 && !ask.right(status, body)) wrong.push(`${ask.line} ${ask.head.slice(0, 20)}: ${status} ${body.slice(0, 200)}`);
      }
      if (answered === asks.length) socket.destroy();
    });
  });
}

/** PostgreSQL's processes for this server. */
const backends = () => readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(` ${world.database} `);
  } catch {
    return false;
  }
});

/** False: it has ended. */
function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT'): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

const disturbances: (() => Promise<unknown>)[] = [
  ...['notifications', 'tracks', 'sessions, users', 'api_keys'].map((tables) => () => world.sql(`begin; lock table ${tables} in access exclusive mode; select pg_sleep(0.3)`)),
  ...['pg_terminate_backend', 'pg_cancel_backend'].map((end) => () =>
    world.sql(`select ${end}(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and random() < 0.5`)),
  async () => {
    const stopped = backends().filter((pid) => signal(pid, 'SIGSTOP'));
    await pause(300);
    for (const pid of stopped) signal(pid, 'SIGCONT'); /* all of them: one that is left so holds up every `drop database` */
  },
];

test('whatever happens to connections and statements, answers are right or 503, and for whoever asked', async () => {
  const until = Date.now() + SECONDS * 1000, wrong: string[] = [];
  const asking = Array.from({ length: 24 }, async () => { while (Date.now() < until && wrong.length < 20) await several(wrong); });
  while (Date.now() < until) {
    await disturbances[Math.floor(Math.random() * disturbances.length)]!().catch(() => 'it may have met itself');
    await pause(Math.random() * 100); /* so that something is under way when the next comes */
  }
  await Promise.all(asking);
  assert.deepEqual(wrong, []);
});
