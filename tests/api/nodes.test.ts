/** Several nodes on one database, with a Redis between them and without, and a Redis that goes away. */
import { strict as assert } from 'node:assert';
import { after, test } from 'node:test';
import { WebSocket } from 'ws';
import { assertProblem, assertStatus, Client } from '../support/client.ts';
import { Live } from '../support/live.ts';
import { Redis } from '../support/redis.ts';
import { Server, type Settings } from '../support/server.ts';
import { finished, upload } from '../support/tracks.ts';
import { pause, until } from '../support/wait.ts';
import { cluster, emailOf, PASSWORD, template, World } from '../support/world.ts';

const redis = await new Redis().start(true);
after(() => redis.remove());

interface Pair {
  world: World;
  first: Client;
  second: Client;
  other: Server;
}

/** Two nodes on one database. */
async function pair(name: string, settings: Settings, roles: [string[], string[]] = [[], []]): Promise<Pair> {
  const world = await World.start(name, settings);
  const other = new Server(`${name}-2`, { ...template.settings, DATABASE_URL: cluster.url(world.database), ...settings }, roles[1].length ? world.server.dataDir : undefined);
  after(() => (roles[1].length ? other.stop() : other.remove()));
  await other.start({}, roles[1]);
  return { world, other, first: world.visitor, second: new Client(other.api, {}, other.stream) };
}

const shared = await pair('shared', { REDIS_URL: redis.url });
const separate = await pair('separate', { REDIS_URL: '' });

async function signIn(client: Client, person: 'alice' | 'bob' | 'carol' = 'alice'): Promise<{ token: string }> {
  const reply = await client.post('/api/v1/auth/login', { body: { email: emailOf(person), password: PASSWORD } });
  assertStatus(reply, 200);
  assert.ok('access_token' in reply.body);
  return { token: reply.body.access_token! };
}
const me = (client: Client, as: { token: string }) => client.get('/api/v1/auth/me', { as });
/** Signed in and known to both nodes, caches warm. */
async function warm({ first, second }: Pair, person: 'alice' | 'bob' | 'carol' = 'alice') {
  const as = await signIn(first, person);
  for (let i = 0; i < 3; i++) for (const node of [first, second]) assertStatus(await me(node, as), 200);
  return as;
}
async function queries(server: Server): Promise<number> {
  const text = await (await fetch(`${server.api}/metrics`)).text();
  return Number(text.match(/^veza_db_queries_total (\d+)$/m)![1]);
}

