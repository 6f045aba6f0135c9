/** Requests with an Idempotency-Key: repeated when the reply was lost, they are carried out once. */
import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { assertProblem, assertStatus } from '../support/client.ts';
import { keyOf, operationAt, operations, type Operation } from '../support/document.ts';
import { isForm } from '../support/examples.ts';
import { makeSound, wav } from '../support/media.ts';
import { assertRaw, exchange, request11 } from '../support/raw.ts';
import { personFor, request } from '../support/requests.ts';
import { uploadForm } from '../support/tracks.ts';
import { until } from '../support/wait.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('idempotency', { RATE_LIMIT_ENABLED: 'false' });
const root = world.as('root'), carol = world.as('carol'), dave = world.as('dave');

const roleOf = (name: string, more = {}) => ({ name, display_name: 'Test', ...more });
const make = (name: string, key: string, more = {}) => world.as('root').post('/api/v1/roles', { body: roleOf(name, more), headers: { 'idempotency-key': key } });
const count = async (from: string) => Number(await world.sql(`select count(*) from ${from}`));
const roles = (name: string) => count(`roles where name = '${name}'`);
const send = (key: string, samples: number, title = 'Once', creator = carol) =>
  creator.post('/api/v1/tracks', { body: uploadForm({ file: wav(makeSound(samples)), title }), headers: { 'idempotency-key': key } });

/** Holds what the next request writes until it is let go. */
async function hold(table: string) {
  return {
    ...await world.hold(`lock table ${table} in exclusive mode`),
    reached: () => until('a request to wait', async () => (await count(`pg_locks where relation = '${table}'::regclass and not granted`)) === 1),
  };
}

test('a repeated request gets the first reply and changes nothing more', async () => {
  const key = randomUUID(), first = await make('once', key), again = await make('once', `"${key}"`); /* with the quotes of the header's own syntax, too */
  assertStatus(first, 201);
  assertStatus(again, 201);
  assert.deepEqual(again.body, first.body);
  assert.equal(again.headers.get('location'), first.headers.get('location'));
  assert.equal(first.headers.get('idempotency-replayed'), null);
  assert.equal(again.headers.get('idempotency-replayed'), 'true');
  assert.equal(await roles('once'), 1);
  assert.equal(await count("audit_logs where action = 'POST /api/v1/roles' and status = 201"), 1, 'what happened once is in the audit log once');
});

test('a key belongs to one request of one person', async () => {
  const key = randomUUID();
  assertStatus(await make('mine', key), 201);
  assertProblem(await make('another', key), 422, 'idempotency_key_reused');
  assertProblem(await make('mine', key, { description: 'now with a description' }), 422, 'idempotency_key_reused');
  assertProblem(await root.post('/api/v1/users/me/export', { headers: { 'idempotency-key': key } }), 422, 'idempotency_key_reused');
  assert.equal(await roles('another'), 0);
  assertStatus(await carol.post('/api/v1/users/me/export', { headers: { 'idempotency-key': key } }), 202);
});

test('a refused request keeps nothing, and its key is free for what is right', async () => {
  const key = randomUUID();
  assertProblem(await make('refused', key, { permissions: ['no.such.thing'] }), 422, 'validation');
  assertProblem(await make('admin', key), 409, 'conflict'); /* refused by the change itself */
  assertStatus(await make('refused', key), 201);
});

test('keys are of some length, of visible characters, and kept apart however long', async () => {
  for (const bad of ['', 'short', 'x'.repeat(129), 'with a space', 'quote"inside', 'back\\slash', '""', '"1234567'])
    assertProblem(await make('badly', bad), 400, 'bad_request');
  assert.equal(await roles('badly'), 0);
  for (const good of ['12345678', 'x'.repeat(128), "'; drop table roles; --".replaceAll(' ', '_')])
    assertStatus(await make(`role_${good.length}`, good), 201);
});

test('a key that is given twice is refused: which of the two counts would be a guess', async () => {
  const body = JSON.stringify(roleOf('two_keys'));
  const head = request11('POST /api/v1/roles', { authorization: `Bearer ${template.tokens.root}`, 'content-type': 'application/json', 'content-length': String(body.length),
    'Idempotency-Key': 'first-key', 'idempotency-key': 'second-key' });
  const reply = await exchange(world.server.ports.api, { write: [head + body] });
  assertRaw(reply, operationAt('POST', '/api/v1/roles')!, 400, 'bad_request');
  assert.equal(await roles('two_keys'), 0);
});

/** A good request with a key for whoever may send it. */
const sendTo = (operation: Operation, key: string) => request(world.visitor, operation, { headers: { 'idempotency-key': key }, ...(isForm(operation) && { form: uploadForm() }) });

for (const operation of operations.filter(({ parameters }) => parameters.some(({ name }) => name === 'Idempotency-Key'))) {
  test(`${keyOf(operation)} refuses a bad key, and one of another request`, async () => {
    assertProblem(await sendTo(operation, 'short'), 400, 'bad_request');
    const key = randomUUID();
    await world.sql(`insert into idempotency_keys (user_id, key, request, status) values ('${template.ids[personFor(operation)!]}', '${key}', repeat('0', 64), 204)`);
    assertProblem(await sendTo(operation, key), 422, 'idempotency_key_reused');
  });
}

