import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { beforeEach, expect, it } from 'vitest';
import { forgetCsrf } from '@/lib/api/csrf';
import { setSessionHint } from '@/lib/session/hint';
import { useToasts } from '@/lib/toast/store';
import { ada, playlist } from '@/testing/fixtures';
import { renderRoutes } from '@/testing/render';
import { fakeServer, problem, type Reply } from '@/testing/server';
import { Component as ProfilePage } from './ProfilePage';

const routes = [{ path: '/u/:username', element: <main id="main"><ProfilePage /></main> }];
const nika = { ...ada, id: 'n1', username: 'nika', follower_count: 4, following_count: 2, is_following: false, is_blocked: false };
const world = {
  'GET /csrf-token': { body: { csrf_token: 't' } },
  'GET /auth/me': { body: ada },
  'GET /users/by-username/nika': { body: nika },
  'GET /tracks': { body: { items: [], page: 1, limit: 20, total: 0 } },
};

/** An answer that waits until it is let go. */
function held(reply: Reply) {
  let release: () => void = () => undefined;
  return { handler: () => new Promise<Reply>((resolve) => (release = () => resolve(reply))), release: () => release() };
}

beforeEach(() => {
  forgetCsrf();
  setSessionHint(true);
  useToasts.setState({ toasts: [] });
});

it('follows before the server has answered', async () => {
  const follow = held({ body: { user_id: 'n1', is_following: true, follower_count: 5 } });
  const server = fakeServer({ ...world, 'POST /users/n1/follow': follow.handler });
  renderRoutes(routes, '/u/nika');
  await userEvent.click(await screen.findByRole('button', { name: 'Follow' }));
  expect(await screen.findByRole('button', { name: 'Following', pressed: true })).toBeInTheDocument();
  expect(screen.getByText('5 followers')).toBeInTheDocument();
  await waitFor(() => expect(server.count('POST /users/n1/follow')).toBe(1));
  follow.release();
  await waitFor(() => expect(screen.getByText('5 followers')).toBeInTheDocument());
});

it('takes it back when the server refuses', async () => {
  const follow = held(problem(503, 'unavailable'));
  const server = fakeServer({ ...world, 'POST /users/n1/follow': follow.handler });
  renderRoutes(routes, '/u/nika');
  await userEvent.click(await screen.findByRole('button', { name: 'Follow' }));
  expect(await screen.findByText('5 followers')).toBeInTheDocument();
  await waitFor(() => expect(server.count('POST /users/n1/follow')).toBe(1));
  follow.release();
  expect(await screen.findByText('4 followers')).toBeInTheDocument();
  expect(screen.getByRole('button', { name: 'Follow', pressed: false })).toBeInTheDocument();
  expect(useToasts.getState().toasts.some((toast) => toast.tone === 'danger')).toBe(true);
});

it('switches on the bell of somebody whom one follows, and mutes, with a way back', async () => {
  const server = fakeServer({
    ...world,
    'GET /users/by-username/nika': { body: { ...nika, is_following: true, has_bell: false, is_muted: false } },
    'POST /users/n1/bell': { body: { user_id: 'n1', has_bell: true } },
    'DELETE /users/n1/bell': { body: { user_id: 'n1', has_bell: false } },
    'POST /users/n1/mute': { body: { is_muted: true } },
  });
  renderRoutes(routes, '/u/nika');
  await userEvent.click(await screen.findByRole('button', { name: 'Bell: tell me of each release' }));
  expect(await screen.findByRole('button', { name: 'The bell is on: switch it off', pressed: true })).toBeInTheDocument();
  await waitFor(() => expect(server.count('POST /users/n1/bell')).toBe(1));
  act(() => useToasts.getState().toasts[0]?.action?.run());
  expect(await screen.findByRole('button', { name: 'Bell: tell me of each release' })).toBeInTheDocument();
  await waitFor(() => expect(server.count('DELETE /users/n1/bell')).toBe(1));
  await userEvent.click(screen.getByRole('button', { name: 'More' }));
  await userEvent.click(await screen.findByRole('menuitem', { name: 'Mute' }));
  await waitFor(() => expect(server.count('POST /users/n1/mute')).toBe(1));
});

it('undoes following', async () => {
  const server = fakeServer({
    ...world,
    'POST /users/n1/follow': { body: { user_id: 'n1', is_following: true, follower_count: 5 } },
    'DELETE /users/n1/follow': { body: { user_id: 'n1', is_following: false, follower_count: 4 } },
  });
  renderRoutes(routes, '/u/nika');
  await userEvent.click(await screen.findByRole('button', { name: 'Follow' }));
  await screen.findByRole('button', { name: 'Following' });
  act(() => useToasts.getState().toasts[0]?.action?.run());
  expect(await screen.findByRole('button', { name: 'Follow' })).toBeInTheDocument();
  await waitFor(() => expect(server.count('DELETE /users/n1/follow')).toBe(1));
});

it('blocks from the menu', async () => {
  let blocked = false;
  fakeServer({
    ...world,
    'GET /users/by-username/nika': () => ({ body: { ...nika, is_blocked: blocked } }),
    'POST /users/n1/block': () => {
      blocked = true;
      return { status: 204 };
    },
  });
  renderRoutes(routes, '/u/nika');
  await userEvent.click(await screen.findByRole('button', { name: 'More' }));
  await userEvent.click(await screen.findByRole('menuitem', { name: 'Block' }));
  expect(await screen.findByRole('button', { name: 'Unblock' })).toBeInTheDocument();
  expect(screen.queryByRole('button', { name: 'Follow' })).not.toBeInTheDocument();
});

it('leads a guest to signing in, and back', async () => {
  setSessionHint(false);
  fakeServer(world);
  renderRoutes(routes, '/u/nika');
  expect(await screen.findByRole('link', { name: 'Follow' })).toHaveAttribute('href', '/login?next=%2Fu%2Fnika');
});

it('passes axe', async () => {
  fakeServer(world);
  renderRoutes(routes, '/u/nika');
  await screen.findByRole('button', { name: 'Follow' });
  const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
  expect(violations.map((v) => v.id)).toEqual([]);
});

it('whoever has a public playlist is not said to have published nothing', async () => {
  const list = playlist({ id: 'p1', name: 'Night drive', visibility: 'public' });
  fakeServer({ ...world, 'GET /releases': { body: { items: [], limit: 12, next: null } }, 'GET /users/n1/playlists': { body: { items: [list], limit: 12, next: null } } });
  renderRoutes(routes, '/u/nika');
  expect(await screen.findByRole('link', { name: 'Night drive' })).toHaveAttribute('href', '/playlist/p1');
  expect(screen.queryByText(/has not published anything yet/)).toBeNull();
});

it('whoever has nothing at all is said to', async () => {
  const none = { body: { items: [], limit: 12, next: null } };
  fakeServer({ ...world, 'GET /releases': none, 'GET /users/n1/playlists': none });
  renderRoutes(routes, '/u/nika');
  expect(await screen.findByText(/has not published anything yet/)).toBeInTheDocument();
});
