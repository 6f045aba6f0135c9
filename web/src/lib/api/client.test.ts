import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeServer, problem } from '@/testing/server';
import { hasSessionHint, setPersonHere, setSessionHint } from '@/lib/session/hint';
import { apiUrl, del, get, post, put } from './client';
import { forgetCsrf } from './csrf';
import { ApiProblem } from './problem';
import { useRateLimit } from './rateLimit';
import { forgetRenewal, noteRenewal, wakeUp } from './refresh';

beforeEach(() => {
  forgetCsrf();
  forgetRenewal();
  setPersonHere(null);
  setSessionHint(true);
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const csrf = { 'GET /csrf-token': { body: { csrf_token: 't' } } };

describe('an expired session', () => {
  it('is renewed once for all requests that meet it at the same time', async () => {
    let fresh = false;
    const server = fakeServer({
      'GET /tracks': () => (fresh ? { body: { ok: true } } : problem(401, 'token_expired')),
      'POST /auth/refresh': async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        fresh = true;
        return { body: {} };
      },
    });
    const answers = await Promise.all([get('/tracks'), get('/tracks'), get('/tracks')]);
    expect(answers).toEqual([{ ok: true }, { ok: true }, { ok: true }]);
    expect(server.count('POST /auth/refresh')).toBe(1);
    expect(server.count('GET /tracks')).toBe(6);
  });

  it('that cannot be renewed fails with the first refusal and ends the session here', async () => {
    const server = fakeServer({
      'GET /auth/me': problem(401, 'token_expired'),
      'POST /auth/refresh': problem(401, 'unauthenticated'),
    });
    await expect(get('/auth/me')).rejects.toMatchObject({ code: 'token_expired' });
    expect(server.count('GET /auth/me')).toBe(1);
    expect(hasSessionHint()).toBe(false);
  });

  it('is not renewed again and again when the server keeps refusing', async () => {
    const server = fakeServer({ 'GET /auth/me': problem(401, 'token_expired'), 'POST /auth/refresh': { body: {} } });
    await expect(get('/auth/me')).rejects.toBeInstanceOf(ApiProblem);
    expect(server.count('GET /auth/me')).toBe(2);
    expect(server.count('POST /auth/refresh')).toBe(1);
  });

  it('of a guest is no session: nothing is renewed', async () => {
    setSessionHint(false);
    const server = fakeServer({ 'GET /tracks': problem(401, 'unauthenticated') });
    await expect(get('/tracks')).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(server.count('POST /auth/refresh')).toBe(0);
  });

  it('that another tab has renewed since the request was sent is taken as it is', async () => {
    let asked = 0;
    const server = fakeServer({
      'GET /tracks': () => {
        if (asked++ > 0) return { body: { ok: true } };
        noteRenewal(900); /* as another tab does */
        return problem(401, 'token_expired');
      },
    });
    await expect(get('/tracks')).resolves.toEqual({ ok: true });
    expect(server.count('POST /auth/refresh')).toBe(0);
  });
});

describe('renewing', () => {
  it('carries the CSRF token, and fetches it anew when it is refused', async () => {
    const server = fakeServer({
      'GET /csrf-token': (_call, count) => ({ body: { csrf_token: `token-${count}` } }),
      'GET /auth/me': (_call, count) => (count === 1 ? problem(401, 'token_expired') : { body: { ok: true } }),
      'POST /auth/refresh': (call) => (call.headers['X-CSRF-Token'] === 'token-2' ? { body: {} } : problem(403, 'csrf_failed')),
    });
    await expect(get('/auth/me')).resolves.toEqual({ ok: true });
    expect(server.count('POST /auth/refresh')).toBe(2);
  });

  it.each([
    ['a 403', problem(403, 'csrf_failed')],
    ['trouble of the server', problem(503, 'unavailable')],
    ['the page of something on the way', { status: 401, body: '<html>' }],
    [
      'a fault of the network',
      () => {
        throw new TypeError('network');
      },
    ],
  ])('is no sign-out after %s', async (_name, reply) => {
    fakeServer({ ...csrf, 'GET /auth/me': problem(401, 'token_expired'), 'POST /auth/refresh': reply });
    await expect(get('/auth/me')).rejects.toMatchObject({ code: 'token_expired' });
    expect(hasSessionHint()).toBe(true);
  });

  it('repeats the request with its body', async () => {
    const server = fakeServer({
      ...csrf,
      'PUT /users/settings': (_call, count) => (count === 1 ? problem(401, 'token_expired') : { body: { id: 1 } }),
      'POST /auth/refresh': { body: { expires_in: 900 } },
    });
    await expect(put('/users/settings', { body: { language: 'fr' } })).resolves.toEqual({ id: 1 });
    expect(server.calls.filter(({ path }) => path === '/users/settings').map(({ body }) => body)).toEqual([{ language: 'fr' }, { language: 'fr' }]);
  });

  it('that another tab was faster with is taken as done', async () => {
    const server = fakeServer({
      ...csrf,
      'GET /auth/me': (_call, count) => (count === 1 ? problem(401, 'token_expired') : { body: { ok: true } }),
      'POST /auth/refresh': problem(401, 'refresh_superseded'),
    });
    await expect(get('/auth/me')).resolves.toEqual({ ok: true });
    expect(server.count('POST /auth/refresh')).toBe(1);
  });

  it('asks again when the reply was lost', async () => {
    const server = fakeServer({
      ...csrf,
      'GET /auth/me': (_call, count) => (count === 1 ? problem(401, 'token_expired') : { body: { ok: true } }),
      'POST /auth/refresh': (_call, count) => {
        if (count === 1) throw new TypeError('network');
        return { body: { expires_in: 900 } };
      },
    });
    await expect(get('/auth/me')).resolves.toEqual({ ok: true });
    expect(server.count('POST /auth/refresh')).toBe(2);
  });

  it('comes before a request when the access cookie is known to have run out', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    noteRenewal(900);
    const server = fakeServer({ ...csrf, 'GET /tracks': { body: { ok: true } }, 'POST /auth/refresh': { body: { expires_in: 900 } } });
    await get('/tracks');
    expect(server.count('POST /auth/refresh')).toBe(0);
    vi.advanceTimersByTime(901_000);
    await get('/tracks');
    await get('/tracks');
    expect(server.calls.map((c) => `${c.method} ${c.path}`).slice(1)).toEqual(['GET /csrf-token', 'POST /auth/refresh', 'GET /tracks', 'GET /tracks']);
  });

  it.each([
    ['back', -3_600_000],
    ['ahead', 3_600_000],
  ])('goes on after the clock was set %s by an hour', async (_name, step) => {
    noteRenewal(900);
    const now = Date.now.bind(Date);
    vi.spyOn(Date, 'now').mockImplementation(() => now() + step);
    let fresh = false;
    const server = fakeServer({
      ...csrf,
      'GET /auth/me': () => (fresh ? { body: { ok: true } } : problem(401, 'token_expired')),
      'POST /auth/refresh': () => {
        fresh = true;
        return { body: { expires_in: 900 } };
      },
    });
    await expect(get('/auth/me')).resolves.toEqual({ ok: true });
    await get('/auth/me');
    expect(server.count('POST /auth/refresh')).toBe(1);
  });

  it('comes first on waking up, whatever the clocks say', async () => {
    noteRenewal(900);
    let fresh = false;
    const server = fakeServer({
      ...csrf,
      'GET /auth/me': () => (fresh ? { body: {} } : problem(401, 'token_expired')),
      'GET /tracks': { body: { ok: true } },
      'POST /auth/refresh': () => {
        fresh = true;
        return { body: { expires_in: 900 } };
      },
    });
    wakeUp();
    await get('/tracks');
    expect(server.calls.map((c) => `${c.method} ${c.path}`)).toEqual(['GET /auth/me', 'GET /csrf-token', 'POST /auth/refresh', 'GET /tracks']);
  });

  it('follows an answer for guests that an old cookie got', async () => {
    const server = fakeServer({
      ...csrf,
      'GET /tracks': (_call, count) => (count === 1 ? { body: { guest: true }, headers: { 'X-Session': 'expired' } } : { body: { guest: false } }),
      'POST /auth/refresh': { body: { expires_in: 900 } },
    });
    await expect(get('/tracks')).resolves.toEqual({ guest: false });
    expect(server.count('POST /auth/refresh')).toBe(1);
  });
});

