import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ApiProblem, blank } from '@/lib/api/problem';
import { LONGEST_WAIT_MS, PING_MS, connect, waitBefore } from './client';

class FakeSocket {
  static all: FakeSocket[] = [];
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
  const seen = { onMessage: vi.fn(), onOpen: vi.fn(), onEnd: vi.fn(), ticket };
  stop = connect(seen);
  return seen;
}

it('opens with a ticket and hands on what it hears, but no nonsense', async () => {
  const { onMessage, onOpen } = start();
  await vi.advanceTimersByTimeAsync(0);
  expect(last().url).toMatch(/^ws:.*\/api\/v1\/ws\?token=a%20b$/);
  last().onopen?.();
  last().onmessage?.({ data: '{"type":"hello"}' });
  last().onmessage?.({ data: 'nonsense' });
  last().onmessage?.({ data: '[1]' });
  expect(onOpen).toHaveBeenCalledTimes(1);
  expect(onMessage.mock.calls).toEqual([[{ type: 'hello' }]]);
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
