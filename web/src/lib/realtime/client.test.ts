import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ApiProblem, blank } from '@/lib/api/problem';
import { FIRST_WAIT_MS, LONGEST_WAIT_MS, PING_MS, connect, listen, waitBefore } from './client';

class FakeSocket {
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  readyState = FakeSocket.OPEN;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  send = vi.fn();
  close = vi.fn();
  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }
}

const last = () => FakeSocket.all.at(-1) as FakeSocket;
let stop: () => void = () => undefined;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(1);
  FakeSocket.all = [];
  vi.stubGlobal('WebSocket', FakeSocket);
});

afterEach(() => {
  stop();
  vi.useRealTimers();
});

function start(ticket = vi.fn(async () => 'a b')) {
  const seen = { onMessage: vi.fn(), reload: vi.fn(), onEnd: vi.fn(), ticket };
  stop = connect(seen);
  return seen;
}

const hear = (message: object) => last().onmessage?.({ data: JSON.stringify(message) });
const progress = (number: number, topic = 'user:1') => ({ type: 'export.progress', topic, number, export_id: 'e', status: 'processing', progress: 0 });

/** Opens the last socket as the server does. */
function welcome(number: number, complete = true): void {
  last().onopen?.();
  hear({ type: 'hello', topic: 'user:1' });
  hear({ type: 'subscribed', topic: 'user:1', number, complete });
}

it('opens with a ticket and hands on what is sent to the person, but no nonsense', async () => {
  const { onMessage, reload } = start();
  await vi.advanceTimersByTimeAsync(0);
  expect(last().url).toMatch(/^ws:.*\/api\/v1\/ws\?token=a%20b$/);
  welcome(3);
  last().onmessage?.({ data: 'nonsense' });
  last().onmessage?.({ data: '[1]' });
  hear({ type: 'refused', reason: 'not_found' });
  hear(progress(4));
  expect(reload).toHaveBeenCalledTimes(1);
  expect(onMessage.mock.calls).toEqual([[progress(4)]]);
});

it('names the newest message that it had when it opens again, takes each once, and reloads only when too much was missed', async () => {
  const { onMessage, reload } = start();
  await vi.advanceTimersByTimeAsync(0);
  welcome(3);
  hear(progress(4));
  last().onclose?.({ code: 1006 });
  await vi.advanceTimersByTimeAsync(FIRST_WAIT_MS);
  expect(last().url).toMatch(/&after=4$/);
  welcome(6);
  for (const number of [5, 5, 6, 4]) hear(progress(number));
  expect(onMessage.mock.calls.map(([{ number }]) => number)).toEqual([4, 5, 6]);
  expect(reload).toHaveBeenCalledTimes(1);
  last().onclose?.({ code: 1006 });
  await vi.advanceTimersByTimeAsync(FIRST_WAIT_MS);
  welcome(900, false);
  expect(reload).toHaveBeenCalledTimes(2);
  hear({ type: 'large', topic: 'user:1', number: 901, message: 'notification', address: '/api/v1/notifications' });
  expect(reload).toHaveBeenCalledTimes(3);
  hear(progress(901));
  hear(progress(902));
  expect(onMessage).toHaveBeenLastCalledWith(progress(902));
  expect(onMessage).toHaveBeenCalledTimes(4);
});

