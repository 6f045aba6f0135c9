/** What every reply carries, and the pages and probes that operators look at. */
import { strict as assert } from 'node:assert';
import { request as httpRequest } from 'node:http';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { readdirSync } from 'node:fs';
import { assertProblem, assertStatus } from '../support/client.ts';
import { record } from '../support/coverage.ts';
import { complaint, operationAt, operations } from '../support/document.ts';
import { headerParameters } from '../support/examples.ts';
import { Server } from '../support/server.ts';
import { emailOf, PASSWORD, World } from '../support/world.ts';

const world = await World.start('server', { CORS_ORIGINS: 'https://app.example, https://other.example' });
const api = world.visitor;

/** As it comes over the wire: not unpacked, from a given address. */
function wire(path: string, { headers = {}, from }: { headers?: Record<string, string>; from?: string } = {}): Promise<{ status: number; headers: Record<string, string | string[] | undefined>; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    httpRequest(world.server.api + path, { headers, ...(from ? { localAddress: from } : {}) }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part)).on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes: Buffer.concat(parts) }));
    }).on('error', reject).end();
  });
}

test('every reply carries the headers that keep browsers safe', async () => {
  for (const path of ['/api/v1/status', '/api/v1/auth/me', '/api/v1/nothing/here', '/health', '/openapi.json', '/docs']) {
    const { headers } = await api.send('GET', path);
    assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
    assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'.*frame-ancestors 'none'/, path);
    assert.doesNotMatch(headers.get('content-security-policy') ?? '', /unsafe|\*|http:/, path);
    assert.equal(headers.get('x-frame-options'), 'DENY', path);
    assert.match(headers.get('referrer-policy') ?? '', /strict-origin|no-referrer/, path);
    assert.ok(headers.get('cache-control'), path);
    assert.equal(headers.get('server'), null, path);
    assert.equal(headers.get('x-powered-by'), null, path);
  }
});

test('what is about a person is not kept by anybody else', async () => {
  const reply = await world.as('alice').get('/api/v1/auth/me');
  assert.match(reply.headers.get('cache-control')!, /private|no-store/);
  const login = await api.post('/api/v1/auth/login', { body: { email: emailOf('alice'), password: PASSWORD } });
  assert.match(login.headers.get('cache-control')!, /no-store/);
  assert.match((await api.get('/api/v1/csrf-token')).headers.get('cache-control')!, /no-store/);
});

test('request ids are new each time, and the log knows them', async () => {
  const ids = new Set<string>();
  for (let i = 0; i < 5; i++) ids.add((await api.get('/api/v1/status')).headers.get('x-request-id')!);
  assert.equal(ids.size, 5);
  for (const id of ids) await world.server.logged(new RegExp(id));
  assert.equal(assertProblem(await api.get('/api/v1/auth/me'), 401).request_id.length, 36);
});

