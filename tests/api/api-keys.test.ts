/** API keys: what they may do, and everything that they may not. */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { assertProblem, assertStatus, Client, type Credentials } from '../support/client.ts';
import { codesOf, keyOf, operations, type Operation } from '../support/document.ts';
import { DOCUMENT } from '../support/paths.ts';
import { request } from '../support/requests.ts';
import { upload } from '../support/tracks.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('api-keys');
const api = world.visitor;
const scopes = operations.flatMap((operation) => scopeOf(operation) ?? []);

function scopeOf(operation: Operation): string | undefined {
  return (operation as Operation & { 'x-scope'?: string })['x-scope'];
}

async function create(person: keyof typeof template.tokens, wanted: string[], more: { name?: string; expires_in_days?: number } = {}) {
  const reply = await world.as(person).post('/api/v1/developer/api-keys', { body: { name: 'A key', scopes: wanted, ...more } });
  assertStatus(reply, 201);
  return reply.body;
}

test('a key is shown once, and the list tells it by its prefix', async () => {
  const made = await create('alice', ['tracks:write', 'tracks:read', 'tracks:read'], { name: 'Nightly uploads' });
  assert.match(made.key, /^vz_[A-Za-z0-9_-]{43}$/);
  assert.ok(made.key.startsWith(made.prefix) && made.prefix.length < 12);
  assert.deepEqual(made.scopes, ['tracks:read', 'tracks:write']);
  assert.equal(made.expires_at, null);
  const list = await world.as('alice').get('/api/v1/developer/api-keys');
  assertStatus(list, 200);
  const { key: _, ...rest } = made;
  assert.deepEqual(list.body.items.find(({ id }) => id === made.id), { ...rest, last_used_at: null });
  assert.ok(!list.bytes.toString().includes(made.key));
  const stored = await world.sql(`select k::text from api_keys k where id = '${made.id}'`);
  assert.ok(!stored.includes(made.key.slice(12)), 'only its hash is kept');
});

test('a key acts for its owner within its scopes', async () => {
  const { key } = await create('carol', ['tracks:read', 'tracks:write']);
  const client = api.as({ token: key });
  const { body: track } = await upload(client, { is_public: 'false' });
  assertStatus(await client.get('/api/v1/tracks/{id}', { path: { id: track.id } }), 200);
  assertProblem(await api.get('/api/v1/tracks/{id}', { path: { id: track.id } }), 404);
  assert.ok((await client.get('/api/v1/tracks', { query: { mine: true } })).body.items.length > 0);
  const reader = api.as({ token: (await create('carol', ['tracks:read'])).key });
  assertStatus(await reader.get('/api/v1/tracks/{id}', { path: { id: track.id } }), 200);
  assertProblem(await reader.delete('/api/v1/tracks/{id}', { path: { id: track.id } }), 403, 'insufficient_scope');
  assertStatus(await client.delete('/api/v1/tracks/{id}', { path: { id: track.id } }), 204);
});

test('a key can do no more than its owner', async () => {
  const listener = api.as({ token: (await create('alice', ['tracks:write', 'tracks:read'])).key });
  const { body: track } = await upload(world.as('dave'), { is_public: 'false' });
  assertProblem(await listener.get('/api/v1/tracks/{id}', { path: { id: track.id } }), 404);
  assertProblem(await listener.delete('/api/v1/tracks/{id}', { path: { id: track.id } }), 404);
  const form = new FormData();
  form.set('file', new Blob(['not music']), 'x.wav');
  assertProblem(await listener.post('/api/v1/tracks', { body: form }), 403, 'creator_required');
});

const one = await create('root', ['tracks:read']), other = await create('root', ['users:read']);
for (const operation of operations.filter((candidate) => codesOf(candidate, 403).includes('insufficient_scope'))) {
  test(`${keyOf(operation)} refuses a key without its scope`, async () => {
    const as: Credentials = { token: (scopeOf(operation) === 'tracks:read' ? other : one).key };
    assertProblem(await request(api, operation, { as }), 403, 'insufficient_scope');
  });
}

