import { screen } from '@testing-library/react';
import { beforeEach, expect, it } from 'vitest';
import { forgetCsrf } from '@/lib/api/csrf';
import { setSessionHint } from '@/lib/session/hint';
import { ada, track } from '@/testing/fixtures';
import { renderRoutes } from '@/testing/render';
import { fakeServer } from '@/testing/server';
import { Feed } from './Feed';

const routes = [{ path: '/', element: <Feed /> }];
const item = { id: 'f1', what: 'track', at: '2026-06-15T11:15:00Z', reason: 'followed', label: null, reposter: null, other_reposters: 0, track: track(), release: null };
const world = { 'GET /csrf-token': { body: { csrf_token: 't' } }, 'GET /auth/me': { body: ada } };

beforeEach(() => {
  forgetCsrf();
  setSessionHint(true);
});

it('says what to do where nobody whom one follows has published', async () => {
  fakeServer({ ...world, 'GET /feed': { body: { items: [], page: 1, limit: 20, next: null } } });
  renderRoutes(routes, '/');
  expect(await screen.findByText('Nobody you follow has published anything yet')).toBeInTheDocument();
  expect(screen.getByRole('link', { name: 'Find something to follow' })).toHaveAttribute('href', '/discover');
});

it('names who reposted a track, and how many more did', async () => {
  const reposter = { id: 'p2', username: 'nika', avatar: null, display_name: 'Nika' };
  const items = [
    { ...item, reason: 'repost', reposter, other_reposters: 3 },
    { ...item, id: 'f2', track: track({ id: 't2', title: 'Second' }), reason: 'repost', reposter },
    { ...item, id: 'f3', track: track({ id: 't3', title: 'Third' }), reason: 'tag', label: 'night' },
  ];
  fakeServer({ ...world, 'GET /feed': { body: { items, page: 1, limit: 20, next: null } } });
  renderRoutes(routes, '/');
  expect(await screen.findByText('Reposted by Nika and 3 others')).toBeInTheDocument();
  expect(screen.getByText('Reposted by Nika')).toBeInTheDocument();
  expect(screen.getByText('New with #night, which you follow')).toBeInTheDocument();
});
