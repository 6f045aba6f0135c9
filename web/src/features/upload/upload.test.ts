import { beforeEach, describe, expect, it, vi } from 'vitest';
import { emptyTrackForm } from '@/components/track/trackSchema';
import { forgetCsrf } from '@/lib/api/csrf';
import { ApiProblem, blank, networkProblem } from '@/lib/api/problem';
import { setSessionHint } from '@/lib/session/hint';
import { fakeServer, problem } from '@/testing/server';
import { takeBack, type SendOptions } from '@/lib/uploads/sendFile';
import { looksLikeAudio } from './DropZone';
import { addFiles, cancelUpload, dropDraft, editUpload, mayRetry, pauseUpload, publish, resumeUpload, retryUpload, speedometer, tagsRead, wasRefused } from './engine';
import { noteTyped, overall, secondsLeft, stateOf, tagFields, titleOf, totalOf, useUploads, type UploadItem } from './store';
import type { FileTags } from './tags/readTags';

/** Files that are being sent, which the test ends by hand. */
interface Sending extends SendOptions {
  file: File;
  resolve: (trackId: string) => void;
  reject: (error: unknown) => void;
}
const sendings: Sending[] = [];
const sending = (i: number) => sendings[i] as Sending;
vi.mock('@/lib/uploads/sendFile', () => ({
  sendFile: (file: File, options: SendOptions) =>
    new Promise<string>((resolve, reject) => {
      sendings.push({ ...options, file, resolve, reject });
      options.signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
    }),
  takeBack: vi.fn(() => Promise.resolve()),
}));

/** An XMLHttpRequest that the test answers by hand: covers go with it. */
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

/** A worker that finds these tags in every file. */
let found: FileTags = { fields: {}, picture: null };
class FakeWorker {
  onmessage: ((event: { data: FileTags }) => void) | null = null;
  postMessage() {
    queueMicrotask(() => this.onmessage?.({ data: found }));
  }
  terminate() {}
}

const csrf = { 'GET /csrf-token': { body: { csrf_token: 'tok' } } };
const ready = { 'GET /tracks/t1/status': { body: { id: 't1', status: 'completed', stage: 'done', progress: 1 } } };
const typed = (title: string) => ({ ...emptyTrackForm, title });
const items = () => useUploads.getState().items;
const item = (i = 0) => items()[i] as UploadItem;
const wav = (name: string) => new File(['sound'], name, { type: 'audio/wav' });
const sent = async (count: number) => vi.waitFor(() => expect(sendings).toHaveLength(count));
const covers = async (count: number) => vi.waitFor(() => expect(FakeXhr.open.filter((x) => x.form)).toHaveLength(count));

beforeEach(() => {
  FakeXhr.open = [];
  sendings.length = 0;
  vi.mocked(takeBack).mockClear();
  useUploads.setState({ items: [] });
  forgetCsrf();
  setSessionHint(true);
  found = { fields: {}, picture: null };
  vi.stubGlobal('XMLHttpRequest', FakeXhr);
  vi.stubGlobal('Worker', FakeWorker);
});