it('nothing of one person is sent again in the session of another', async () => {
  setPersonHere('ada');
  setSessionHint('ada');
  const server = fakeServer({
    ...csrf,
    'PUT /users/settings': () => {
      setSessionHint('bea'); /* as another tab does */
      return problem(403, 'csrf_failed');
    },
  });
  await expect(put('/users/settings', { body: { language: 'es' } })).rejects.toMatchObject({ code: 'csrf_failed' });
  expect(server.count('PUT /users/settings')).toBe(1);
});

it('sends the headers and lists that an address takes', async () => {
  const server = fakeServer({ ...csrf, 'POST /roles': { status: 201, body: {} } });
  await post('/roles', { headers: { 'Idempotency-Key': '12345678' }, body: { name: 'label', display_name: 'Label' } });
  expect(server.calls.at(-1)?.headers['Idempotency-Key']).toBe('12345678');
  expect(apiUrl('/tracks', { ids: ['a', 'b'], none: null })).toBe('/api/v1/tracks?ids=a%2Cb');
});

describe('the CSRF token', () => {
  it('is fetched once and sent with every change, never with a question', async () => {
    const server = fakeServer({
      'GET /csrf-token': { body: { csrf_token: 'one' } },
      'GET /tracks': {},
      'POST /tracks/1/play': { status: 204 },
      'DELETE /tracks/1': { status: 204 },
    });
    await get('/tracks');
    await post('/tracks/{id}/play', { path: { id: '1' }, body: { session: '6f1b0000-0000-4000-8000-000000000000', sequence: 0 } });
    await expect(del('/tracks/{id}', { path: { id: '1' } })).resolves.toBeUndefined();
    expect(server.count('GET /csrf-token')).toBe(1);
    expect(server.calls.map((c) => c.headers['X-CSRF-Token'])).toEqual([undefined, undefined, 'one', 'one']);
  });

  it('that is refused is fetched anew, and the request repeated once', async () => {
    const server = fakeServer({
      'GET /csrf-token': (_call, count) => ({ body: { csrf_token: `token-${count}` } }),
      'POST /auth/logout': (call) => (call.headers['X-CSRF-Token'] === 'token-2' ? { status: 204 } : problem(403, 'csrf_failed')),
    });
    await post('/auth/logout');
    expect(server.count('POST /auth/logout')).toBe(2);
  });

  it('that is refused twice is an error', async () => {
    const server = fakeServer({
      'GET /csrf-token': { body: { csrf_token: 'bad' } },
      'POST /auth/logout': problem(403, 'csrf_failed'),
    });
    await expect(post('/auth/logout')).rejects.toMatchObject({ code: 'csrf_failed' });
    expect(server.count('POST /auth/logout')).toBe(2);
  });
});