test('nothing that is sent can start a line of its own in the log', async () => {
  assertStatus(await api.post('/api/v1/logs/frontend', { body: { level: 'error', message: 'one\n{"level":"ERROR","message":"forged"}', stack: 'one\n\ttwo', url: 'https://x/', context: { a: 1 } } }), 204);
  assertProblem(await api.post('/api/v1/logs/frontend', { body: { level: 'info', message: 'in \u001b[31mred' } }), 422, 'validation');
  await api.send('GET', '/api/v1/%0a%7b%22message%22:%22forged%22%7d');
  await world.server.logged(/"path":".*forged/);
  for (const line of world.server.log().split('\n').filter((one) => one.startsWith('{') || one.includes('forged'))) {
    const entry = JSON.parse(line) as { message: string };
    assert.notEqual(entry.message, 'forged');
    assert.doesNotMatch(line, /\u001b/);
  }
});

test('an unknown address is a problem document, also below /api', async () => {
  for (const path of ['/api/v1/nothing', '/api/v2/status', '/api/v1/tracks/x/y/z', '/api/v1', '/api/v1/STATUS']) assertProblem(await api.send('GET', path), 404, 'not_found', path);
  assertProblem(await api.send('DELETE', '/api/v1/status'), 405, 'method_not_allowed');
});

test('large replies are packed for those who ask, and only for them', async () => {
  const packed = await wire('/openapi.json', { headers: { 'accept-encoding': 'gzip, br' } });
  assert.equal(packed.headers['content-encoding'], 'gzip');
  assert.match(String(packed.headers['vary']), /Accept-Encoding/i);
  const plain = await wire('/openapi.json');
  assert.equal(plain.headers['content-encoding'], undefined);
  assert.ok(gunzipSync(packed.bytes).equals(plain.bytes));
  assert.ok(packed.bytes.length < plain.bytes.length / 3);
  assert.equal((await wire('/openapi.json', { headers: { 'accept-encoding': 'gzip;q=0' } })).headers['content-encoding'], undefined);
  assert.equal((await wire('/health', { headers: { 'accept-encoding': 'gzip' } })).headers['content-encoding'], undefined);
});

test('a reply that has not changed is 304', async () => {
  const first = await api.get('/openapi.json');
  const etag = first.headers.get('etag')!;
  for (const list of [etag, `"other", ${etag}`, etag.replace(/^W\//, ''), '*']) {
    const reply = await api.send('GET', '/openapi.json', { headers: { 'if-none-match': list } });
    assertStatus(reply, 304, list);
    assert.equal(reply.bytes.length, 0);
  }
  assertStatus(await api.send('GET', '/openapi.json', { headers: { 'if-none-match': '"other"' } }), 200);
});

test('other origins are allowed when the operator names them, and no others', async () => {
  const from = (origin: string) => api.send('GET', '/api/v1/status', { headers: { origin } });
  const good = await from('https://app.example');
  assert.equal(good.headers.get('access-control-allow-origin'), 'https://app.example');
  assert.equal(good.headers.get('access-control-allow-credentials'), 'true');
  assert.match(good.headers.get('vary') ?? '', /Origin/);
  for (const origin of ['https://app.example.attacker.org', 'https://attacker.org', 'http://app.example', 'null', 'https://app.exampl', 'https://sub.app.example'])
    assert.equal((await from(origin)).headers.get('access-control-allow-origin'), null, origin);
  const preflight = await api.send('OPTIONS', '/api/v1/tracks', { headers: { origin: 'https://other.example', 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-csrf-token' } });
  assertStatus(preflight, 204);
  assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /X-CSRF-Token/i);
  assert.match(preflight.headers.get('access-control-allow-methods') ?? '', /PUT/);
});

test('a page of another origin that is allowed may send every header that a route takes', async () => {
  const asked = [...new Set(operations.flatMap(headerParameters).map(({ name }) => name)), 'X-CSRF-Token', 'Authorization', 'Content-Type', 'If-None-Match', 'Range'];
  assert.ok(asked.includes('Idempotency-Key'));
  const preflight = await api.send('OPTIONS', '/api/v1/tracks', { headers: { origin: 'https://app.example', 'access-control-request-method': 'POST', 'access-control-request-headers': asked.join(', ').toLowerCase() } });
  assertStatus(preflight, 204);
  assert.equal(preflight.headers.get('access-control-allow-origin'), 'https://app.example');
  assert.equal(preflight.headers.get('access-control-allow-credentials'), 'true');
  const allowed = preflight.headers.get('access-control-allow-headers')!.split(', ');
  for (const name of asked) assert.equal(allowed.filter((one) => one.toLowerCase() === name.toLowerCase()).length, 1, name);
  const posted = await world.as('alice').send('POST', '/api/v1/playlists', { body: JSON.stringify({ name: 'From elsewhere' }), headers: { origin: 'https://app.example', 'content-type': 'application/json', 'idempotency-key': 'from-another-origin' } });
  assertStatus(posted, 201);
  assert.equal(posted.headers.get('access-control-allow-origin'), 'https://app.example');
});

test('the probes answer', async () => {
  for (const path of ['/health', '/healthz', '/readyz'] as const) assert.deepEqual((await api.get(path)).body, { status: 'ok' });
  const deep = await api.get('/health/deep');
  assertStatus(deep, 200);
  assert.equal(deep.body.checks.database.status, 'up');
  assert.equal(deep.body.checks.storage.status, 'up');
  for (const path of ['/health', '/healthz', '/readyz']) assertStatus(await world.streamVisitor.send('GET', path), 200);
});

test('the metrics count requests by route, in the Prometheus format', async () => {
  await api.get('/api/v1/status');
  const reply = await api.get('/metrics');
  assertStatus(reply, 200);
  const text = reply.bytes.toString();
  for (const line of text.trim().split('\n')) assert.match(line, /^(# (HELP|TYPE) .*|[a-zA-Z_:][a-zA-Z0-9_:]*(\{[^}]*\})? -?[0-9.eE+-]+(Inf|NaN)?)$/, line);
  assert.match(text, /process_resident_memory_bytes [1-9]/);
  const count = (body: string) => [...body.matchAll(/^veza_http_requests_total\{([^}]*)\} (\d+)$/gm)].filter((match) => match[1]!.includes('/api/v1/status')).reduce((sum, match) => sum + Number(match[2]), 0);
  const before = count(text);
  assert.ok(before >= 1, 'the status route is counted');
  for (let i = 0; i < 3; i++) await api.get('/api/v1/status');
  assert.equal(count((await api.get('/metrics')).bytes.toString()), before + 3);
  assertStatus(await world.streamVisitor.send('GET', '/metrics'), 200);
});

test('without a token the metrics are for this machine only', async () => {
  const reply = await wire('/metrics', { headers: { 'x-forwarded-for': '203.0.113.7' } });
  assert.equal(reply.status, 403);
  const body: unknown = JSON.parse(reply.bytes.toString());
  assert.equal(complaint(operationAt('GET', '/metrics'), 403, String(reply.headers['content-type']), body), undefined);
  record('GET /metrics', 403);
});

test('the status tells what a client needs to know', async () => {
  const { body } = await api.get('/api/v1/status');
  assert.equal(body.name, 'veza');
  assert.equal(body.environment, 'development');
  assert.equal(body.maintenance, false);
  assert.equal(body.max_upload_bytes, 2200 * 1024 * 1024);
  assert.match(body.version, /^\d+\.\d+/);
});

test('announcements are shown while they last, and come from memory', async () => {
  await world.sql(`insert into announcements (title, content, type, starts_at, ends_at, is_active, created_by)
    select v.title, 'Text', 'info', v.starts, v.ends, v.active, (select id from users where username = 'root')
      from (values ('now', now() - interval '1 minute', null::timestamptz, true), ('over', now() - interval '2 hours', now() - interval '1 hour', true),
                   ('later', now() + interval '1 hour', null, true), ('off', now() - interval '1 minute', null, false)) v (title, starts, ends, active)`);
  const first = await api.get('/api/v1/announcements/active');
  assertStatus(first, 200);
  assert.equal(first.headers.get('x-cache'), 'MISS');
  assert.deepEqual(first.body.items.map((item) => item.title), ['now']);
  const second = await api.get('/api/v1/announcements/active');
  assert.equal(second.headers.get('x-cache'), 'HIT');
  assert.deepEqual(second.body, first.body);
});

test('the description and its reader are served, and the reader only outside production', async () => {
  const document = await api.get('/openapi.json');
  assertStatus(document, 200);
  assert.equal((JSON.parse(document.bytes.toString()) as { openapi: string }).openapi, '3.1.0');
  const page = await api.get('/docs');
  assertStatus(page, 200);
  assert.match(page.headers.get('content-type')!, /^text\/html/);
  const html = page.bytes.toString();
  assert.doesNotMatch(html, /<script>|onclick|<style|style="|https?:\/\//, 'nothing inline, nothing from elsewhere');
  for (const [path, type] of [['/docs/reader.js', 'text/javascript'], ['/docs/reader.css', 'text/css']] as const) {
    const asset = await api.get(path);
    assertStatus(asset, 200);
    assert.ok(asset.headers.get('content-type')!.startsWith(type));
    assert.ok(html.includes(path));
  }
  const production = await World.start('production', { APP_ENV: 'production', PASSWORD_COST: '', FRONTEND_URL: 'https://veza.example', ENABLE_CLAMAV: 'false' });
  assertStatus(await production.visitor.get('/openapi.json'), 200);
  for (const path of ['/docs', '/docs/reader.js', '/docs/reader.css'] as const) assertProblem(await production.visitor.get(path), 404, 'not_found');
});

test('production does not start with weak settings, and says which', async () => {
  const weak = { STREAM_SECRET: 'x', METRICS_TOKEN: 'x', FRONTEND_URL: 'http://veza.example', DATABASE_DURABLE: 'false', RATE_LIMIT_ENABLED: 'false', PASSWORD_COST: '8' };
  const server = new Server('weak', { APP_ENV: 'production', ...weak });
  try {
    await assert.rejects(server.start(), /veza ended with 1/);
    for (const name of [...Object.keys(weak), 'ENABLE_CLAMAV']) assert.ok(server.log().includes(`"setting":"${name}"`), name);
    assert.deepEqual(readdirSync(server.dataDir).filter((name) => name === 'postgres'), [], 'nothing was made');
  } finally {
    await server.remove();
  }
});

test('a person who does not exist is 404', async () => {
  assertProblem(await api.get('/api/v1/users/{id}', { path: { id: '00000000-0000-4000-8000-000000000000' } }), 404, 'not_found');
  for (const id of ['x', '00000000-0000-4000-8000-00000000000', '%27', '00000000-0000-4000-8000-0000000000000']) assertProblem(await api.send('GET', `/api/v1/users/${id}`), 404, 'not_found', id);
});

test('a server that is older than its database is not ready, and does not start on it', async () => {
  const newer = await World.start('newer');
  assertStatus(await newer.visitor.get('/readyz'), 200);
  await newer.sql("insert into schema_migrations (version, name, checksum) values (9000, '9000_the_future', 'x')");
  const said = assertProblem(await newer.visitor.get('/readyz'), 503, 'unavailable');
  assert.match(said.detail, /newer than this program/);
  assertStatus(await newer.visitor.get('/health'), 200);
  await newer.server.stop();
  for (const MIGRATE_AT_START of ['true', 'false'])
    await assert.rejects(newer.server.start({ MIGRATE_AT_START }),
      /newer than this program: its schema has 9000_the_future, this program \([0-9.]+\) knows up to \d{4}_\w+/);
  assert.equal(await newer.sql('select count(*) from schema_migrations where version = 9000'), '1');
});