test('only what a visitor may read is open to a key without a scope, and it sees what a visitor sees', () => {
  const open = operations.filter((operation) => operation['x-auth'] === 'optional' && !codesOf(operation, 403).includes('insufficient_scope'));
  for (const operation of open) assert.equal(operation.method, 'GET', keyOf(operation));
  for (const operation of operations.filter(({ 'x-auth': auth }) => auth === 'user' || auth === 'creator' || auth === 'moderator' || auth === 'admin'))
    assert.ok(codesOf(operation, 403).includes('insufficient_scope'), keyOf(operation));
});

test('no key administers, not even an administrator\'s with every scope and a proven session beside it', async () => {
  const { key } = await create('root', [...new Set(scopes)]);
  assertStatus(await world.as('root').get('/api/v1/audit/stats'), 200);
  for (const operation of operations.filter((one) => one['x-auth'] === 'admin'))
    assertProblem(await request(api, operation, { as: { token: key } }), 403, 'insufficient_scope', keyOf(operation));
});

test('no key makes keys, signs out, or opens a WebSocket', async () => {
  const everything = [...new Set(scopes)];
  const { key, id } = await create('root', everything);
  const client = api.as({ token: key });
  assertProblem(await client.post('/api/v1/developer/api-keys', { body: { name: 'Another', scopes: ['tracks:read'] } }), 403, 'insufficient_scope');
  assertProblem(await client.get('/api/v1/developer/api-keys'), 403, 'insufficient_scope');
  assertProblem(await client.delete('/api/v1/developer/api-keys/{id}', { path: { id } }), 403, 'insufficient_scope');
  assertProblem(await client.post('/api/v1/auth/logout'), 403, 'insufficient_scope');
  assertProblem(await client.post('/api/v1/ws/ticket'), 403, 'insufficient_scope');
  assertProblem(await client.post('/api/v1/auth/stream-token'), 403, 'insufficient_scope');
});

test('a key is good on the stream server with the scope of tracks', async () => {
  const stream = new Client(world.server.stream), target = '/hls/00000000-0000-4000-8000-000000000000/master.m3u8';
  assertProblem(await stream.send('GET', target, { as: { token: one.key } }), 404);
  assertProblem(await stream.send('GET', target, { as: { token: other.key } }), 403, 'insufficient_scope');
});

test('a key that is made up, cut, in another case or in a cookie is none', async () => {
  const { key } = one;
  for (const token of ['vz_', `vz_${'A'.repeat(43)}`, key.slice(0, -1), `${key}A`, key.slice(0, 11), `VZ_${key.slice(3)}`, `vz_${key}`, `vz_' or '1'='1`, 'vz_%'])
    assertProblem(await api.get('/api/v1/tracks', { as: { token } }), 401, 'unauthenticated', token);
  assertProblem(await api.get('/api/v1/tracks', { as: { cookies: { veza_access: key } }, query: { mine: true } }), 401);
});

test('a deleted key stops working at once, and nobody deletes somebody else\'s', async () => {
  const { key, id } = await create('alice', ['tracks:read']);
  const mine = { as: { token: key }, query: { mine: true } };
  assertStatus(await api.get('/api/v1/tracks', mine), 200);
  assertProblem(await world.as('bob').delete('/api/v1/developer/api-keys/{id}', { path: { id } }), 404, 'not_found');
  assert.ok(!(await world.as('bob').get('/api/v1/developer/api-keys')).body.items.some((item) => item.id === id));
  assertStatus(await world.as('alice').delete('/api/v1/developer/api-keys/{id}', { path: { id } }), 204);
  assertProblem(await api.get('/api/v1/tracks', mine), 401, 'unauthenticated');
});

