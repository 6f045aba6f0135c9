/** What breaks and comes back: the database, the process in the middle of its work, and several starting at once. */
import { strict as assert } from 'node:assert';
import { after, test } from 'node:test';
import { assertProblem, assertStatus, Client } from '../support/client.ts';
import { Cluster } from '../support/cluster.ts';
import { keyOf, operations } from '../support/document.ts';
import { full, isFull } from '../support/level.ts';
import { makeSound, wav } from '../support/media.ts';
import { request, STREAM_SECRET } from '../support/requests.ts';
import { Server } from '../support/server.ts';
import { finished, upload } from '../support/tracks.ts';
import { until } from '../support/wait.ts';
import { template, World } from '../support/world.ts';

const SIGN_UP = { username: 'outage', email: 'outage@example.org', password: 'correct horse battery' };

full('a database that hangs keeps nobody waiting for ever: probes say so, what is in memory is answered, and the server ends when it is told to', async () => {
  const own = await Cluster.create();
  const server = new Server('hanging', { ...template.settings, DATABASE_URL: own.url('postgres') });
  after(async () => {
    await server.remove();
    await own.remove();
  });
  await server.start();
  const client = new Client(server.api, {}, server.stream);
  const { body } = await client.post('/api/v1/auth/register', { body: { ...SIGN_UP, username: 'hanging', email: 'hanging@example.org' } });
  const person = client.as({ token: body.access_token });
  assertStatus(await person.get('/api/v1/auth/me'), 200);
  own.signal('SIGSTOP');
  try {
    const waiting = Array.from({ length: 40 }, () => person.get('/api/v1/auth/me'));
    assertProblem(await client.get('/readyz'), 503, 'unavailable');
    assertStatus(await client.get('/health'), 200);
    for (const reply of await Promise.all(waiting)) assertProblem(reply, 503, 'unavailable');
    assertProblem(await client.get('/readyz'), 503, 'unavailable');
    own.signal('SIGCONT');
    await until('the server to be well again', async () => (await client.get('/readyz')).status === 200);
    assertStatus(await person.get('/api/v1/auth/me'), 200);
    own.signal('SIGSTOP');
    const last = person.get('/api/v1/auth/me').catch(() => null);
    assert.equal(await server.stop(), 0);
    await last;
  } finally {
    own.signal('SIGCONT');
  }
});

test('without its database every operation says so, and works again when it is back', async (t) => {
  const own = await Cluster.create();
  const server = new Server('outage', { ...template.settings, STREAM_SECRET, OAUTH_PROVIDERS: 'github', OAUTH_GITHUB_CLIENT_ID: 'veza', DATABASE_URL: own.url('postgres') });
  after(async () => {
    await server.remove();
    await own.remove();
  });
  await server.start();
  const client = new Client(server.api, {}, server.stream);
  const first = await client.post('/api/v1/auth/register', { body: SIGN_UP });
  assertStatus(first, 201);
  const as = { token: first.body.access_token };
  assertStatus(await client.get('/health/deep'), 200);
  assertStatus(await client.get('/readyz'), 200);

  await own.stop();
  let served = 0;
  const deep = await client.send('GET', '/health/deep', { undescribed: 'its 503 has the same body as its 200' });
  assertStatus(deep, 503);
  assert.equal((deep.body as { checks: { database: { status: string } } }).checks.database.status, 'down');
  for (const operation of operations) {
    const auth = operation['x-auth'];
    if (operation.path === '/health/deep') continue;
    const reply = await request(client, operation, { as: auth === 'public' || auth === 'internal' || auth === 'metrics' ? {} : as, query: operation.path.endsWith('/ws') ? { token: 'x'.repeat(32) } : {} });
    if (reply.status !== 503) {
      served++;
      assert.ok(reply.status < 500, `${keyOf(operation)} answers ${reply.status} ${reply.bytes.toString().slice(0, 200)}`);
      assert.ok(auth === 'public' || auth === 'metrics', `${keyOf(operation)} cannot know who asks, but answered ${reply.status}`);
      continue;
    }
    const problem = assertProblem(reply, 503, 'unavailable', keyOf(operation));
    assert.doesNotMatch(JSON.stringify(problem), /postgres|socket|connect|libpq/i, 'no word of what is behind');
  }
  assertProblem(await client.post('/api/v1/auth/refresh', { body: { refresh_token: 'x'.repeat(43) } }), 503, 'unavailable');
  const provider = { path: { provider: 'github' } };
  assertProblem(await client.get('/api/v1/auth/oauth/{provider}', provider), 503, 'unavailable');
  assertProblem(await client.get('/api/v1/auth/oauth/{provider}/callback', { ...provider, query: { code: 'a', state: 'b' } }), 503, 'unavailable');
  t.diagnostic(`${operations.length - served} of ${operations.length} operations need the database`);
  assertStatus(await client.get('/health'), 200);

  await own.start();
  await until('the server to be well again', async () => (await client.get('/readyz')).status === 200);
  assert.equal((await client.get('/api/v1/auth/me', { as })).body.username, 'outage');
  assertStatus(await client.get('/health/deep'), 200);
});

