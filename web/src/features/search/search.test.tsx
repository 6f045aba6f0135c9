import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import type { PublicUser } from '@/lib/api/schema';
import { usePalette } from '@/lib/palette/store';
import { setSessionHint } from '@/lib/session/hint';
import { ada, track } from '@/testing/fixtures';
import { renderRoutes } from '@/testing/render';
import { fakeServer, type Reply } from '@/testing/server';
import { CommandPalette } from './CommandPalette';

const list = (...items: unknown[]): Reply => ({ body: { items, page: 1, limit: 20, total: items.length } });
const part = (items: unknown[] = []) => ({ items, total: items.length, at_least: false });
const found = (parts: { tracks?: unknown[]; users?: unknown[]; releases?: unknown[]; playlists?: unknown[] } = {}): Reply => ({
  body: { tracks: part(parts.tracks), users: part(parts.users), releases: part(parts.releases), playlists: part(parts.playlists), order: ['tracks', 'releases', 'users', 'playlists'], facets: null, partial: false, did_you_mean: null },
});
const person = (username: string, first_name: string | null = null, last_name: string | null = null): Partial<PublicUser> => ({
  id: `id-of-${username}`,
  username,
  display_name: [first_name, last_name].filter(Boolean).join(' ') || username,
  first_name,
  last_name,
  avatar: null,
});
const show = () =>
  renderRoutes([
    { path: '/', element: <CommandPalette /> },
    { path: '/u/:username', element: <h1>Profile</h1> },
    { path: '/release/:slug', element: <h1>Release</h1> },
    { path: '/search', element: <h1>Results</h1> },
  ]);

beforeEach(() => {
  setSessionHint(false);
  usePalette.setState({ open: true });
});

describe('the command palette', () => {
  it('finds people who have no tracks, by the words of their display name', async () => {
    const server = fakeServer({ 'GET /search': found({ users: [person('nordlys', 'Åse', 'Nordlys')] }) });
    const { router } = show();
    await userEvent.type(await screen.findByRole('combobox'), 'ase nordlys');
    const option = await screen.findByRole('option', { name: /Åse Nordlys/ });
    expect(option).toHaveTextContent('@nordlys');
    await waitFor(() => expect(server.calls.map((call) => call.path)).toContain('/search?q=ase+nordlys&limit=8')); /* whoever types slowly is answered before */
    await userEvent.click(await screen.findByRole('option', { name: /Åse Nordlys/ }));
    await waitFor(() => expect(router.state.location.pathname).toBe('/u/nordlys'));
  });

  it('asks again where time was up before anything was found', async () => {
    let asked = 0;
    fakeServer({ 'GET /search': () => (++asked < 3 ? { body: { ...(found().body as object), partial: true } } : found({ tracks: [track({ title: 'Salt Lines' })] })) });
    show();
    await userEvent.type(await screen.findByRole('combobox'), 's');
    await screen.findByRole('option', { name: /Salt Lines/ });
    expect(asked).toBe(3);
  });

  it('a late answer to an earlier text never replaces a newer one', async () => {
    let answerEarlier: (reply: Reply) => void = () => undefined;
    const earlier = new Promise<Reply>((resolve) => {
      answerEarlier = resolve;
    });
    const server = fakeServer({
      'GET /search': (call) => (call.path.includes('q=sal&') ? earlier : found({ tracks: [track({ id: 'b', title: 'Salt Lines' })] })),
    });
    show();
    const field = await screen.findByRole('combobox');
    await userEvent.type(field, 'sal');
    await waitFor(() => expect(server.count('GET /search')).toBe(1));
    await userEvent.type(field, 't');
    expect(await screen.findByRole('option', { name: /Salt Lines/ })).toBeInTheDocument();
    answerEarlier(found({ tracks: [track({ id: 'a', title: 'Sal and Pepper' })] }));
    await userEvent.type(field, ' ');
    await earlier;
    expect(screen.getByRole('option', { name: /Salt Lines/ })).toBeInTheDocument();
    expect(screen.queryByRole('option', { name: /Sal and Pepper/ })).toBeNull();
  });

  it('finds releases by their title and artist, and leads to them', async () => {
    const release = { id: 'r', slug: 'low-tide', title: 'Low Tide', artist: 'Mira', kind: 'ep', cover_url: null, creator: ada };
    fakeServer({ 'GET /search': found({ releases: [release] }) });
    const { router } = show();
    await userEvent.type(await screen.findByRole('combobox'), 'low tide');
    const option = await screen.findByRole('option', { name: /Low Tide/ });
    expect(option).toHaveTextContent('EP · Mira');
    await userEvent.click(option);
    await waitFor(() => expect(router.state.location.pathname).toBe('/release/low-tide'));
  });

  it('Enter before the answer has come leads to all results of what was typed', async () => {
    fakeServer({ 'GET /search': found({ users: [person('salome')] }) });
    const { router } = show();
    const field = await screen.findByRole('combobox');
    await userEvent.type(field, 'salo');
    await screen.findByRole('option', { name: /salome/ });
    await userEvent.type(field, 'n{Enter}');
    await waitFor(() => expect(router.state.location.pathname + router.state.location.search).toBe('/search?q=salon'));
  });

  it('suggests people to a member who has not typed yet, and asks nothing for a guest', async () => {
    setSessionHint(true);
    fakeServer({ 'GET /auth/me': { body: ada }, 'GET /users/suggestions': list(person('bob', 'Bob')), 'GET /csrf-token': { body: { csrf_token: 't' } } });
    show();
    expect(await screen.findByRole('option', { name: /Bob/ })).toHaveTextContent('@bob');
  });
});
