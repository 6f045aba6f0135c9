import { beforeEach, expect, it, vi } from 'vitest';
import { forgetCsrf } from '@/lib/api/csrf';
import { setPersonHere, setSessionHint } from '@/lib/session/hint';
import { fakeServer } from '@/testing/server';
import { sendFile, STALLED_MS, takeBack } from './sendFile';
import { listUnfinished, placeOf, rememberPlace } from './unfinished';

interface Options {
  uploadUrl?: string;
  endpoint?: string;
  metadata: Record<string, string>;
  onBeforeRequest: (request: { setHeader: (name: string, value: string) => void }) => Promise<void>;
  onAfterResponse: (request: unknown, answer: Answer) => void;
  onUploadUrlAvailable: () => void;
  onProgress: (sent: number, total: number) => void;
  onSuccess: () => void;
  onError: (error: Error) => void;
}

interface Answer {
  getStatus: () => number;
  getHeader: (name: string) => string | undefined;
  getBody: () => string;
}

const response = (status: number, headers: Record<string, string> = {}, body = ''): Answer => ({ getStatus: () => status, getHeader: (name: string) => headers[name], getBody: () => body });

/** tus-js-client, as far as it is called; the test plays the server. */
const goes: FakeUpload[] = [];
class FakeUpload {
  url: string | null;
  aborted = false;
  constructor(
    readonly file: File,
    readonly options: Options,
  ) {
    this.url = options.uploadUrl ?? null;
  }
  start() {
    goes.push(this);
  }
  abort() {
    this.aborted = true;
    return Promise.resolve();
  }
  begun(id = ID) {
    this.url = `http://localhost/api/v1/uploads/tus/${id}`;
    this.options.onUploadUrlAvailable();
  }
  fail(status: number, code: string) {
    this.options.onError(new FakeDetailedError(response(status, {}, JSON.stringify({ code }))));
  }
  lose() {
    this.options.onError(new FakeDetailedError(null));
  }
  end(track: string) {
    this.options.onAfterResponse(null, response(204, { 'Veza-Track': track }));
    this.options.onSuccess();
  }
}
class FakeDetailedError extends Error {
  constructor(readonly originalResponse: Answer | null) {
    super('');
  }
}
vi.mock('tus-js-client', () => ({ Upload: FakeUpload, DetailedError: FakeDetailedError }));

const ID = '00000000-0000-4000-8000-000000000001';
const file = new File(['sound'], 'a.wav', { type: 'audio/wav', lastModified: 5 });
const go = (i: number) => vi.waitFor(() => goes[i] ?? Promise.reject(new Error(`no go ${i}`)), { timeout: 3000 });
let controller: AbortController;
const send = (of = file) => sendFile(of, { signal: controller.signal, onProgress: () => {} });

beforeEach(() => {
  goes.length = 0;
  localStorage.clear();
  forgetCsrf();
  setSessionHint('p1');
  setPersonHere('p1');
  controller = new AbortController();
  fakeServer({ 'GET /csrf-token': { body: { csrf_token: 'tok' } }, 'POST /auth/refresh': { body: { expires_in: 900 } }, [`DELETE /uploads/${ID}`]: { status: 204 } });
});

it('sends a private track with the name of its file, and a token with each request', async () => {
  const done = send();
  const first = await go(0);
  expect(first.options).toMatchObject({ endpoint: '/api/v1/uploads/tus', metadata: { filename: 'a.wav', visibility: 'private' } });
  const headers: Record<string, string> = {};
  await first.options.onBeforeRequest({ setHeader: (name, value) => (headers[name] = value) });
  expect(headers).toEqual({ 'X-CSRF-Token': 'tok' });
  first.begun();
  first.end('t1');
  expect(await done).toBe('t1');
  expect(placeOf(file)).toBeNull();
});

