import { render } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { usePlayer } from '@/lib/player/store';
import { fakeServer, type Call } from '@/testing/server';
import { SETTLE_MS, TELL_EVERY_MS, usePresence } from './usePresence';

function Somebody() {
  usePresence();
  return null;
}

const told = (calls: Call[]) => calls.filter(({ method }) => method === 'PUT').map(({ body }) => body);
const hide = (hidden: boolean) => {
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(hidden);
  document.dispatchEvent(new Event('visibilitychange'));
};
const track = { id: 'track-1', key: 'k' } as never;

let calls: Call[];
beforeEach(() => {
  vi.useFakeTimers();
  ({ calls } = fakeServer({ 'GET /csrf-token': { body: { csrf_token: 'x' } }, 'PUT /users/me/presence': {} }));
  usePlayer.setState({ isPlaying: false, current: null });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

test('somebody who looks at the page is online, and every minute again', async () => {
  render(<Somebody />);
  await vi.advanceTimersByTimeAsync(SETTLE_MS);
  expect(told(calls)).toEqual([{ status: 'online', track_id: null }]);
  await vi.advanceTimersByTimeAsync(2 * TELL_EVERY_MS);
  expect(told(calls)).toHaveLength(3);
});

test('a page in the background is away once, and stays quiet', async () => {
  render(<Somebody />);
  await vi.advanceTimersByTimeAsync(SETTLE_MS);
  hide(true);
  await vi.advanceTimersByTimeAsync(5 * TELL_EVERY_MS);
  expect(told(calls).slice(1)).toEqual([{ status: 'away', track_id: null }]);
});

test('who listens is there, with the page in the background too', async () => {
  usePlayer.setState({ isPlaying: true, current: track });
  render(<Somebody />);
  await vi.advanceTimersByTimeAsync(SETTLE_MS);
  hide(true);
  await vi.advanceTimersByTimeAsync(TELL_EVERY_MS);
  expect(told(calls)).toEqual(Array(3).fill({ status: 'online', track_id: 'track-1' }));
});