const SECONDS = isFull ? 60 : 30;

test('a server killed in the middle of processing finishes the track after its restart', async () => {
  const world = await World.start('killed');
  const reply = await upload(world.as('carol'), { file: wav(makeSound(SECONDS, { seed: 5 })), title: 'Interrupted' });
  assertStatus(reply, 201);
  const { id } = reply.body;
  await until('the work to begin', async () => {
    const status = await world.as('carol').get('/api/v1/tracks/{id}/status', { path: { id } });
    return status.body.stage !== 'queued' && status.body.progress > 0;
  }, 20, 10);
  await world.server.stop('SIGKILL');
  await world.server.start();
  const carol = world.as('carol');
  const track = await finished(carol, id, 120);
  assert.equal(track.status, 'completed', track.status_message ?? '');
  assert.equal(track.duration_ms, SECONDS * 1000);
  assert.equal(await world.sql(`select deaths from jobs where dedupe_key = 'transcode:${id}'`), '1', 'the death of the server is not the fault of the file');
  const list = await carol.get('/api/v1/tracks', { query: { mine: true } });
  assert.equal(list.body.items.filter((item) => item.title === 'Interrupted').length, 1);
});

test('a server that is asked to stop answers what it has begun, and leaves with 0', async () => {
  const world = await World.start('stopping');
  const slow = Array.from({ length: 4 }, () => world.visitor.post('/api/v1/auth/login', { body: { email: 'alice@example.org', password: 'wrong password' } }));
  await until('the work to begin', async () => (await world.visitor.get('/health')).status === 200);
  const stopped = world.server.stop('SIGTERM');
  for (const reply of await Promise.all(slow)) assertProblem(reply, 401, 'invalid_credentials');
  assert.equal(await stopped, 0);
});

test('two servers that start at once on an empty database migrate it once, and a third finds nothing to do', async () => {
  const own = await Cluster.create();
  const servers = [1, 2, 3].map((i) => new Server(`twin${i}`, { ...template.settings, DATABASE_URL: own.url('postgres') }));
  after(async () => {
    for (const server of servers) await server.remove();
    await own.remove();
  });
  await Promise.all(servers.slice(0, 2).map((server) => server.start()));
  const applied = async () => own.sql('postgres', 'select count(*), count(distinct version) from schema_migrations');
  const before = await applied();
  assert.equal(before.split('|')[0], before.split('|')[1]);
  await servers[2]!.start();
  assert.equal(await applied(), before);
  const [one, two] = servers.map((server) => new Client(server.api));
  const reply = await one!.post('/api/v1/auth/register', { body: SIGN_UP });
  assertStatus(reply, 201);
  const as = { token: reply.body.access_token };
  assertStatus(await two!.get('/api/v1/auth/me', { as }), 200);
  assertStatus(await two!.post('/api/v1/auth/logout', { as }), 204);
  assertProblem(await one!.get('/api/v1/auth/me', { as }), 401, 'unauthenticated', 'signed out on the other server');
});
