/** Nobody waits for somebody else's statement: while the database keeps some requests waiting, all that does not need it is answered. */
import { strict as assert } from 'node:assert';
import { request as httpRequest } from 'node:http';
import { test as it } from 'node:test';
import { onDisk } from '../support/level.ts';
import { makeSound, wav } from '../support/media.ts';
import { playable, upload } from '../support/tracks.ts';
import { until } from '../support/wait.ts';
import { browser, emailOf, login, template, World } from '../support/world.ts';

const MANY = 60; /* more than a server has threads and connections for statements */

const world = await World.start('waiting', { RATE_LIMIT_ENABLED: 'false', REDIS_URL: '', SESSION_CACHE_S: '0' }); /* else what is known of a session is remembered, and the locks below hold nobody */
const track = await playable(world.as('carol'), { file: wav(makeSound(3)), title: 'Waiting', is_public: 'true' });

/** Keeps everybody else from these tables until it is let go. */
async function lock(tables: string): Promise<{ letGo: () => Promise<void>; waiting: () => Promise<number> }> {
  return {
    ...await world.hold(`lock table ${tables} in access exclusive mode`),
    waiting: async () => Number(await world.sql("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")),
  };
}

const isPending = async (promise: Promise<unknown>) => (await Promise.race([promise.then(() => 'done', () => 'done'), Promise.resolve('pending')])) === 'pending';

for (const [what, tables] of [['their own rows', 'tracks'], ['the session of whoever asks', 'sessions, users']] as const)
  it(`${MANY} requests that wait for ${what} hold up nobody else, and get their answers at last`, async () => {
    const visitor = world.visitor, path = `/hls/${track.id}/low/segment_000.m4s`;
    await visitor.get('/api/v1/tracks', { query: { limit: 7 } });
    assert.equal((await world.streamVisitor.send('GET', path)).status, 200);
    const held = await lock(tables);
    const asked = Array.from({ length: MANY }, () => world.as('alice').get('/api/v1/tracks/{id}', { path: { id: track.id } }));
    await until('statements to wait', async () => (await held.waiting()) > 4);
    for (let i = 0; i < 5; i++) {
      assert.equal((await visitor.get('/health')).status, 200);
      assert.equal((await visitor.get('/api/v1/csrf-token')).status, 200);
      assert.equal((await world.streamVisitor.send('GET', path)).status, 200);
    }
    assert.ok((await Promise.all(asked.map(isPending))).every(Boolean), 'all still wait');
    await held.letGo();
    assert.deepEqual((await Promise.all(asked)).map((reply) => reply.status), Array<number>(MANY).fill(200));
  });

onDisk('a segment that is not in memory is read by a thread that may wait', async () => {
  const parked = async () => Number(/^veza_db_parked_total (\d+)$/m.exec((await world.visitor.send('GET', '/metrics')).bytes.toString())![1]);
  const other = await playable(world.as('carol'), { file: wav(makeSound(3)), title: 'Not in memory', is_public: 'false' });
  const names = ['init.mp4', 'segment_000.m4s'].flatMap((name) => ['low', 'medium', 'high'].map((quality) => `${quality}/${name}`));
  const before = await parked();
  for (const name of names) assert.equal((await world.as('carol').send('GET', `/api/v1/tracks/${other.id}/hls/${name}`)).status, 200);
  assert.ok((await parked()) - before >= names.length);
});

it('changes of one person that wait for a lock hold up no change of others, and no question', async () => {
  const carol = world.as('carol'), change = (client = carol, id = track.id) => client.put('/api/v1/tracks/{id}', { path: { id }, body: { title: 'Waiting' } });
  const mine = await upload(world.as('dave'), { file: wav(makeSound(1)), title: 'Mine', is_public: 'false' });
  const held = await world.hold(`select from tracks where id = '${track.id}' for update`);
  const waiting = async () => Number(await world.sql("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"));
  const asked = Array.from({ length: MANY }, () => change());
  await until('statements to wait', async () => (await waiting()) >= 4);
  const began = performance.now();
  for (let i = 0; i < 8; i++) {
    assert.equal((await change(world.as('dave'), mine.body.id)).status, 200);
    assert.equal((await world.as('bob').put('/api/v1/users/settings', { body: { language: i % 2 ? 'fr' : 'en' } as never })).status, 200);
    assert.equal((await world.visitor.get('/api/v1/tracks', { query: { q: `nothing${i}` } })).status, 200);
  }
  const took = performance.now() - began;
  assert.ok((await Promise.all(asked.map(isPending))).every(Boolean), 'all still wait');
  assert.ok((await waiting()) <= 8, 'and few of them take up a connection');
  assert.ok(took < 2000, `24 requests of others took ${Math.round(took)} ms`);
  await held.letGo();
  assert.deepEqual((await Promise.all(asked)).map((reply) => reply.status), Array<number>(MANY).fill(200));
});

it('whoever was signed out is refused though their statement waits, and it is cancelled', async () => {
  const { body } = await login(world, 'dave');
  const token = body.access_token;
  assert.equal((await world.visitor.as({ token }).get('/api/v1/tracks/{id}', { path: { id: track.id } })).status, 200);
  await world.visitor.as({ token }).post('/api/v1/auth/logout');
  const held = await lock('tracks');
  for (let i = 0; i < 12; i++)
    assert.equal((await world.visitor.as({ token }).get('/api/v1/tracks/{id}', { path: { id: track.id } })).status, 401);
  await until('no statement to wait', async () => (await held.waiting()) === 0);
  await held.letGo();
  assert.equal((await world.as('alice').get('/api/v1/tracks/{id}', { path: { id: track.id } })).body.id, track.id);
});