it('subscribes to the topics that components listen to, again after a loss, and to none that nobody wants any more', async () => {
  start();
  const one = { onMessage: vi.fn(), reload: vi.fn() };
  const early = listen('track:1', one);
  await vi.advanceTimersByTimeAsync(0);
  welcome(0);
  expect(last().send).toHaveBeenCalledWith('{"type":"subscribe","topic":"track:1"}');
  hear({ type: 'subscribed', topic: 'track:1', number: 7, complete: true });
  const late = listen('track:2', { onMessage: vi.fn(), reload: vi.fn() });
  expect(last().send).toHaveBeenLastCalledWith('{"type":"subscribe","topic":"track:2"}');
  late();
  expect(last().send).toHaveBeenLastCalledWith('{"type":"unsubscribe","topic":"track:2"}');
  hear({ type: 'track.changed', topic: 'track:1', number: 8, track_id: '1' });
  expect([one.onMessage.mock.calls.length, one.reload.mock.calls.length]).toEqual([1, 1]);
  last().onclose?.({ code: 1006 });
  await vi.advanceTimersByTimeAsync(FIRST_WAIT_MS);
  welcome(0);
  expect(last().send.mock.calls).toEqual([['{"type":"subscribe","topic":"track:1","after":8}']]);
  hear({ type: 'ended', topic: 'track:1' });
  expect(one.reload).toHaveBeenCalledTimes(2);
  early();
});

it('opens again with a new ticket, and waits longer each time until it worked', async () => {
  const { ticket } = start();
  await vi.advanceTimersByTimeAsync(0);
  last().onclose?.({ code: 1006 });
  await vi.advanceTimersByTimeAsync(999);
  expect(FakeSocket.all).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(FakeSocket.all).toHaveLength(2);
  expect(ticket).toHaveBeenCalledTimes(2);
  last().onclose?.({ code: 1006 });
  await vi.advanceTimersByTimeAsync(1999);
  expect(FakeSocket.all).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(1);
  expect(FakeSocket.all).toHaveLength(3);
  last().onopen?.();
  last().onclose?.({ code: 1001 });
  await vi.advanceTimersByTimeAsync(1000);
  expect(FakeSocket.all).toHaveLength(4);
});

it('tries again when there is no ticket to be had', async () => {
  const ticket = vi.fn(async () => 'a');
  ticket.mockRejectedValueOnce(new ApiProblem(blank('network', 0)));
  start(ticket);
  await vi.advanceTimersByTimeAsync(1000);
  expect(FakeSocket.all).toHaveLength(1);
});

it('does not wait once the network is back', async () => {
  start();
  await vi.advanceTimersByTimeAsync(0);
  last().onclose?.({ code: 1006 });
  dispatchEvent(new Event('online'));
  await vi.advanceTimersByTimeAsync(0);
  expect(FakeSocket.all).toHaveLength(2);
  await vi.advanceTimersByTimeAsync(5000);
  expect(FakeSocket.all).toHaveLength(2);
});

it('gives up when the session has ended', async () => {
  const { onEnd } = start();
  await vi.advanceTimersByTimeAsync(0);
  last().onclose?.({ code: 1008 });
  await vi.advanceTimersByTimeAsync(LONGEST_WAIT_MS * 2);
  expect(FakeSocket.all).toHaveLength(1);
  expect(onEnd).toHaveBeenCalledTimes(1);
});

it('notices a line that has gone silent', async () => {
  start();
  await vi.advanceTimersByTimeAsync(0);
  const first = last();
  first.onopen?.();
  await vi.advanceTimersByTimeAsync(PING_MS);
  expect(first.send).toHaveBeenCalledWith('{"type":"ping"}');
  await vi.advanceTimersByTimeAsync(PING_MS * 2 + 1000);
  expect(first.close).toHaveBeenCalled();
  expect(FakeSocket.all).toHaveLength(2);
});

it('is quiet once it is stopped', async () => {
  start();
  await vi.advanceTimersByTimeAsync(0);
  stop();
  expect(last().close).toHaveBeenCalled();
  dispatchEvent(new Event('online'));
  await vi.advanceTimersByTimeAsync(LONGEST_WAIT_MS * 2);
  expect(FakeSocket.all).toHaveLength(1);
});

it.each([
  [0, 0, 500],
  [3, 1, 8000],
  [20, 1, LONGEST_WAIT_MS],
])('waits after %i failures', (attempt, random, wait) => expect(waitBefore(attempt, random)).toBe(wait));
