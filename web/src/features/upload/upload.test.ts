import { beforeEach, describe, expect, it, vi } from 'vitest';
import { forgetCsrf } from '@/lib/api/csrf';
import { setSessionHint } from '@/lib/session/hint';
import { fakeServer } from '@/testing/server';
import { looksLikeAudio } from './DropZone';
import { cancelUpload, retryUpload, speedometer, startUpload } from './engine';
import { addFiles, overall, secondsLeft, titleOf, useUploads, type UploadItem } from './store';

/** An XMLHttpRequest that the test answers by hand. */
class FakeXhr {
  static open: FakeXhr[] = [];
  upload: { onprogress: ((event: { loaded: number; total: number }) => void) | null } = { onprogress: null };
  onload: (() => void) | null = null;
  onerror: (() => void) | null = null;
  onabort: (() => void) | null = null;
  status = 0;
  responseText = '';
  form: FormData | null = null;
  headers: Record<string, string> = {};
  open() {
    FakeXhr.open.push(this);
  }
  setRequestHeader(name: string, value: string) {
    this.headers[name] = value;
  }
  getResponseHeader() {
    return null;
  }
  send(form: FormData) {
    this.form = form;
  }
  abort() {
    this.onabort?.();
  }
  answer(status: number, body: unknown) {
    this.status = status;
    this.responseText = JSON.stringify(body);
    this.onload?.();
  }
}

const items = () => useUploads.getState().items;
const item = (i = 0) => items()[i] as UploadItem;
const wav = (name: string) => new File(['sound'], name, { type: 'audio/wav' });
const sent = async (count: number) => vi.waitFor(() => expect(FakeXhr.open.filter((x) => x.form)).toHaveLength(count));

beforeEach(() => {
  FakeXhr.open = [];
  useUploads.setState({ items: [] });
  forgetCsrf();
  setSessionHint(true);
  vi.stubGlobal('XMLHttpRequest', FakeXhr);
});

describe('an upload', () => {
  it('sends the file with its fields, shows progress, then follows the server until the track is ready', async () => {
    fakeServer({
      'GET /csrf-token': { body: { csrf_token: 'tok' } },
      'GET /tracks/t1/status': { body: { id: 't1', status: 'completed', stage: 'done', progress: 1 } },
    });
    addFiles([wav('03 - Night_Drive.wav')]);
    startUpload(item().key, { title: 'Night Drive', is_public: 'true' });
    await sent(1);
    const xhr = FakeXhr.open[0] as FakeXhr;
    expect(xhr.headers['X-CSRF-Token']).toBe('tok');
    expect([...(xhr.form?.keys() ?? [])]).toEqual(['title', 'is_public', 'file']);
    xhr.upload.onprogress?.({ loaded: 50, total: 100 });
    expect(item()).toMatchObject({ phase: 'sending', sent: 50, total: 100 });
    expect(overall(item())).toBeCloseTo(0.35);
    xhr.answer(201, { id: 't1', title: 'Night Drive' });
    await vi.waitFor(() => expect(item()).toMatchObject({ phase: 'done', trackId: 't1', progress: 1 }));
  });

  it('is told why the server could not use the file', async () => {
    fakeServer({
      'GET /csrf-token': { body: { csrf_token: 'tok' } },
      'GET /tracks/t1/status': { body: { id: 't1', status: 'failed', stage: 'failed', progress: 0.2, status_message: 'This is a picture.' } },
    });
    addFiles([wav('a.wav')]);
    startUpload(item().key, { title: 'a' });
    await sent(1);
    FakeXhr.open[0]?.answer(201, { id: 't1', title: 'a' });
    await vi.waitFor(() => expect(item()).toMatchObject({ phase: 'failed', error: 'This is a picture.' }));
  });

  it('can be cancelled while it is sent, and sent again', async () => {
    fakeServer({ 'GET /csrf-token': { body: { csrf_token: 'tok' } } });
    addFiles([wav('a.wav')]);
    startUpload(item().key, { title: 'a' });
    await sent(1);
    cancelUpload(item().key);
    await vi.waitFor(() => expect(item().phase).toBe('cancelled'));
    retryUpload(item().key);
    await sent(2);
    expect(item().phase).toBe('sending');
  });

  it('waits while two others are being sent', async () => {
    fakeServer({ 'GET /csrf-token': { body: { csrf_token: 'tok' } } });
    addFiles([wav('a.wav'), wav('b.wav'), wav('c.wav')]);
    for (const { key } of items()) startUpload(key, { title: key });
    await sent(2);
    expect(items().map((i) => i.phase)).toEqual(['sending', 'sending', 'waiting']);
    cancelUpload(item(0).key);
    await sent(3);
    expect(items().map((i) => i.phase)).toEqual(['cancelled', 'sending', 'sending']);
  });

  it('is sent again with its file when the session had to be renewed', async () => {
    const server = fakeServer({ 'GET /csrf-token': { body: { csrf_token: 'tok' } }, 'POST /auth/refresh': { body: { expires_in: 900 } } });
    addFiles([wav('a.wav')]);
    startUpload(item().key, { title: 'a' });
    await sent(1);
    FakeXhr.open[0]?.answer(401, { code: 'token_expired', title: '', status: 401, type: '' });
    await sent(2);
    expect(server.count('POST /auth/refresh')).toBe(1);
    expect((FakeXhr.open[1]?.form?.get('file') as File).name).toBe('a.wav');
  });

  it('repeats the request once when the CSRF token was old', async () => {
    fakeServer({ 'GET /csrf-token': (_call, count) => ({ body: { csrf_token: `tok-${count}` } }) });
    addFiles([wav('a.wav')]);
    startUpload(item().key, { title: 'a' });
    await sent(1);
    FakeXhr.open[0]?.answer(403, { code: 'csrf_failed', title: '', status: 403, type: '' });
    await sent(2);
    expect(FakeXhr.open[1]?.headers['X-CSRF-Token']).toBe('tok-2');
  });
});

it('measures speed over the last seconds, and tells the time left from it', () => {
  let now = 0;
  const gauge = speedometer(() => now);
  now = 1000;
  expect(gauge(1_000_000)).toBe(1_000_000);
  now = 1100;
  expect(gauge(9_000_000)).toBe(1_000_000);
  now = 2000;
  expect(gauge(1_500_000)).toBeCloseTo(850_000);
  expect(secondsLeft({ phase: 'sending', speed: 1_000_000, sent: 2_000_000, total: 5_000_000 } as UploadItem)).toBe(3);
  expect(secondsLeft({ phase: 'sending', speed: 0, sent: 0, total: 5 } as UploadItem)).toBeNull();
});

it.each([
  ['03 - Night_Drive (final).wav', 'Night Drive (final)'],
  ['12. Fathom.flac', 'Fathom'],
  ['1999.mp3', '1999'],
  ['noise', 'noise'],
  ['.wav', '.wav'],
])('makes a title of %s', (file, title) => expect(titleOf(file)).toBe(title));

it('knows sound files by type or by name', () => {
  expect(looksLikeAudio({ name: 'a', type: 'audio/x-unknown' })).toBe(true);
  expect(looksLikeAudio({ name: 'A.FLAC', type: '' })).toBe(true);
  expect(looksLikeAudio({ name: 'a.pdf', type: 'application/pdf' })).toBe(false);
});
