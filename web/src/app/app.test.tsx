import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { forgetCsrf } from '@/lib/api/csrf';
import { usePalette } from '@/lib/palette/store';
import { setSessionHint } from '@/lib/session/hint';
import { ada, track } from '@/testing/fixtures';
import { renderRoutes, undo } from '@/testing/render';
import { fakeServer, problem } from '@/testing/server';
import { routes } from './router';

const list = (...items: unknown[]) => ({ body: { items, page: 1, limit: 20, total: items.length } });
const world = {
  'GET /csrf-token': { body: { csrf_token: 't' } },
  'GET /announcements/active': list(),
  'GET /auth/me': { body: ada },
  'GET /status': { body: { max_upload_bytes: 2_000_000_000, creator_approval: false } },
  'GET /tracks': list(track({ title: 'Salt Lines' })),
  'POST /logs/frontend': { status: 204 },
};

beforeEach(() => {
  forgetCsrf();
  setSessionHint(false);
  usePalette.setState({ open: false });
  window.scrollTo = vi.fn();
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }));
});

describe('a guest', () => {
  it.each(['/library?status=failed', '/upload'])('who opens %s is asked to sign in, and can come back', async (path) => {
    fakeServer(world);
    const { router } = renderRoutes(routes, path);
    /* The first test of the file imports the pages, which takes long on a busy machine. */
    expect(await screen.findByRole('heading', { name: 'Welcome back' }, { timeout: 10_000 })).toBeInTheDocument();
    expect(router.state.location.search).toBe(`?next=${encodeURIComponent(path)}`);
  });

  it('costs no request that can only fail', async () => {
    const server = fakeServer(world);
    renderRoutes(routes, '/');
    expect(await screen.findByRole('heading', { level: 1, name: 'Hear it first.' })).toBeInTheDocument();
    expect(await screen.findByRole('link', { name: 'Join' })).toBeInTheDocument();
    expect(server.count('GET /auth/me')).toBe(0);
  });
});

const offered = async () =>
  within((await screen.findAllByRole('navigation', { name: 'Main' }))[0] as HTMLElement)
    .getAllByRole('link')
    .map((link) => link.getAttribute('href'));

it('a visitor is offered no page that only leads to the sign-in page, and the logo leads to the first page', async () => {
  fakeServer(world);
  renderRoutes(routes, '/discover');
  expect(await offered()).toEqual(['/discover']);
  for (const logo of screen.getAllByRole('link', { name: 'Veza, home' })) expect(logo).toHaveAttribute('href', '/');
});

describe('a member', () => {
  beforeEach(() => setSessionHint(true));

  it('is offered the own pages, and the logo leads to the own first page', async () => {
    fakeServer(world);
    renderRoutes(routes, '/discover');
    expect(await offered()).toEqual(['/discover', '/dashboard', '/library', '/playlists', '/chat', '/upload']);
    for (const logo of screen.getAllByRole('link', { name: 'Veza, home' })) expect(logo).toHaveAttribute('href', '/dashboard');
  });

  it('sees her own tracks', async () => {
    fakeServer(world);
    renderRoutes(routes, '/library');
    const table = await screen.findByRole('table');
    expect(within(table).getByRole('link', { name: 'Salt Lines' })).toHaveAttribute('href', `/track/${track().id}`);
  });

  it('who is no creator yet becomes one with one click', async () => {
    fakeServer({ ...world, 'GET /auth/me': { body: { ...ada, role: 'user' } }, 'POST /users/me/creator': { body: ada } });
    renderRoutes(routes, '/upload');
    await userEvent.click(await screen.findByRole('button', { name: 'Become a creator' }));
    expect(await screen.findByText('Drop your tracks here')).toBeInTheDocument();
  });

  it('is told to wait where the operator approves creators', async () => {
    const user = { ...ada, role: 'user' };
    fakeServer({ ...world, 'GET /auth/me': { body: user }, 'POST /users/me/creator': { status: 202, body: user } });
    renderRoutes(routes, '/upload');
    await userEvent.click(await screen.findByRole('button', { name: 'Become a creator' }));
    expect(await screen.findByText(/Your request is in/)).toBeInTheDocument();
  });

  it('whose session has ended becomes a guest', async () => {
    fakeServer({ ...world, 'GET /auth/me': problem(401, 'token_expired'), 'POST /auth/refresh': problem(401, 'unauthenticated') });
    renderRoutes(routes, '/dashboard');
    expect(await screen.findByRole('heading', { name: 'Welcome back' })).toBeInTheDocument();
  });

  it('makes a track private at once, and can undo it', async () => {
    const puts: unknown[] = [];
    fakeServer({
      ...world,
      [`PUT /tracks/${track().id}`]: (call) => {
        puts.push(call.body);
        return { body: track({ title: 'Salt Lines', ...(call.body as object) }) };
      },
    });
    renderRoutes(routes, '/library');
    await userEvent.click(await screen.findByRole('button', { name: 'Tools for Salt Lines' }));
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Make private' }));
    expect((await screen.findAllByText('Private')).length).toBeGreaterThan(0);
    await undo();
    await waitFor(() => expect(puts).toEqual([{ visibility: 'private' }, { visibility: 'public' }]));
    expect((await screen.findAllByText('Public')).length).toBeGreaterThan(0);
  });
});

