import { screen, within } from '@testing-library/react';
import { afterEach, expect, it, vi } from 'vitest';
import type { QueueEntry } from '@/lib/player/queue';
import { usePlayer } from '@/lib/player/store';
import { ada, playerTrack } from '@/testing/fixtures';
import { renderRoutes } from '@/testing/render';
import { fakeServer } from '@/testing/server';
import { setSessionHint } from '@/lib/session/hint';
import { PlayerBar } from './PlayerBar';

const gone: QueueEntry = { ...playerTrack('', { title: 'No longer available', stream_manifest_url: null }), key: 'k1', unavailable: true };
const next: QueueEntry = { ...playerTrack('id-2', { title: 'Second' }), key: 'k2' };

afterEach(() => {
  usePlayer.setState({ queue: [], order: [], index: -1, current: null, isPlaying: false, isBuffering: false });
  vi.unstubAllGlobals();
});

it('what is not there any more leads nowhere and cannot be played or liked, and the next one can', async () => {
  setSessionHint(true);
  const server = fakeServer({ 'GET /auth/me': { body: ada } });
  usePlayer.setState({ queue: [gone, next], order: ['k1', 'k2'], index: 0, current: gone });
  renderRoutes([{ path: '/', element: <PlayerBar /> }]);
  const bar = within(await screen.findByRole('region', { name: 'Player' }));
  expect(bar.getByText('No longer available')).toBeInTheDocument();
  expect(bar.queryByRole('link')).toBeNull();
  expect(bar.getByRole('button', { name: 'Play' })).toBeDisabled();
  expect(bar.getByRole('button', { name: 'Next track' })).toBeEnabled();
  expect(server.calls.filter(({ path }) => path.startsWith('/tracks'))).toEqual([]);
});
