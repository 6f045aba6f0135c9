import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Toasts } from '@/components/ui/Toasts';
import { forgetCsrf } from '@/lib/api/csrf';
import type { PlaylistItem } from '@/lib/api/schema';
import { usePlayer } from '@/lib/player/store';
import { useAdding } from '@/lib/playlists/adding';
import { setSessionHint } from '@/lib/session/hint';
import { useToasts } from '@/lib/toast/store';
import { ada, playlist, track } from '@/testing/fixtures';
import { renderRoutes, undo } from '@/testing/render';
import { fakeServer, problem, type Reply } from '@/testing/server';
import { AddToPlaylistDialog } from './AddToPlaylistDialog';
import { Component as PlaylistPage } from './PlaylistPage';
import { Component as PlaylistsPage } from './PlaylistsPage';

const list = (...items: unknown[]): Reply => ({ body: { items, limit: 50, next: null, total: items.length } });
const { artist, album, duration_ms, cover_url, waveform_url, stream_manifest_url, loudness_lufs, true_peak_dbtp, creator } = track();
const item = (id: string, title: string): PlaylistItem => ({
  id,
  added_at: '2026-01-01T00:00:00+00:00',
  added_by: null,
  wanted: null,
  track_id: `track-${id}`,
  title,
  artist,
  album,
  duration_ms,
  cover_url,
  waveform_url,
  stream_manifest_url,
  loudness_lufs,
  true_peak_dbtp,
  creator,
  is_liked: false,
});
const unseen = (id: string): PlaylistItem => ({
  ...item(id, ''),
  track_id: null,
  title: null,
  artist: null,
  album: null,
  duration_ms: null,
  stream_manifest_url: null,
  loudness_lufs: null,
  true_peak_dbtp: null,
  creator: null,
});
const three = [item('a', 'Tides'), item('b', 'Ferry'), item('c', 'Harbour')];
const world = {
  'GET /csrf-token': { body: { csrf_token: 't' } },
  'GET /auth/me': { body: ada },
  'GET /playlists/followed': list(),
  'GET /playlists/list-1': { body: playlist() },
  'GET /playlists/list-1/tracks': list(...three),
  'POST /playlists/list-1/opened': { status: 204 },
};
const routes = [
  { path: '/', element: <h1>Elsewhere</h1> },
  { path: '/playlists', element: <><PlaylistsPage /><Toasts /></> },
  { path: '/playlist/:id', element: <><PlaylistPage /><Toasts /></> },
];

beforeEach(() => {
  forgetCsrf();
  setSessionHint(true);
  useToasts.setState({ toasts: [] });
  useAdding.setState({ tracks: [] });
  window.scrollTo = vi.fn();
});

const titles = () => screen.getAllByRole('heading', { level: 3 }).map((one) => one.textContent);
const open = async () => {
  renderRoutes(routes, '/playlist/list-1');
  await screen.findByRole('heading', { level: 3, name: 'Tides' });
};
const handleOf = (title: string) => screen.getByRole('button', { name: new RegExp(`^Move ${title}`) });