describe('the frame', () => {
  it('says 404 in the frame, with a way out', async () => {
    fakeServer(world);
    renderRoutes(routes, '/no/such/page');
    expect(await screen.findByRole('heading', { name: 'Nothing to hear here' })).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'Back to the music' })).toHaveAttribute('href', '/discover');
  });

  it('moves the focus to the page when one goes to another', async () => {
    fakeServer(world);
    const { router } = renderRoutes(routes, '/');
    await screen.findByRole('heading', { level: 1 });
    await act(() => router.navigate('/discover'));
    await waitFor(() => expect(screen.getByRole('main')).toHaveFocus());
  });

  it('shows an announcement until it has been read', async () => {
    fakeServer({ ...world, 'GET /announcements/active': list({ id: 'a1', title: 'Tonight', content: 'We restart.' }) });
    renderRoutes(routes, '/discover');
    const banner = await screen.findByRole('region', { name: 'Announcements' });
    await userEvent.click(within(banner).getByRole('button', { name: 'Close' }));
    expect(screen.queryByText('We restart.')).not.toBeInTheDocument();
    expect(localStorage.getItem('veza.read')).toBe('["a1"]');
  });

  it('opens the palette with /, finds a track, and goes there with Enter', async () => {
    const none = { items: [], total: 0, at_least: false };
    const found = { tracks: { items: [track({ title: 'Salt Lines' })], total: 1, at_least: false }, releases: none, users: none, playlists: none, order: ['tracks', 'releases', 'users', 'playlists'], facets: null, partial: false, did_you_mean: null };
    fakeServer({ ...world, 'GET /search': { body: found }, [`GET /tracks/${track().id}`]: { body: track({ title: 'Salt Lines' }) } });
    const { router } = renderRoutes(routes, '/discover');
    await screen.findByRole('heading', { level: 1 });
    await userEvent.keyboard('/');
    const field = await screen.findByRole('combobox', undefined, { timeout: 5000 });
    await userEvent.type(field, 'salt');
    await screen.findByRole('option', { name: /Salt Lines/ });
    await userEvent.keyboard('{Enter}');
    await waitFor(() => expect(router.state.location.pathname).toBe(`/track/${track().id}`));
  });

  it('survives a page that breaks, and tells the server', async () => {
    const server = fakeServer({ ...world, 'GET /tracks': { body: { items: null } } });
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    renderRoutes(routes, '/');
    expect(await screen.findByRole('heading', { name: 'That was a wrong note' })).toBeInTheDocument();
    await waitFor(() => expect(server.count('POST /logs/frontend')).toBe(1));
    expect(screen.getAllByRole('navigation', { name: 'Main' }).length).toBeGreaterThan(0);
  });
});