for (const [name, nodes] of [['with Redis', shared], ['without Redis', separate]] as const) {
  const { first, second, world } = nodes;

  test(`${name}, a logout on one node is refused on the other with the very next request`, async () => {
    for (let round = 0; round < 10; round++) {
      const as = await warm(nodes);
      assertStatus(await first.post('/api/v1/auth/logout', { as }), 204);
      assertProblem(await me(second, as), 401, 'unauthenticated');
      assertProblem(await me(first, as), 401, 'unauthenticated');
    }
  });

  test(`${name}, what visitors are sent from memory is dropped on both nodes when it changes`, async () => {
    const as = await signIn(first, 'carol');
    const path = { path: { id: template.ids.carol } };
    for (let round = 0; round < 2; round++) {
      for (const node of [first, second]) await node.get('/api/v1/users/{id}', path);
      const bio = `round ${round} ${name}`;
      assertStatus(await first.put('/api/v1/users/{id}', { ...path, as, body: { bio } }), 200);
      assert.equal((await first.get('/api/v1/users/{id}', path)).body.bio, bio, 'at once where it was changed');
      const began = Date.now();
      await until('the other node to hear of it', async () => (await second.get('/api/v1/users/{id}', path)).body.bio === bio, 20, 250);
      assert.ok(Date.now() - began < 4000, 'before the five seconds for which a reply is kept were over');
    }
  });

  test(`${name}, ending all other sessions on one node ends them on the other`, async () => {
    const sessions = [await warm(nodes), await warm(nodes), await warm(nodes)];
    assertStatus(await first.post('/api/v1/sessions/logout-others', { as: sessions[0]! }), 200);
    assertProblem(await me(second, sessions[1]!), 401);
    assertProblem(await me(second, sessions[2]!), 401);
    assertStatus(await me(second, sessions[0]!), 200);
  });

  test(`${name}, a new role counts on the other node at once, and so does losing it`, async () => {
    const as = await warm(nodes, 'bob');
    const creator = (await first.get('/api/v1/roles', { as: { token: template.tokens.root } })).body.items.find((role) => role.name === 'content_creator')!;
    const path = { path: { id: template.ids.bob, role_id: creator.id }, as: { token: template.tokens.root } };
    assert.equal((await me(second, as)).body.role, 'user');
    assertStatus(await first.post('/api/v1/users/{id}/roles', { path: { id: template.ids.bob }, body: { role_id: creator.id }, as: path.as }), 201);
    const track = await upload(second.as(as));
    assertStatus(track, 201);
    assertStatus(await first.delete('/api/v1/users/{id}/roles/{role_id}', path), 204);
    assertProblem(await upload(second.as(as)), 403, 'creator_required');
  });

  test(`${name}, a banned person is out as soon as the nodes hear of it`, async () => {
    const as = await warm(nodes, 'carol');
    await world.sql(`update users set is_banned = true where id = '${template.ids.carol}'`);
    await until('both nodes to refuse', async () => (await me(first, as)).status === 401 && (await me(second, as)).status === 401, 5);
    await world.sql(`update users set is_banned = false where id = '${template.ids.carol}'`);
  });
}

test('with Redis, a signed-in request asks the database no more whether its session stands', async () => {
  const as = await warm(shared);
  /* A Redis that answers too late on a busy machine is not believed for a moment. */
  await until('one statement each for the reply, and a few of the jobs', async () => {
    const before = await queries(shared.other);
    for (let i = 0; i < 20; i++) assertStatus(await me(shared.second, as), 200);
    return (await queries(shared.other)) - before < 30;
  });
});

test('a lent role that ends by itself ends in the cache too', async () => {
  const as = await signIn(shared.first, 'bob');
  const creator = (await shared.first.get('/api/v1/roles', { as: { token: template.tokens.root } })).body.items.find((role) => role.name === 'content_creator')!;
  const ends = new Date(Date.now() + 2500).toISOString();
  assertStatus(await shared.first.post('/api/v1/users/{id}/roles', { path: { id: template.ids.bob }, body: { role_id: creator.id, expires_at: ends }, as: { token: template.tokens.root } }), 201);
  assertStatus(await upload(shared.second.as(as)), 201);
  await until('the role to end', async () => (await upload(shared.second.as(as))).status === 403, 10, 200);
  assert.ok(Date.now() > Date.parse(ends));
});

test('the keys are those of the specification, and none holds a secret', async () => {
  const as = await warm(shared);
  assertStatus(await shared.first.put('/api/v1/users/me/presence', { body: { status: 'away' }, as }), 200);
  assertStatus(await shared.first.post('/api/v1/auth/logout', { as }), 204);
  const keys = (await redis.ask('KEYS', '*')).split('\n');
  for (const kind of [/^sessions:[0-9a-f]{64}$/, /^token_blacklist:[0-9a-f-]{36}$/, /^presence:[0-9a-f-]{36}$/])
    assert.ok(keys.some((key) => kind.test(key)), `${kind} in ${keys.join(' ')}`);
  for (const key of keys) {
    assert.ok(!key.includes('@') && !key.includes(as.token), key);
    assert.notEqual(await redis.ask('TTL', key), '-1', `${key} ends by itself`);
  }
});

