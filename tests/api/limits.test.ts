/** Over the limit 429, in maintenance 503: for each operation, made from the description. */
import { strict as assert } from 'node:assert';
import { after, test } from 'node:test';
import { assertProblem, assertStatus, Client, cookiesOf } from '../support/client.ts';
import { codesOf, keyOf, operations } from '../support/document.ts';
import { Redis } from '../support/redis.ts';
import { personFor, request, STREAM_SECRET } from '../support/requests.ts';
import { emailOf, PASSWORD, template, World } from '../support/world.ts';

const rated = operations.filter((operation, i) => operation['x-rate'] && operations.findIndex((other) => other['x-rate'] === operation['x-rate']) === i);
/** Each quota that routes share, and each that is a route's own. */
const quotas = (shared: string, own: string) => ({ RATE_LIMIT_READ: shared, RATE_LIMIT_WRITE: shared, RATE_LIMIT_AUTH: shared, RATE_LIMIT_UPLOAD: shared, RATE_LIMIT_MEDIA: shared,
  ...Object.fromEntries(rated.map((operation) => [`RATE_LIMIT_${operation['x-rate']!.toUpperCase()}`, own])) });

const tiny = await World.start('limits', { STREAM_SECRET, ...quotas('2/600', '2/600') });
const closed = await World.start('maintenance', { STREAM_SECRET, MAINTENANCE_MODE: 'true' });

/* Used up beforehand by something harmless, since some changes (signing out) would leave nobody to ask again. */
for (const person of ['alice', 'carol'] as const) for (let i = 0; i < 3; i++) await tiny.as(person).post('/api/v1/ws/ticket');

for (const operation of operations) {
  const key = keyOf(operation);
  if (operation['x-limit'] !== 'none') {
    test(`${key} answers 429 over the limit, and says until when`, async () => {
      for (let i = 0; i < 4; i++) {
        const reply = await request(tiny.visitor, operation);
        if (reply.status !== 429) continue;
        assertProblem(reply, 429, 'too_many_requests');
        const header = (name: string) => Number(reply.headers.get(name));
        assert.ok(header('retry-after') >= 1 && header('retry-after') <= 600, `Retry-After ${reply.headers.get('retry-after')}`);
        assert.equal(header('ratelimit-limit'), 2);
        assert.equal(header('ratelimit-remaining'), 0);
        assert.ok(header('ratelimit-reset') >= header('retry-after'), 'the whole quota is back later than the next request');
        return;
      }
      assert.fail('four requests passed where two are allowed');
    });
  } else {
    test(`${key} is never limited`, async () => {
      for (let i = 0; i < 8; i++) assert.notEqual((await request(tiny.visitor, operation)).status, 429);
    });
  }
  if (codesOf(operation, 503).includes('maintenance')) {
    test(`${key} answers 503 in maintenance`, async () => {
      const reply = await request(closed.visitor, operation);
      assertProblem(reply, 503, 'maintenance');
      assert.ok(key === 'GET /readyz' || Number(reply.headers.get('retry-after')) > 0, 'Retry-After');
    });
  }
}

const redis = await new Redis().start();
after(() => redis.remove());
for (const [how, REDIS_URL] of [['without', ''], ['with', redis.url]] as const) {
  const world = await World.start(`rates-${how}`, { STREAM_SECRET, REDIS_URL, REDIS_TIMEOUT_MS: '3000', ...quotas('1000/600', '3/600') });
  for (const operation of rated)
    test(`${keyOf(operation)} has a quota of its own, ${how} Redis`, async () => {
      const left = async () => Number((await fetch(`${world.server.api}/api/v1/csrf-token`)).headers.get('ratelimit-remaining')); /* the client asks twice at times */
      const before = await left();
      let reply = await request(world.visitor, operation);
      assert.notEqual(reply.status, 429);
      assert.equal(reply.headers.get('ratelimit-limit'), '3');
      for (let i = 0; i < 3 && reply.status !== 429; i++) reply = await request(world.visitor, operation);
      assertProblem(reply, 429, 'too_many_requests');
      assert.equal(await left(), before - 1, 'what others share was left alone');
      const keys = await redis.ask('KEYS', `ratelimit:api:${operation['x-rate']}:*`);
      const person = personFor(operation);
      assert.equal(keys.includes(person ? template.ids[person] : '127.0.0.1'), REDIS_URL !== '', keys);
    });
}

test('each person has a quota of their own, and an address one for what needs no identity', async () => {
  await tiny.as('bob').get('/api/v1/auth/me');
  const first = await tiny.as('dave').get('/api/v1/auth/me');
  assertStatus(first, 200);
  assert.equal(first.headers.get('ratelimit-remaining'), '1');
});

