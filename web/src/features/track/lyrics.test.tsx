import { act, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { forgetCsrf } from '@/lib/api/csrf';
import { toPlayerTrack } from '@/lib/player/contract';
import { usePlayer } from '@/lib/player/store';
import { track } from '@/testing/fixtures';
import { renderRoutes } from '@/testing/render';
import { fakeServer } from '@/testing/server';
import LyricsDialog from './LyricsDialog';

const one = track();
const before = usePlayer.getState();

beforeEach(() => {
  forgetCsrf();
  fakeServer({});
});
afterEach(() => usePlayer.setState(before, true));

it('once the track plays, Enter and space set the time of one line after the other', async () => {
  const current = { ...toPlayerTrack(one), key: '1' };
  usePlayer.setState({ current, queue: [current], index: 0, isPlaying: false, toggle: () => usePlayer.setState(({ isPlaying }) => ({ isPlaying: !isPlaying })) });
  const lyrics = { track_id: one.id, content: 'First\nSecond\nThird', lines: [], is_synced: false, updated_at: null };
  renderRoutes([{ path: '/', element: <LyricsDialog track={one} lyrics={{ ...lyrics, lines: ['First', 'Second', 'Third'].map((text) => ({ text, at_ms: null })) } as never} onClose={() => undefined} /> }]);
  await userEvent.click(await screen.findByRole('button', { name: 'Set times…' }));
  await userEvent.click(screen.getByRole('button', { name: 'Play' }));
  const stamp = screen.getByRole('button', { name: 'The marked line begins now' });
  expect(stamp).toHaveFocus();
  await userEvent.keyboard('{Enter}');
  await userEvent.keyboard(' ');
  expect(usePlayer.getState().isPlaying).toBe(true);
  expect(screen.getAllByRole('listitem').filter((line) => line.textContent?.startsWith('0'))).toHaveLength(2);
  act(() => usePlayer.setState({ isPlaying: false }));
  expect(stamp).toHaveFocus();
});