test('the same presence told again writes nothing', async () => {
  const own = await pair('presence', { REDIS_URL: redis.url, REDIS_TIMEOUT_MS: '3000' }); /* a busy machine answers later than the 100 ms that are the default */
  const as = await warm(own);
  const tell = async (status: 'online' | 'busy') => {
    const reply = await own.second.put('/api/v1/users/me/presence', { body: { status }, as });
    assertStatus(reply, 200);
    assert.equal(reply.body.status, status);
  };
  const written = () => own.world.sql(`select updated_at from user_presence where user_id = '${template.ids.alice}'`);
  await tell('online');
  const first = await written();
  await tell('online');
  assert.equal(await written(), first);
  await tell('busy');
  assert.notEqual(await written(), first);
  await tell('online');
  assert.equal((await own.first.get('/api/v1/users/{id}/presence', { path: { id: template.ids.alice }, as })).body.status, 'online');
});

test('a locked address is refused on both nodes, and nothing is asked about the account', async () => {
  const { first, second, world } = await pair('lockout', { REDIS_URL: redis.url, REDIS_TIMEOUT_MS: '3000', LOCKOUT_FAILURES: '3' });
  const attempt = (client: Client, password = 'wrong password') => client.post('/api/v1/auth/login', { body: { email: emailOf('dave'), password } });
  for (const client of [first, second, first]) assertProblem(await attempt(client), 401);
  assertProblem(await attempt(second), 429, 'account_locked');
  const accounts = await world.hold('lock table users in access exclusive mode');
  for (const client of [first, second]) for (let i = 0; i < 20; i++) assertProblem(await attempt(client, PASSWORD), 429, 'account_locked');
  await accounts.letGo();
  assertStatus(await second.post('/api/v1/admin/auth/unlock-account', { body: { user_id: template.ids.dave }, as: { token: template.tokens.root } }), 204);
  assertStatus(await attempt(first, PASSWORD), 200);
});

test('nodes share their rate limits, and each counts for itself while there is no Redis', async () => {
  const own = await new Redis().start();
  after(() => own.remove());
  const { world, other } = await pair('limits', { REDIS_URL: own.url, REDIS_TIMEOUT_MS: '3000', RATE_LIMIT_READ: '6/600' });
  const nodes = [world.server, other];
  const ask = async (node: Server) => (await fetch(`${node.api}/api/v1/csrf-token`)).status; /* the client asks twice at times */
  for (let i = 0; i < 3; i++) for (const node of nodes) assert.equal(await ask(node), 200);
  for (const node of nodes) assert.equal(await ask(node), 429);
  assert.match(await own.ask('KEYS', 'ratelimit:*'), /^ratelimit:api:read:127\.0\.0\.1$/m);
  await own.signal('SIGKILL');
  for (const node of nodes) {
    for (let i = 0; i < 6; i++) assert.equal(await ask(node), 200);
    assert.equal(await ask(node), 429);
  }
});

/** Every message that a person's socket gets. */
async function listen(client: Client, api: string, as: { token: string }): Promise<{ messages: { type: string; track_id?: string }[]; socket: WebSocket }> {
  const ticket = await client.post('/api/v1/ws/ticket', { as });
  assertStatus(ticket, 201);
  const socket = new WebSocket(`${api.replace('http', 'ws')}/api/v1/ws?token=${ticket.body.ticket}`);
  const messages: { type: string; track_id?: string }[] = [];
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as { type: string }));
  await until('the socket', () => messages.some(({ type }) => type === 'hello'));
  return { messages, socket };
}

test('progress that one node makes shows on the other, with Redis and when it is gone', async () => {
  const own = await new Redis().start();
  after(() => own.remove());
  const { world, first } = await pair('progress', { REDIS_URL: own.url }, [[], ['worker']]);
  const { messages, socket } = await listen(first, world.server.api, { token: template.tokens.carol });
  const told = (id: string) => messages.filter((message) => message.type === 'track.progress' && message.track_id === id).length;
  for (const gone of [false, true]) {
    if (gone) await own.signal('SIGKILL');
    const track = await upload(world.as('carol'));
    assertStatus(track, 201);
    await finished(world.as('carol'), track.body.id);
    await until(`progress ${gone ? 'without' : 'with'} Redis`, () => told(track.body.id) > 0);
  }
  socket.terminate();
});