it('a statement that was sent ahead is cancelled also when its session is refused late', async () => {
  const { body } = await login(world, 'dave');
  const token = body.access_token, ask = () => world.visitor.as({ token }).get('/api/v1/tracks/{id}', { path: { id: track.id } });
  for (let i = 0; i < 12; i++) assert.equal((await ask()).status, 200);
  await world.visitor.as({ token }).post('/api/v1/auth/logout');
  const session = await lock('sessions, users'), rows = await lock('tracks');
  const asked = Array.from({ length: 12 }, ask);
  await until('statements to wait', async () => (await session.waiting()) > 4);
  await session.letGo();
  assert.deepEqual((await Promise.all(asked)).map((reply) => reply.status), Array<number>(12).fill(401));
  await until('no statement to wait', async () => (await rows.waiting()) === 0, 5); /* long before it would end by itself */
  await rows.letGo();
});

it('a cookie whose session has ended shows what visitors see, whatever was sent ahead for its person', async () => {
  const hidden = await upload(world.as('dave'), { file: wav(makeSound(1)), title: 'Hidden', is_public: 'false' });
  const id = hidden.body.id, cookies = await browser(world.visitor, emailOf('dave'));
  const ask = async (client = world.visitor.as(cookies)) => (await client.get('/api/v1/tracks/{id}', { path: { id } })).status;
  for (let i = 0; i < 12; i++) assert.equal(await ask(), 200);
  await world.sql(`update sessions set revoked_at = now() where user_id = '${template.ids.dave}'`);
  for (let i = 0; i < 40; i++) {
    assert.equal(await ask(), 404);
    assert.equal(await ask(world.visitor), 404);
  }
});

it('nobody gets the reply to what somebody else asked, however the time of a polling thread ends', async () => {
  const unread = { alice: 1, bob: 2, carol: 3, mia: 4 }, people = Object.keys(unread) as (keyof typeof unread)[];
  await world.sql('delete from notifications');
  for (const person of people)
    await world.sql(`insert into notifications (user_id, type, title) select '${template.ids[person]}', 'system', 'Hello' from generate_series(1, ${unread[person]})`);
  const ask = async (person: keyof typeof unread) => `${person} ${(await world.as(person).get('/api/v1/notifications/unread-count')).body.unread}`;
  for (let round = 0; round < 8; round++) {
    const held = await lock('notifications'), asked: Promise<string>[] = [];
    while (asked.length < 60) {
      asked.push(ask('alice'));
      if (asked.length % 7 === 0) await until('a statement to wait', async () => (await held.waiting()) > 0); /* the time that a thread has grows meanwhile */
    }
    await held.letGo();
    for (let i = 0; i < 20; i++) asked.push(ask('bob'), ask('carol'), ask('mia'));
    for (const answer of await Promise.all(asked)) assert.ok(people.some((person) => answer === `${person} ${unread[person]}`), answer);
  }
});

it('a change whose session is looked up for long keeps the body that comes meanwhile', async () => {
  const held = await lock('sessions, users');
  const body = JSON.stringify({ bio: 'x'.repeat(400) });
  const reply = new Promise<number>((resolve, reject) => {
    const request = httpRequest(`${world.server.api}/api/v1/users/${template.ids.alice}`, { method: 'PUT', headers: {
      authorization: `Bearer ${template.tokens.alice}`, 'content-type': 'application/json', 'content-length': body.length } },
    (response) => { response.resume(); response.on('end', () => resolve(response.statusCode!)); });
    request.on('error', reject);
    request.flushHeaders();
    void until('the statement to wait', async () => (await held.waiting()) > 0).then(async () => {
      request.end(body);
      await held.letGo();
    }).catch(reject);
  });
  assert.equal(await reply, 200);
  assert.equal(await world.sql(`select length(bio) from users where id = '${template.ids.alice}'`), '400');
});

it('a change that waits for its row happens once, with one line in the audit log', async () => {
  const before = await world.sql('select count(*) from audit_logs');
  const held = await lock('user_settings');
  const change = world.as('bob').put('/api/v1/users/settings', { body: { language: 'fr' } as never });
  await until('the statement to wait', async () => (await held.waiting()) > 0);
  await held.letGo();
  assert.equal((await change).status, 200);
  assert.equal(Number(await world.sql('select count(*) from audit_logs')), Number(before) + 1);
});

it('whoever goes away while their statement waits leaves nothing behind', async () => {
  const held = await lock('tracks');
  const gone = new AbortController();
  const asked = Array.from({ length: 8 }, () => fetch(`${world.server.api}/api/v1/tracks/${track.id}`, { signal: gone.signal }).catch(() => null));
  await until('statements to wait', async () => (await held.waiting()) > 3);
  gone.abort();
  await Promise.all(asked);
  await held.letGo();
  await until('no request to be under way', async () => /veza_http_requests_active\{server="api"\} 1\n/.test((await world.visitor.send('GET', '/metrics')).bytes.toString()));
  assert.equal((await world.visitor.get('/api/v1/tracks/{id}', { path: { id: track.id } })).status, 200);
});