test('a key expires', async () => {
  const { key, id, expires_at } = await create('alice', ['tracks:read'], { expires_in_days: 30 });
  const days = (Date.parse(String(expires_at)) - Date.now()) / 86_400_000;
  assert.ok(days > 29.9 && days < 30.1, String(expires_at));
  assertStatus(await api.get('/api/v1/tracks', { as: { token: key } }), 200);
  await world.sql(`update api_keys set expires_at = now() - interval '1 second' where id = '${id}'`);
  assertProblem(await api.get('/api/v1/tracks', { as: { token: key } }), 401, 'unauthenticated');
});

test('a key of a disabled account is none', async () => {
  const reply = await api.post('/api/v1/auth/register', { body: { username: 'keyholder', email: 'keyholder@example.org', password: 'correct horse battery' } });
  const made = await api.post('/api/v1/developer/api-keys', { body: { name: 'K', scopes: ['tracks:read'] }, as: { token: reply.body.access_token } });
  assertStatus(await api.get('/api/v1/tracks', { as: { token: made.body.key } }), 200);
  await world.sql(`update users set is_banned = true where username = 'keyholder'`);
  assertProblem(await api.get('/api/v1/tracks', { as: { token: made.body.key } }), 401, 'unauthenticated');
});

test('the last use is noted, at most once a minute', async () => {
  const { key, id } = await create('alice', ['tracks:read']);
  const used = () => world.sql(`select last_used_at from api_keys where id = '${id}'`);
  const use = () => api.get('/api/v1/tracks', { as: { token: key } });
  assert.equal(await used(), '');
  await use();
  const first = await used();
  assert.ok(first);
  await use();
  assert.equal(await used(), first);
  await world.sql(`update api_keys set last_used_at = now() - interval '61 seconds' where id = '${id}'`);
  const before = await used();
  await use();
  assert.notEqual(await used(), before);
});

test('a scope that is none is refused, and so is a key without any', async () => {
  const make = (wanted: string[]) => world.as('alice').post('/api/v1/developer/api-keys', { body: { name: 'K', scopes: wanted } });
  for (const wanted of [['admin'], ['tracks:read', 'tracks:*'], ['TRACKS:READ'], ['']])
    assert.equal(assertProblem(await make(wanted), 422, 'validation').errors?.[0]?.field, `scopes[${wanted.length - 1}]`);
  assert.equal(assertProblem(await make([]), 422, 'validation').errors?.[0]?.code, 'required');
});

test('there are at most fifty keys a person', async () => {
  await world.sql(`insert into api_keys (user_id, name, prefix, hashed_key) select '${template.ids.bob}', 'K', 'vz_', 'h' || i from generate_series(1, 50) i`);
  assertProblem(await world.as('bob').post('/api/v1/developer/api-keys', { body: { name: 'K', scopes: ['tracks:read'] } }), 409, 'conflict');
});

test('changing a track needs the scope for writing, and comments one of their own; every route of tracks names one, but for counting plays and for administrators', () => {
  const paths = (JSON.parse(readFileSync(DOCUMENT, 'utf8')) as { paths: Record<string, Record<string, { 'x-scope'?: string; 'x-auth': string }>> }).paths;
  for (const [path, item] of Object.entries(paths)) {
    if (!/^\/api\/v1\/(tracks|comments)\b/.test(path) || path.endsWith('/play')) continue;
    const write = /\/comments\b/.test(path) ? 'comments:write' : path.endsWith('/not-this') ? 'users:write' : 'tracks:write';
    for (const [method, operation] of Object.entries(item)) {
      const scope = operation['x-auth'] === 'admin' ? undefined : method === 'get' ? 'tracks:read' : write;
      assert.equal(operation['x-scope'], scope, `${method} ${path}`);
    }
  }
});

test('no key reaches the log', async () => {
  const { key } = await create('alice', ['tracks:read']);
  await api.get('/api/v1/tracks', { as: { token: key } });
  assert.ok(!world.server.log().includes(key.slice(12)));
});
