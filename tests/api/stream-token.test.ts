/** Tokens for the stream server, and for nothing else. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertProblem, assertStatus, Client } from '../support/client.ts';
import { keyOf, operations } from '../support/document.ts';
import { needsIdentity, request } from '../support/requests.ts';
import { finished, upload } from '../support/tracks.ts';
import { login, World } from '../support/world.ts';

const world = await World.start('stream-token');
const api = world.visitor;

async function streamToken(token: string) {
  const reply = await api.post('/api/v1/auth/stream-token', { as: { token } });
  assertStatus(reply, 200);
  return reply.body;
}

async function signedIn(email: string): Promise<string> {
  const reply = await api.post('/api/v1/auth/login', { body: { email, password: 'correct horse battery' } });
  assertStatus(reply, 200);
  assert.ok('access_token' in reply.body);
  return reply.body.access_token;
}

const payloadOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;

test('a stream token is short-lived and has an audience of its own', async () => {
  const access = await signedIn('alice@example.org'), { token, token_type, expires_in } = await streamToken(access);
  assert.equal(token_type, 'Bearer');
  assert.equal(expires_in, 300);
  const claims = payloadOf(token);
  assert.equal(Number(claims['exp']) - Number(claims['iat']), 300);
  assert.notEqual(claims['aud'], payloadOf(access)['aud']);
});

test('a stream token plays a private track of its person, on the stream server only', async () => {
  const carol = await signedIn('carol@example.org'), other = await signedIn('dave@example.org');
  const { body: track } = await upload(api.as({ token: carol }), { is_public: 'false' });
  await finished(api.as({ token: carol }), track.id);
  const playlist = `/hls/${track.id}/master.m3u8`;
  const { token } = await streamToken(carol);
  const stream = new Client(world.server.stream);
  assertStatus(await stream.send('GET', playlist, { as: { token } }), 200);
  assertProblem(await stream.send('GET', playlist, { as: { token: (await streamToken(other)).token } }), 404);
  assertProblem(await stream.send('GET', playlist), 404);
  assertProblem(await api.send('GET', `/api/v1/tracks/${track.id}/hls/master.m3u8`, { as: { token } }), 401, 'unauthenticated');
});

test('the API takes a stream token for nothing, neither as bearer nor as cookie nor for renewal', async () => {
  const { token } = await streamToken((await login(world, 'root')).body.access_token);
  for (const operation of operations.filter((one) => needsIdentity(one) && !one.servers)) assertProblem(await request(api, operation, { as: { token } }), 401, 'unauthenticated', keyOf(operation));
  assertProblem(await api.get('/api/v1/auth/me', { as: { cookies: { veza_access: token } } }), 401, 'unauthenticated');
  assertProblem(await api.post('/api/v1/auth/refresh', { body: { refresh_token: token.slice(0, 200) } }), 401);
});

test('a stream token ends with its session', async () => {
  const access = await signedIn('bob@example.org'), { token } = await streamToken(access);
  const stream = new Client(world.server.stream), target = '/hls/00000000-0000-4000-8000-000000000000/master.m3u8';
  assertProblem(await stream.send('GET', target, { as: { token } }), 404);
  assertStatus(await api.post('/api/v1/auth/logout', { as: { token: access } }), 204);
  assertProblem(await stream.send('GET', target, { as: { token } }), 401, 'unauthenticated');
});