for (const [name, url] of [['with Redis', redis.url], ['without Redis', '']] as const) {
  test(`${name}, a client whose node is killed goes on at another one with the same numbers, and misses nothing`, async () => {
    const { world, first, second, other } = await pair(`killed-${url ? 'shared' : 'separate'}`, { REDIS_URL: url });
    const as = { token: template.tokens.carol }, topic = `user:${template.ids.carol}`;
    const tell = (count: number) => world.sql(Array.from({ length: count }, (_, i) =>
      `select realtime_send('${topic}', 'export.progress', '{"export_id": "${template.ids.carol}", "status": "processing", "progress": 0.${i}}');`).join(''));
    const [lives, dies] = [await Live.open(first, as), await Live.open(second, as)];
    await tell(3);
    for (const live of [lives, dies]) await live.hears('export.progress', ({ number }) => number === 3);
    await other.stop('SIGKILL');
    await dies.closes();
    await tell(4);
    assertStatus(await first.post('/api/v1/users/{id}/follow', { path: { id: template.ids.carol }, as: { token: template.tokens.alice } }), 200);
    const back = await Live.open(first, as, Math.max(...dies.numbers(topic)));
    for (const live of [lives, back]) await live.hears('notification');
    assert.deepEqual(dies.numbers(topic), [1, 2, 3]);
    assert.deepEqual(back.numbers(topic), [4, 5, 6, 7, 8]);
    assert.deepEqual(lives.numbers(topic), [1, 2, 3, 4, 5, 6, 7, 8]);
    for (const live of [lives, back]) live.end();
  });
}

test('Redis killed, hung and brought back with what it held costs no request, and nobody gets in who may not', async (t) => {
  const { first, second, world, other } = shared;
  const as = await warm(shared), ended = await warm(shared);
  const log = world.server.log().length;
  let asked = 0, slowest = 0, running = true;
  const wrong: string[] = [];
  const ask = async (client: Client, token: { token: string }, expected: number) => {
    const began = performance.now();
    const { status } = await me(client, token);
    slowest = Math.max(slowest, performance.now() - began);
    asked++;
    if (status !== expected) wrong.push(`${status} instead of ${expected}`);
  };
  assertStatus(await first.post('/api/v1/auth/logout', { as: ended }), 204);
  const load = [first, second].map(async (client) => {
    while (running) {
      await ask(client, as, 200);
      await ask(client, ended, 401);
    }
  });
  const during = async (ms: number) => {
    await pause(ms);
    assert.deepEqual(wrong, []);
  };
  await during(300);
  const late = await warm(shared); /* its entry is on the disk of Redis */
  await redis.signal('SIGKILL');
  assertStatus(await first.post('/api/v1/auth/logout', { as: late }), 204);
  for (const client of [first, second]) assertProblem(await me(client, late), 401, 'unauthenticated', 'while Redis is away');
  await during(700);
  await redis.start(true);
  assert.match(await redis.ask('KEYS', 'sessions:*'), /sessions:/, 'it holds what it held');
  for (const client of [first, second]) assertProblem(await me(client, late), 401, 'unauthenticated', 'it says that this session stands, and is not believed');
  await until('both nodes to use it again', async () => {
    assertProblem(await me(first, late), 401);
    assertProblem(await me(second, late), 401);
    return (await Promise.all([world.server, other].map(async (server) => (await (await fetch(`${server.api}/metrics`)).text()).includes('veza_redis_up 1')))).every(Boolean);
  }, 10);
  for (let i = 0; i < 20; i++) for (const client of [first, second]) assertProblem(await me(client, late), 401);
  await redis.signal('SIGSTOP');
  const hung = await signIn(second);
  assertStatus(await second.post('/api/v1/auth/logout', { as: hung }), 204);
  for (const client of [first, second]) assertProblem(await me(client, hung), 401, 'unauthenticated', 'while Redis hangs');
  await during(800);
  await redis.signal('SIGCONT');
  await during(1200);
  for (const client of [first, second]) assertProblem(await me(client, hung), 401);
  running = false;
  await Promise.all(load);
  assert.deepEqual(wrong, []);
  t.diagnostic(`${asked} requests, the slowest took ${slowest.toFixed(0)} ms`);
  await world.server.logged(/Redis does not answer/, log);
  await world.server.logged(/Redis answers again/, log);
});

