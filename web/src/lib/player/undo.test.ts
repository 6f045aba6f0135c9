import { beforeEach, expect, it, vi } from 'vitest';
import { useToasts } from '@/lib/toast/store';
import { playerTrack } from '@/testing/fixtures';

const calls: unknown[][] = [];

/* The store without a sound; what it asks the engine for is noted. */
vi.mock('./controller', () => new Proxy({}, { get: (_, name) => (name === 'then' ? undefined : (...given: unknown[]) => void calls.push([name, ...given])), has: () => true }));

const { usePlayer } = await import('./store');
const { offerUndo } = await import('./undo');

const state = () => [usePlayer.getState().current?.id, usePlayer.getState().isPlaying];
const loads = () => calls.filter(([name]) => name === 'loadCurrent').map(([, play]) => play);

async function undo(): Promise<void> {
  await vi.waitFor(() => expect(loads().length).toBeGreaterThan(0)); // of what came before
  calls.length = 0;
  useToasts.getState().toasts.at(-1)?.action?.run();
  await vi.waitFor(() => expect(calls.length).toBeGreaterThan(0));
}

beforeEach(() => {
  calls.length = 0;
  usePlayer.setState({ queue: [], order: [], index: -1, current: null, isPlaying: false, shuffle: false, repeat: 'off', stopsAfter: null });
  usePlayer.getState().playTracks([playerTrack('a'), playerTrack('b')], 0);
});

it('what stood still before another list was played comes back and is not heard, not even for a moment', async () => {
  usePlayer.getState().pause();
  offerUndo('replaced');
  usePlayer.getState().playTracks([playerTrack('x')], 0);
  await undo();
  expect([state(), loads()]).toEqual([['a', false], [false]]);
});

it('what played goes on', async () => {
  offerUndo('replaced');
  usePlayer.getState().playTracks([playerTrack('x')], 0);
  await undo();
  expect([state(), loads()]).toEqual([['a', true], [true]]);
});

it('what plays and is in the queue of before plays on', async () => {
  usePlayer.getState().pause();
  offerUndo('queued');
  usePlayer.getState().addToQueue(playerTrack('x'));
  usePlayer.getState().jump(1);
  await undo();
  expect([state(), loads(), usePlayer.getState().queue.length]).toEqual([['b', true], [], 2]);
});
