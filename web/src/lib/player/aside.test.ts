import { beforeEach, expect, it, vi } from 'vitest';
import { playerTrack } from '@/testing/fixtures';

/* The store without a sound: what it asks the engine for is none of this. */
vi.mock('./controller', () => new Proxy({}, { get: (_, name) => (name === 'then' ? undefined : () => undefined), has: () => true }));

const { endAside, playAside } = await import('./aside');
const { usePlayer } = await import('./store');

const titles = () => usePlayer.getState().queue.map((entry) => entry.id).join(' ');
const now = () => usePlayer.getState().current?.id;

beforeEach(() => usePlayer.setState({ queue: [], order: [], index: -1, current: null, isPlaying: false, shuffle: false, repeat: 'off', stopsAfter: null }));

it('one track after the other stands aside, and afterwards the queue and what it played are as they were', () => {
  usePlayer.getState().playTracks([playerTrack('a'), playerTrack('b'), playerTrack('c')], 1);
  const one = playAside(playerTrack('x'), null);
  expect([titles(), now(), usePlayer.getState().stopsAfter]).toEqual(['a b x c', 'x', one.key]);
  const two = playAside(playerTrack('y'), one);
  expect([titles(), now(), usePlayer.getState().stopsAfter]).toEqual(['a b y c', 'y', two.key]);
  endAside(two);
  expect([titles(), now(), usePlayer.getState().isPlaying, usePlayer.getState().stopsAfter]).toEqual(['a b c', 'b', false, null]);
});

it('with nothing of one’s own, nothing is left; what one plays instead goes on', () => {
  endAside(playAside(playerTrack('x'), null));
  expect([titles(), now()]).toEqual(['', undefined]);
  const aside = playAside(playerTrack('x'), null);
  usePlayer.getState().playNow(playerTrack('mine'), []);
  endAside(aside);
  expect([titles(), now(), usePlayer.getState().isPlaying]).toEqual(['mine', 'mine', true]);
});