test('while a track is being restored, the same request is refused, and gets its reply afterwards', async () => {
  const id = await world.sql(`insert into tracks (creator_id, title, status, deleted_at, restorable_until) values ('${template.ids.carol}', 'Back again', 'completed', now(), now() + interval '1 day') returning id`);
  const key = randomUUID(), held = await hold('tracks'), restore = () => root.post('/api/v1/tracks/{id}/restore', { path: { id }, headers: { 'idempotency-key': key } });
  const first = restore();
  await held.reached();
  assertProblem(await restore(), 409, 'request_in_progress');
  await held.letGo();
  const reply = await first;
  assertStatus(reply, 200);
  assert.deepEqual((await restore()).body, reply.body);
});

test('while an upload with this key is carried out, another is refused', async () => {
  const key = randomUUID();
  const held = await world.hold(`select pg_advisory_lock(hashtextextended('${template.ids.dave} ${key}', 8))`);
  assertProblem(await send(key, 1, 'Held', dave), 409, 'request_in_progress');
  await held.letGo();
  assertStatus(await send(key, 1, 'Held', dave), 201);
});

test('while a request is carried out, the same one is refused, and gets its reply afterwards', async () => {
  const key = randomUUID(), held = await hold('role_permissions');
  const first = make('slowly', key, { permissions: ['audit.view'] });
  await held.reached();
  assertProblem(await make('slowly', key, { permissions: ['audit.view'] }), 409, 'request_in_progress');
  await held.letGo();
  const reply = await first;
  assertStatus(reply, 201);
  assert.deepEqual((await make('slowly', key, { permissions: ['audit.view'] })).body, reply.body);
});

test('of eight equal requests at once one is carried out', async () => {
  const key = randomUUID(), replies = await Promise.all(Array.from({ length: 8 }, () => make('together', key)));
  assert.ok(replies.every((one) => [201, 409].includes(one.status)), replies.map((one) => one.status).join());
  assert.ok(replies.some((one) => one.status === 201 && !one.headers.get('idempotency-replayed')));
  assert.equal(await roles('together'), 1);
});

test('an upload whose reply was lost makes one track when it is repeated, and another file is another request', async () => {
  const key = randomUUID(), first = await send(key, 1);
  assertStatus(first, 201);
  const again = await send(key, 1);
  assertStatus(again, 201);
  assert.deepEqual(again.body, first.body);
  assert.equal(again.headers.get('location'), `/api/v1/tracks/${first.body.id}`);
  assertProblem(await send(key, 2), 422, 'idempotency_key_reused');
  assertProblem(await send(key, 1, 'Twice'), 422, 'idempotency_key_reused');
  assert.equal(await count(`tracks where creator_id = '${template.ids.carol}' and title in ('Once', 'Twice')`), 1);
});

test('of two equal uploads at once one becomes a track, and the other one leaves no file', async () => {
  const key = randomUUID(), replies = await Promise.all([send(key, 1, 'At once', dave), send(key, 1, 'At once', dave)]);
  const good = replies.filter((one) => one.status === 201);
  assert.ok(good.length >= 1 && replies.every((one) => [201, 409].includes(one.status)), replies.map((one) => one.status).join());
  assert.equal(await count(`tracks where creator_id = '${template.ids.dave}' and title = 'At once'`), 1);
});

test('a reply is kept for 24 hours and then swept', async () => {
  const key = randomUUID();
  assertStatus(await make('yesterday', key), 201);
  await world.sql(`update idempotency_keys set created_at = now() - interval '25 hours' where key = '${key}'`);
  assertProblem(await make('yesterday', key), 409, 'conflict'); /* carried out again: the role is there */
  assert.equal(await count(`idempotency_keys where key = '${key}'`), 1);
});

test('a person keeps a bounded number of replies', async () => {
  const fill = () => world.sql(`insert into idempotency_keys (user_id, key, request, status) select '${template.ids.root}', 'filled-' || n, repeat('0', 64), 204 from generate_series(1, 10000) n`);
  await fill();
  assertProblem(await make('too_many', randomUUID()), 429, 'too_many_requests');
  await world.sql("delete from idempotency_keys where key like 'filled-%'");
  assertStatus(await make('too_many', randomUUID()), 201);
});

test('a server that is killed leaves the change and its reply, or neither', async () => {
  const key = randomUUID(), held = await hold('idempotency_keys'); /* the change is made, its reply is about to be kept */
  const lost = make('killed', key).catch(() => 'no reply');
  await held.reached();
  await world.server.stop('SIGKILL');
  assert.equal(await lost, 'no reply');
  await held.letGo();
  await world.server.start();
  await until('the lost transaction to end', async () => (await count("pg_locks where relation = 'idempotency_keys'::regclass")) === 0);
  assert.equal(await roles('killed'), 0);
  const first = await make('killed', key), again = await make('killed', key);
  assertStatus(first, 201);
  assert.deepEqual(again.body, first.body);
  await world.server.stop('SIGKILL');
  await world.server.start();
  assert.deepEqual((await make('killed', key)).body, first.body, 'what was answered is there after a kill');
  assert.equal(await roles('killed'), 1);
});