test('a made-up X-Forwarded-For is no way around the limit', async () => {
  for (let i = 0; i < 4; i++) await tiny.visitor.get('/api/v1/csrf-token');
  for (let i = 0; i < 5; i++) assertProblem(await tiny.visitor.get('/api/v1/csrf-token', { headers: { 'x-forwarded-for': `10.1.2.${i}`, forwarded: `for=10.1.2.${i}`, 'x-real-ip': `10.1.2.${i}` } }), 429);
});

test('a trusted proxy tells whose quota it is', async () => {
  const proxied = await World.start('proxied', { RATE_LIMIT_READ: '1/600', TRUSTED_PROXIES: '127.0.0.1' });
  const from = (address: string) => proxied.visitor.get('/api/v1/csrf-token', { headers: { 'x-forwarded-for': `6.6.6.6, ${address}` } });
  assertStatus(await from('10.0.0.1'), 200);
  assertProblem(await from('10.0.0.1'), 429);
  assertStatus(await from('10.0.0.2'), 200);
});

test('a peer whose address is a part of a trusted one is not trusted: its X-Forwarded-For counts for nothing', async () => {
  for (const [i, proxies] of ['127.0.0.10', '10.127.0.1, 127.0.0.11', '127.0.0.16/28'].entries()) {
    const spoofed = await World.start(`spoofed-${i}`, { RATE_LIMIT_READ: '1/600', TRUSTED_PROXIES: proxies });
    const from = (address: string) => spoofed.visitor.get('/api/v1/csrf-token', { headers: { 'x-forwarded-for': address } });
    assertStatus(await from('10.0.0.1'), 200);
    assertProblem(await from('10.0.0.2'), 429, 'too_many_requests', proxies);
  }
});

test('what a client puts before its proxy\'s word in X-Forwarded-For counts for nothing', async () => {
  const proxied = await World.start('prefixed', { RATE_LIMIT_READ: '1/600', TRUSTED_PROXIES: '10.9.9.9,127.0.0.1' });
  const from = (forwarded: string) => proxied.visitor.get('/api/v1/csrf-token', { headers: { 'x-forwarded-for': forwarded } });
  assertStatus(await from('10.0.0.1'), 200);
  for (const forged of ['10.0.0.2, 10.0.0.1', '127.0.0.1, 10.0.0.1', 'x,10.0.0.1', ', 10.0.0.1']) assertProblem(await from(forged), 429, 'too_many_requests', forged);
});

test('many accounts from one address share its quota for signing in', async () => {
  const door = await World.start('door', { RATE_LIMIT_AUTH: '4/600' });
  const replies = await Promise.all(Array.from({ length: 8 }, (_, i) => door.visitor.post('/api/v1/auth/login', { body: { email: `guess${i}@example.org`, password: 'password' } })));
  assert.deepEqual(replies.map((reply) => reply.status).sort(), [401, 401, 401, 401, 429, 429, 429, 429]);
  for (const person of ['alice', 'bob'] as const) {
    const reply = await door.visitor.post('/api/v1/auth/login', { body: { email: emailOf(person), password: PASSWORD } });
    assertProblem(reply, 429, 'too_many_requests');
    assert.ok(Number(reply.headers.get('retry-after')) >= 1, 'Retry-After');
  }
  assertStatus(await door.as('alice').get('/api/v1/auth/me'), 200);
});

test('one account tried from many networks is locked for places it does not know, not for the browser of its owner', async () => {
  const door = await World.start('addresses', { RATE_LIMIT_AUTH: '100/600', LOCKOUT_FAILURES: '2', TRUSTED_PROXIES: '127.0.0.1' });
  const attempt = (i: number, password: string, headers = {}) =>
    door.visitor.post('/api/v1/auth/login', { body: { email: emailOf('alice'), password }, headers: { 'x-forwarded-for': `198.51.100.${i}`, ...headers } });
  const own = await attempt(1, PASSWORD);
  assertStatus(own, 200);
  const cookie = `veza_browser=${cookiesOf(own)['veza_browser']}`;
  for (let i = 2; i <= 21; i++) assertProblem(await attempt(i, 'wrong password'), 401, 'invalid_credentials', `network ${i}`);
  const reply = await attempt(22, PASSWORD);
  assertProblem(reply, 429, 'account_locked', 'ten times LOCKOUT_FAILURES for all unknown networks together');
  assert.ok(Number(reply.headers.get('retry-after')) >= 1, 'Retry-After');
  assertStatus(await attempt(23, PASSWORD, { cookie }), 200);
});

test('health, status and signing in work during maintenance', async () => {
  const visitor = new Client(closed.server.api);
  assertStatus(await visitor.get('/health'), 200);
  assertStatus(await visitor.get('/healthz'), 200);
  assertProblem(await visitor.get('/readyz'), 503, 'maintenance');
  const status = await visitor.get('/api/v1/status');
  assertStatus(status, 200);
  assert.equal(status.body.maintenance, true);
  assertStatus(await closed.as('alice').get('/api/v1/auth/me'), 200);
});