describe('the page of a playlist', () => {
  it('tells its name, owner, description, size and who may see it', async () => {
    fakeServer(world);
    await open();
    expect(screen.getByRole('heading', { level: 1, name: 'Late trains' })).toBeInTheDocument();
    expect(screen.getByText('For the way home')).toBeInTheDocument();
    expect(screen.getByText('3 tracks')).toBeInTheDocument();
    expect(screen.getByText('9:21')).toBeInTheDocument();
    expect(screen.getByText('Private')).toBeInTheDocument();
    expect(screen.getByRole('link', { name: /Ada.*@ada/ })).toHaveAttribute('href', '/u/ada');
  });

  it('plays on from any row', async () => {
    const playTracks = vi.fn();
    usePlayer.setState({ playTracks });
    fakeServer(world);
    await open();
    await userEvent.click(screen.getByRole('button', { name: 'Play Ferry' }));
    const [tracks, index] = playTracks.mock.calls[0] as [{ title: string }[], number];
    expect([tracks.map((one) => one.title), index]).toEqual([['Tides', 'Ferry', 'Harbour'], 1]);
    await userEvent.click(screen.getByRole('button', { name: 'Play Late trains' }));
    expect(playTracks.mock.calls[1]?.[1]).toBe(0);
  });

  it('a row moves with the arrow keys before the server has answered, keeps the focus, and its place is said', async () => {
    const moves: unknown[] = [];
    let answer: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    let order = three;
    fakeServer({
      ...world,
      'GET /playlists/list-1/tracks': () => list(...order),
      'PUT /playlists/list-1/tracks/reorder': async ({ body }) => {
        moves.push(body);
        await answered;
        order = [three[1], three[0], three[2]] as PlaylistItem[];
        return { status: 204 };
      },
    });
    await open();
    handleOf('Tides').focus();
    await userEvent.keyboard('{ArrowDown}');
    await waitFor(() => expect(titles()).toEqual(['Ferry', 'Tides', 'Harbour']));
    await waitFor(() => expect(handleOf('Tides')).toHaveFocus());
    expect(screen.getByText('Tides is now number 2 of 3')).toBeInTheDocument();
    await waitFor(() => expect(moves).toEqual([{ item: 'a', after: 'b' }]));
    answer();
    await waitFor(() => expect(titles()).toEqual(['Ferry', 'Tides', 'Harbour']));
  });

  it('a row that is carried goes to the place where it is let go; to the front there is nothing before it', async () => {
    HTMLElement.prototype.setPointerCapture = vi.fn();
    const moves: unknown[] = [];
    fakeServer({
      ...world,
      'PUT /playlists/list-1/tracks/reorder': ({ body }) => {
        moves.push(body);
        return { status: 204 };
      },
    });
    await open();
    const handle = handleOf('Harbour');
    fireEvent.pointerDown(handle, { button: 0, clientY: 400, pointerId: 1 });
    fireEvent.pointerMove(handle, { clientY: 400 - 130, pointerId: 1 });
    fireEvent.pointerUp(handle, { clientY: 400 - 130, pointerId: 1 });
    await waitFor(() => expect(moves).toEqual([{ item: 'c', after: null }]));
  });

  it('a move that the server refuses is put back, and says so', async () => {
    fakeServer({ ...world, 'PUT /playlists/list-1/tracks/reorder': problem(409, 'conflict') });
    await open();
    handleOf('Tides').focus();
    await userEvent.keyboard('{ArrowDown}');
    expect(await screen.findByText(/Tides is back in its place/)).toBeInTheDocument();
    await waitFor(() => expect(titles()).toEqual(['Tides', 'Ferry', 'Harbour']));
  });

  it('an item is taken out at once, and undo puts it back where it was', async () => {
    let there = three;
    const calls: unknown[] = [];
    fakeServer({
      ...world,
      'GET /playlists/list-1/tracks': () => list(...there),
      'DELETE /playlists/list-1/tracks/b': () => {
        there = three.filter((one) => one.id !== 'b');
        return { status: 204 };
      },
      'POST /playlists/list-1/tracks': ({ body }) => {
        calls.push(body);
        return { status: 201, body: { item_id: 'b2', playlist_id: 'list-1', track_id: 'track-b' } };
      },
      'PUT /playlists/list-1/tracks/reorder': ({ body }) => {
        calls.push(body);
        there = [three[0], { ...three[1], id: 'b2' }, three[2]] as PlaylistItem[];
        return { status: 204 };
      },
    });
    await open();
    await userEvent.click(screen.getByRole('button', { name: 'Tools for Ferry' }));
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Remove from this playlist' }));
    await waitFor(() => expect(titles()).toEqual(['Tides', 'Harbour']));
    await undo();
    await waitFor(() => expect(titles()).toEqual(['Tides', 'Ferry', 'Harbour']));
    expect(calls).toEqual([{ track_id: 'track-b' }, { item: 'b2', after: 'a' }]);
  });

  it('a track that one may not see keeps its place; taking it out asks first', async () => {
    const removed: string[] = [];
    fakeServer({
      ...world,
      'GET /playlists/list-1/tracks': list(three[0], unseen('x'), three[2]),
      'DELETE /playlists/list-1/tracks/x': ({ path }) => {
        removed.push(path);
        return { status: 204 };
      },
    });
    await open();
    const rows = screen.getAllByRole('listitem');
    expect(within(rows[1] as HTMLElement).getByText('This track is not available')).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Remove Track 2, not available' }));
    const dialog = await screen.findByRole('dialog', { name: 'Remove this track?' });
    expect(removed).toEqual([]);
    await userEvent.click(within(dialog).getByRole('button', { name: 'Remove from this playlist' }));
    await waitFor(() => expect(removed).toHaveLength(1));
  });

  it('whoever may not change it finds nothing to change it with', async () => {
    setSessionHint(false);
    fakeServer({ ...world, 'GET /playlists/list-1': { body: playlist({ is_public: true, visibility: 'public', is_mine: false, may_edit: false, may_manage: false }) } });
    await open();
    expect(screen.queryByRole('button', { name: /^Move/ })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Edit' })).toBeNull();
    expect(screen.queryByRole('button', { name: 'Delete' })).toBeNull();
    expect(screen.getByRole('button', { name: 'Copy link' })).toBeInTheDocument();
  });

  it('one that is not there, or not for the reader, is a page not found', async () => {
    fakeServer({ ...world, 'GET /playlists/list-1': problem(404, 'not_found') });
    renderRoutes(routes, '/playlist/list-1');
    expect(await screen.findByRole('heading', { name: 'This playlist does not exist' })).toBeInTheDocument();
  });

  it('its owner changes what it is called and who may see it', async () => {
    const changes: unknown[] = [];
    fakeServer({
      ...world,
      'PUT /playlists/list-1': ({ body }) => {
        changes.push(body);
        return { body: playlist({ name: 'Early trains', is_public: true, visibility: 'public' }) };
      },
      'GET /playlists/list-1': (_call, count) => ({ body: count > 1 ? playlist({ name: 'Early trains', is_public: true, visibility: 'public' }) : playlist() }),
    });
    await open();
    await userEvent.click(screen.getByRole('button', { name: 'Edit' }));
    const dialog = await screen.findByRole('dialog');
    const name = within(dialog).getByLabelText('Name');
    await userEvent.clear(name);
    await userEvent.click(within(dialog).getByRole('button', { name: 'Save' }));
    expect(await within(dialog).findByText('This is needed.')).toBeInTheDocument();
    await userEvent.type(name, 'Early trains');
    await userEvent.selectOptions(within(dialog).getByRole('combobox', { name: 'Who may see it' }), 'Public');
    await userEvent.click(within(dialog).getByRole('button', { name: 'Save' }));
    expect(await screen.findByRole('heading', { level: 1, name: 'Early trains' })).toBeInTheDocument();
    expect(changes).toEqual([{ name: 'Early trains', description: 'For the way home', visibility: 'public' }]);
  });
});

describe("one's own playlists", () => {
  it('are shown with their size and who may see them', async () => {
    fakeServer({ ...world, 'GET /playlists': list(playlist(), playlist({ id: 'list-2', name: 'Open', is_public: true, visibility: 'public', track_count: 1, duration_ms: 0 })) });
    renderRoutes(routes, '/playlists');
    const card = (await screen.findByRole('link', { name: 'Open' })).closest('article') as HTMLElement;
    expect(within(card).getByText('1 track')).toBeInTheDocument();
    expect(within(card).getByText('Public')).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'Late trains' })).toHaveAttribute('href', '/playlist/list-1');
  });

  it('the first one is made from the empty page, which then leads to it', async () => {
    fakeServer({ ...world, 'GET /playlists': list(), 'POST /playlists': { status: 201, body: playlist({ track_count: 0, duration_ms: 0 }) }, 'GET /playlists/list-1/tracks': list() });
    const { router } = renderRoutes(routes, '/playlists');
    await userEvent.click(await screen.findByRole('button', { name: 'Make a playlist' }));
    await userEvent.type(await screen.findByLabelText('Name'), 'Late trains');
    await userEvent.click(screen.getByRole('button', { name: 'Create' }));
    await waitFor(() => expect(router.state.location.pathname).toBe('/playlist/list-1'));
    expect(await screen.findByRole('heading', { name: 'Nothing in here yet' })).toBeInTheDocument();
  });
});