describe('an upload', () => {
  it('is sent as a private track as soon as it is chosen, and saved with what was typed meanwhile', async () => {
    const server = fakeServer({ ...csrf, ...ready, 'PUT /tracks/t1': { body: { id: 't1', title: 'Night Drive' } } });
    addFiles([wav('03 - Night_Drive.wav')]);
    await sent(1);
    expect(sending(0).file.name).toBe('03 - Night_Drive.wav');
    sending(0).onProgress(50, 100);
    expect(item()).toMatchObject({ saving: 'draft', phase: 'sending', sent: 50, total: 100 });
    expect(overall(item())).toBeCloseTo(0.35);
    sending(0).resolve('t1');
    await vi.waitFor(() => expect(item()).toMatchObject({ saving: 'draft', phase: 'done', trackId: 't1', progress: 1 }));
    expect(server.count('PUT /tracks/t1')).toBe(0);
    publish(item().key, { ...typed('Night Drive'), genre: 'Ambient' });
    await vi.waitFor(() => expect(item()).toMatchObject({ saving: 'saved', phase: 'done', title: 'Night Drive' }));
    expect(server.calls.find((call) => call.method === 'PUT')?.body).toEqual({ title: 'Night Drive', genre: 'Ambient', visibility: 'public', is_downloadable: false, is_explicit: false, comments_open: true });
  });

  it('is published before its bytes are there: what was typed is saved when they are', async () => {
    const server = fakeServer({ ...csrf, ...ready, 'PUT /tracks/t1': { body: { id: 't1', title: 'a' } } });
    addFiles([wav('a.wav')]);
    await sent(1);
    noteTyped(item().key, 'artist');
    publish(item().key, typed('a'));
    expect(item()).toMatchObject({ saving: 'waiting', phase: 'sending' });
    sending(0).resolve('t1');
    await vi.waitFor(() => expect(item()).toMatchObject({ saving: 'saved', phase: 'done' }));
    expect(server.calls.find((call) => call.method === 'PUT')?.body).toMatchObject({ title: 'a', artist: null });
  });

  it('keeps what was typed when it could not be saved, and saves it on the next try', async () => {
    fakeServer({ ...csrf, ...ready, 'PUT /tracks/t1': (_call, count) => (count === 1 ? problem(503, 'unavailable') : { body: { id: 't1', title: 'a' } }) });
    addFiles([wav('a.wav')]);
    await sent(1);
    sending(0).resolve('t1');
    publish(item().key, typed('First light'));
    await vi.waitFor(() => expect(stateOf(item())).toBe('failed'));
    expect(mayRetry(item())).toBe(true);
    editUpload(item().key);
    expect(item()).toMatchObject({ saving: 'draft', form: { title: 'First light' } });
    publish(item().key, typed('First light'));
    await vi.waitFor(() => expect(item().saving).toBe('saved'));
    expect(sendings).toHaveLength(1);
  });

  it('sends a chosen cover with what was typed, and only once', async () => {
    fakeServer({ ...csrf, ...ready, 'PUT /tracks/t1': (_call, count) => (count === 1 ? problem(503, 'unavailable') : { body: { id: 't1', title: 'a' } }) });
    addFiles([wav('a.wav')]);
    await sent(1);
    sending(0).resolve('t1');
    useUploads.setState({ items: [{ ...item(), cover: new File(['picture'], 'cover.png', { type: 'image/png' }) }] });
    await vi.waitFor(() => expect(item().trackId).toBe('t1'));
    publish(item().key, typed('a'));
    await covers(1);
    expect([...(FakeXhr.open[0]?.form?.keys() ?? [])]).toEqual(['cover']);
    FakeXhr.open[0]?.answer(200, { id: 't1', title: 'a' });
    await vi.waitFor(() => expect(item().saving).toBe('failed'));
    retryUpload(item().key);
    await vi.waitFor(() => expect(item().saving).toBe('saved'));
    expect(FakeXhr.open).toHaveLength(1);
  });

  it('takes its track with it when the draft is taken back', async () => {
    const server = fakeServer({ ...csrf, ...ready, 'DELETE /tracks/t1': { status: 204 } });
    addFiles([wav('a.wav')]);
    await sent(1);
    sending(0).resolve('t1');
    await vi.waitFor(() => expect(item().trackId).toBe('t1'));
    await dropDraft(item().key);
    expect(items()).toEqual([]);
    expect(server.count('DELETE /tracks/t1')).toBe(1);
  });

  it('is told why the server could not use the file', async () => {
    fakeServer({ ...csrf, 'GET /tracks/t1/status': { body: { id: 't1', status: 'failed', stage: 'failed', progress: 0.2, failure_code: 'corrupt', status_message: 'It is damaged.' } } });
    addFiles([wav('a.wav')]);
    await sent(1);
    sending(0).resolve('t1');
    await vi.waitFor(() => expect(item()).toMatchObject({ phase: 'failed', error: { failure_code: 'corrupt' } }));
    expect(mayRetry(item())).toBe(false);
  });

  it('is not offered once more when the file was refused', async () => {
    fakeServer(csrf);
    addFiles([wav('a.wav')]);
    await sent(1);
    sending(0).reject(new ApiProblem({ ...blank('validation', 422), errors: [{ field: 'file', code: 'not_audio', message: '' }] }));
    await vi.waitFor(() => expect(item().phase).toBe('failed'));
    expect(mayRetry(item())).toBe(false);
    expect(wasRefused(item())).toBe(true);
    window.dispatchEvent(new Event('online'));
    expect(sendings).toHaveLength(1);
  });

  it('that the network ended is offered once more, and goes on by itself when the network is back', async () => {
    fakeServer(csrf);
    addFiles([wav('a.wav')]);
    await sent(1);
    sending(0).reject(networkProblem());
    await vi.waitFor(() => expect(item().phase).toBe('failed'));
    expect(mayRetry(item())).toBe(true);
    expect(wasRefused(item())).toBe(false);
    window.dispatchEvent(new Event('online'));
    await sent(2);
    expect(item().phase).toBe('sending');
  });

  it('saves what was typed by itself when the network is back', async () => {
    fakeServer({
      ...csrf,
      ...ready,
      'PUT /tracks/t1': (_call, count) => {
        if (count === 1) throw new TypeError('network');
        return { body: { id: 't1', title: 'a' } };
      },
    });
    addFiles([wav('a.wav')]);
    await sent(1);
    sending(0).resolve('t1');
    publish(item().key, typed('First light'));
    await vi.waitFor(() => expect(item().saving).toBe('failed'));
    expect(mayRetry(item())).toBe(true);
    window.dispatchEvent(new Event('online'));
    await vi.waitFor(() => expect(item().saving).toBe('saved'));
  });

  it('can be cancelled while it is sent, and sent again', async () => {
    fakeServer(csrf);
    addFiles([wav('a.wav')]);
    await sent(1);
    publish(item().key, typed('a'));
    cancelUpload(item().key);
    await vi.waitFor(() => expect(item().phase).toBe('cancelled'));
    retryUpload(item().key);
    await sent(2);
    expect(item().phase).toBe('sending');
  });

  it('is paused and goes on, and what was sent is taken back only when it is cancelled', async () => {
    fakeServer(csrf);
    addFiles([wav('a.wav')]);
    await sent(1);
    sending(0).onProgress(40, 100);
    pauseUpload(item().key);
    await vi.waitFor(() => expect(item().phase).toBe('paused'));
    publish(item().key, typed('a'));
    window.dispatchEvent(new Event('online'));
    expect(item()).toMatchObject({ phase: 'paused', sent: 40 });
    expect(takeBack).not.toHaveBeenCalled();
    resumeUpload(item().key);
    await sent(2);
    expect(item()).toMatchObject({ phase: 'sending', sent: 40 });
    cancelUpload(item().key);
    await vi.waitFor(() => expect(item().phase).toBe('cancelled'));
    expect(takeBack).toHaveBeenCalledWith(sending(0).file);
  });

  it('counts with the others: how many are sent, how much, how fast and how long it takes', () => {
    const file = (phase: UploadItem['phase'], sentBytes: number, total: number, speed = 0) => ({ phase, sent: sentBytes, total, speed }) as UploadItem;
    expect(totalOf([file('done', 100, 100), file('sending', 50, 200, 10), file('waiting', 0, 100), file('paused', 30, 40), file('failed', 7, 70), file('cancelled', 0, 9)])).toEqual(
      { open: 3, files: 4, sent: 180, total: 440, speed: 10, left: 25 });
  });

  it('waits while two others are being sent', async () => {
    fakeServer(csrf);
    addFiles([wav('a.wav'), wav('b.wav'), wav('c.wav')]);
    await sent(2);
    expect(items().map((i) => i.phase)).toEqual(['sending', 'sending', 'waiting']);
    cancelUpload(item(0).key);
    await sent(3);
    expect(items().map((i) => i.phase)).toEqual(['cancelled', 'sending', 'sending']);
  });
});

describe('tags of a file', () => {
  it('fill the fields that nobody has typed in', async () => {
    fakeServer(csrf);
    found = { fields: { title: 'From the tags', artist: 'Nova', genre: 'Ambient' }, picture: null };
    addFiles([wav('a.wav')]);
    noteTyped(item().key, 'artist');
    await tagsRead(item().key);
    expect(item().tags).toEqual(found);
    expect(tagFields(item())).toEqual({ title: 'From the tags', genre: 'Ambient' });
  });

  it('are none when the worker breaks', async () => {
    fakeServer(csrf);
    vi.stubGlobal('Worker', () => {
      throw new Error('refused');
    });
    addFiles([wav('a.wav')]);
    await tagsRead(item().key);
    expect(item().tags).toEqual({ fields: {}, picture: null });
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