it('goes on where it was after a reload, for the same person and file only', async () => {
  void send().catch(() => undefined);
  (await go(0)).begun();
  expect(placeOf(file)).toBe(`/api/v1/uploads/tus/${ID}`);
  expect(listUnfinished()).toMatchObject([{ name: 'a.wav', size: 5 }]);
  void send().catch(() => undefined);
  expect((await go(1)).options).toMatchObject({ uploadUrl: `/api/v1/uploads/tus/${ID}` });
  expect((await go(1)).options.endpoint).toBeUndefined();
  setPersonHere('p2');
  expect(placeOf(file)).toBeNull();
  expect(listUnfinished()).toEqual([]);
  setPersonHere('p1');
  expect(placeOf(new File(['sound'], 'a.wav', { lastModified: 6 }))).toBeNull();
});

it.each([503, 502, 423, 0])('keeps its place when the answer is %s, and tries again', async (status) => {
  const done = send();
  (await go(0)).begun();
  if (status) goes[0]?.fail(status, 'unavailable');
  else goes[0]?.lose();
  const second = await go(1);
  expect(second.options.uploadUrl).toBe(`/api/v1/uploads/tus/${ID}`);
  second.end('t1');
  expect(await done).toBe('t1');
});

it.each([
  [404, 'not_found'],
  [410, 'upload_gone'],
  [403, 'forbidden'],
])('begins anew when its place is gone: %s', async (status, code) => {
  const done = send();
  (await go(0)).begun();
  goes[0]?.fail(status, code);
  const second = await go(1);
  expect(second.options.endpoint).toBe('/api/v1/uploads/tus');
  second.begun('00000000-0000-4000-8000-000000000002');
  second.end('t2');
  expect(await done).toBe('t2');
});

it.each([
  [422, 'validation'],
  [413, 'payload_too_large'],
  [507, 'quota_exceeded'],
])('is told of a refusal at once: %s %s', async (status, code) => {
  const done = send();
  (await go(0)).fail(status, code);
  await expect(done).rejects.toMatchObject({ code });
  expect(goes).toHaveLength(1);
});

it('renews a session that ended on the way, and goes on', async () => {
  const done = send();
  (await go(0)).begun();
  goes[0]?.fail(401, 'token_expired');
  const second = await go(1);
  expect(second.options.uploadUrl).toBe(`/api/v1/uploads/tus/${ID}`);
  second.end('t1');
  expect(await done).toBe('t1');
});

it('takes a connection without a byte for 30 s for dead, and goes on with another', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  try {
    const done = send();
    const first = await go(0);
    first.begun();
    first.options.onProgress(1, 5);
    await vi.advanceTimersByTimeAsync(STALLED_MS - 1000);
    expect(first.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(2000);
    expect(first.aborted).toBe(true);
    const second = await go(1);
    expect(second.options.uploadUrl).toBe(`/api/v1/uploads/tus/${ID}`);
    second.end('t1');
    expect(await done).toBe('t1');
  } finally {
    vi.useRealTimers();
  }
});

it('stops when it is told to, and takes back what was sent when that is wanted too', async () => {
  const done = send();
  (await go(0)).begun();
  controller.abort();
  await expect(done).rejects.toMatchObject({ name: 'AbortError' });
  expect(goes[0]?.aborted).toBe(true);
  expect(placeOf(file)).not.toBeNull();
  await takeBack(file);
  expect(placeOf(file)).toBeNull();
});

it('notes of versions that are too old go when another one is made', () => {
  const old = 'veza.versions.someone.t1.1.2.a.wav';
  localStorage.setItem(old, JSON.stringify({ url: `/api/v1/uploads/tus/${ID}`, name: 'a.wav', size: 1, at: Date.now() - 8 * 24 * 3600 * 1000 }));
  rememberPlace(file, `/api/v1/uploads/tus/${ID}`, 't2');
  expect(localStorage.getItem(old)).toBeNull();
  expect(placeOf(file, 't2')).toBe(`/api/v1/uploads/tus/${ID}`);
});