describe('what goes wrong', () => {
  it('keeps the fields and the request id that the server named', async () => {
    fakeServer({
      'GET /csrf-token': { body: { csrf_token: 't' } },
      'POST /auth/register': problem(422, 'validation', { request_id: 'r1', errors: [{ field: 'email', code: 'invalid', message: 'x' }] }),
    });
    await expect(post('/auth/register', { body: { username: '', email: '', password: '' } })).rejects.toMatchObject({
      status: 422,
      requestId: 'r1',
      fields: [{ field: 'email', code: 'invalid', message: 'x' }],
    });
  });

  it('without a network is a problem of its own', async () => {
    fakeServer({});
    await expect(get('/tracks')).rejects.toMatchObject({ code: 'network', status: 0 });
  });

  it('too often is remembered with the time to wait', async () => {
    const before = Date.now();
    fakeServer({ 'GET /tracks': { ...problem(429, 'too_many_requests'), headers: { 'Retry-After': '7', 'RateLimit-Remaining': '0', 'RateLimit-Limit': '100' } } });
    await expect(get('/tracks')).rejects.toMatchObject({ code: 'too_many_requests', retryAfter: 7 });
    expect(useRateLimit.getState()).toMatchObject({ limit: 100, remaining: 0 });
    expect(useRateLimit.getState().blockedUntil).toBeGreaterThanOrEqual(before + 7000);
  });

  it('in a proxy that answers with a page is still a problem', async () => {
    fakeServer({ 'GET /tracks': { status: 502, body: '<html>' } });
    await expect(get('/tracks')).rejects.toMatchObject({ code: 'unavailable', status: 502 });
  });
});

it('leaves empty values out of the address', async () => {
  const server = fakeServer({ 'GET /tracks': {} });
  await get('/tracks', { query: { q: 'a b&c', genre: '', page: 2, tag: undefined, mine: true } });
  expect(server.calls[0]?.path).toBe('/tracks?q=a+b%26c&page=2&mine=true');
});

/** Never called: each line must not compile (`npm run typecheck`). */
export const refusedByTheCompiler = [
  // @ts-expect-error no such address
  () => get('/track'),
  // @ts-expect-error this address knows no DELETE
  () => del('/status'),
  // @ts-expect-error which track?
  () => get('/tracks/{id}'),
  // @ts-expect-error the value is called `id`
  () => get('/tracks/{id}', { path: { track: '1' } }),
  // @ts-expect-error no such filter
  () => get('/tracks', { query: { colour: 'blue' } }),
  // @ts-expect-error the password is missing
  () => post('/auth/login', { body: { email: 'ada@example.org' } }),
  // @ts-expect-error a track has no such field
  async () => (await get('/tracks/{id}', { path: { id: '1' } })).colour,
];