test('a server that is alone asks about a session once, hears of each change before its reply, and asks again while there is another server', async () => {
  const world = await World.start('alone', { REDIS_URL: '' });
  const alone = world.visitor;
  /** Statements for each of many requests of one session. */
  const statements = async (as: { token: string }): Promise<number> => {
    const before = await queries(world.server);
    for (let i = 0; i < 100; i++) assertStatus(await me(alone, as), 200);
    return ((await queries(world.server)) - before) / 100;
  };

  for (let round = 0; round < 10; round++) {
    const as = await signIn(alone);
    for (let i = 0; i < 3; i++) assertStatus(await me(alone, as), 200);
    assertStatus(await alone.post('/api/v1/auth/logout', { as }), 204);
    assertProblem(await me(alone, as), 401, 'unauthenticated');
  }
  const as = await signIn(alone);
  const once = await statements(as);
  assert.ok(once < 1.5, `${once} statements a request`);

  /* Others' changes are heard a moment later. */
  const refusal = async (): Promise<string> => ((await alone.get('/api/v1/admin/events/dead', { as })).body as unknown as { code: string }).code;
  assert.equal(await refusal(), 'forbidden');
  await world.sql(`update users set role = 'admin' where username = 'alice'`);
  await until('the new role', async () => (await refusal()) !== 'forbidden');
  await world.sql(`update users set role = 'content_creator' where username = 'alice'`);

  const other = new Server('alone-2', { ...template.settings, DATABASE_URL: cluster.url(world.database), REDIS_URL: '' });
  after(() => other.remove());
  await other.start();
  const two = await statements(as);
  assert.ok(two > 1.8, `${two} statements a request with a second server`);
  assertStatus(await new Client(other.api, {}, other.stream).post('/api/v1/auth/logout', { as }), 204);
  assertProblem(await me(alone, as), 401, 'unauthenticated');
  await other.stop();
  const again = await signIn(alone);
  await until('the server is alone again', async () => (await statements(again)) < 1.5, 60);

  const broken = await signIn(alone);
  assertStatus(await me(alone, broken), 200);
  const ended = await world.sql(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query ilike '%advisory%' and pid <> pg_backend_pid();
    update sessions set revoked_at = now() where user_id = (select id from users where username = 'alice')`);
  assert.equal(ended, 't');
  await until('what happened while it could not listen counts', async () => (await me(alone, broken)).status === 401);
});

test('outside of development, a second server without Redis does not start, a worker does, and so does whoever takes over', async () => {
  const strict = { APP_ENV: 'staging', REDIS_URL: '' }, world = await World.start('only', strict);
  const settings = { ...template.settings, DATABASE_URL: cluster.url(world.database), ...strict };
  const second = new Server('only-2', settings), worker = new Server('only-worker', settings);
  after(() => second.remove());
  after(() => worker.remove());
  await assert.rejects(second.start({}, ['stream']), /another server of this kind answers for the same database/);
  await worker.start({}, ['worker']);
  await world.server.stop('SIGKILL');
  await second.start({}, ['stream']);
});