describe('adding a track to a playlist', () => {
  const night = { id: 'night', title: 'Night Ferry' };
  const show = () => {
    useAdding.setState({ tracks: [night] });
    const Asked = () => (useAdding((s) => s.tracks).length > 0 ? <AddToPlaylistDialog tracks={[night]} /> : null);
    renderRoutes([{ path: '/', element: <><Asked /><Toasts /></> }]);
  };
  const added = { status: 201, body: { item_id: 'new', playlist_id: 'list-1', track_id: 'night' } };

  it('takes one click, and can be undone', async () => {
    const server = fakeServer({
      ...world,
      'GET /playlists': ({ path }) => (path.includes('track_id') ? list() : list(playlist())),
      'POST /playlists/list-1/tracks': added,
      'DELETE /playlists/list-1/tracks/new': { status: 204 },
    });
    show();
    await userEvent.click(await screen.findByRole('button', { name: /Late trains/ }));
    expect((await screen.findAllByText('Night Ferry is in “Late trains”')).length).toBeGreaterThan(0);
    expect(screen.queryByRole('dialog')).toBeNull();
    await undo();
    await waitFor(() => expect(server.count('DELETE /playlists/list-1/tracks/new')).toBe(1));
  });

  it('that is there already is added again only when one says so', async () => {
    const server = fakeServer({ ...world, 'GET /playlists': list(playlist()), 'POST /playlists/list-1/tracks': added });
    show();
    const choice = await screen.findByRole('button', { name: /Late trains.*Already in it/ });
    await userEvent.click(choice);
    expect(screen.getByText('It has this track already.')).toBeInTheDocument();
    expect(server.count('POST /playlists/list-1/tracks')).toBe(0);
    await userEvent.click(screen.getByRole('button', { name: 'Add again' }));
    await waitFor(() => expect(server.count('POST /playlists/list-1/tracks')).toBe(1));
  });

  it('goes into a new one at once; when only the adding fails, trying again makes no second one', async () => {
    const server = fakeServer({
      ...world,
      'GET /playlists': list(),
      'POST /playlists': { status: 201, body: playlist({ track_count: 0 }) },
      'POST /playlists/list-1/tracks': (_call, count) => (count === 1 ? problem(503, 'unavailable') : added),
    });
    show();
    await userEvent.type(await screen.findByLabelText('New playlist'), 'Late trains{Enter}');
    expect(await screen.findByText(/cannot be reached right now/)).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Create and add' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect([server.count('POST /playlists'), server.count('POST /playlists/list-1/tracks')]).toEqual([1, 2]);
  });
});
