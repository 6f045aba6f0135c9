import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { beforeEach, expect, it } from 'vitest';
import { forgetCsrf } from '@/lib/api/csrf';
import { renderRoutes } from '@/testing/render';
import { fakeServer, problem } from '@/testing/server';
import { Component as ScrobblingPage } from './ScrobblingPage';

const routes = [{ path: '/settings/scrobbling', element: <main><h1>Settings</h1><ScrobblingPage /></main> }];
const list = (...items: unknown[]) => ({ body: { items, limit: 100, next: null } });
const account = {
  id: 's1', service: 'listenbrainz', base_url: 'https://api.listenbrainz.org', username: 'ada', is_on: true, tells_playing: false, stopped_for: null, last_error: null,
  sent_count: 12, last_sent_at: '2026-01-02T00:00:00Z', waiting: 1, created_at: '2026-01-01T00:00:00Z',
};
const world = {
  'GET /csrf-token': { body: { csrf_token: 't' } },
  'GET /scrobbling': list(account),
  'GET /scrobbling/services': { body: { listenbrainz_url: 'https://api.listenbrainz.org', lastfm_url: 'https://ws.audioscrobbler.com/2.0/', has_lastfm_key: true } },
};

beforeEach(forgetCsrf);

it('connects ListenBrainz with a token, and says what is wrong with one', async () => {
  let tries = 0;
  const server = fakeServer({ ...world, 'GET /scrobbling': list(), 'POST /scrobbling/listenbrainz': () => (tries++ ? { status: 201, body: account } : problem(422, 'validation', { errors: [{ field: 'token', code: 'value', message: 'no' }] })) });
  renderRoutes(routes, '/settings/scrobbling');
  expect(await screen.findByText('No service is connected.')).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Connect ListenBrainz' }));
  const box = within(await screen.findByRole('dialog'));
  await userEvent.type(box.getByLabelText('User token'), 'abc');
  await userEvent.click(box.getByRole('button', { name: 'Connect' }));
  await waitFor(() => expect(box.getByLabelText('User token')).toBeInvalid());
  await userEvent.click(box.getByRole('button', { name: 'Connect' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
  expect(server.calls.find((c) => c.method === 'POST')?.body).toEqual({ token: 'abc', base_url: null });
});

it('connects Last.fm by consent in the browser', async () => {
  const server = fakeServer({
    ...world,
    'POST /scrobbling/lastfm': { status: 201, body: { ...account, id: 's2', service: 'lastfm', is_on: false, stopped_for: 'unconfirmed', confirm_url: 'https://www.last.fm/api/auth/?api_key=k&token=t' } },
    'POST /scrobbling/s2/confirm': { body: { ...account, id: 's2', service: 'lastfm' } },
  });
  renderRoutes(routes, '/settings/scrobbling');
  await userEvent.click(await screen.findByRole('button', { name: 'Connect Last.fm' }));
  const box = within(await screen.findByRole('dialog'));
  await userEvent.click(box.getByRole('button', { name: 'Go on' }));
  expect(await box.findByRole('link', { name: 'Agree in a new tab' })).toHaveAttribute('href', 'https://www.last.fm/api/auth/?api_key=k&token=t');
  await userEvent.click(box.getByRole('button', { name: 'I have agreed' }));
  await waitFor(() => expect(server.count('POST /scrobbling/s2/confirm')).toBe(1));
});

it('shows how it goes, switches it off, and disconnects after a question', async () => {
  const server = fakeServer({ ...world, 'PATCH /scrobbling/s1': { body: { ...account, is_on: false } }, 'DELETE /scrobbling/s1': { status: 204 } });
  renderRoutes(routes, '/settings/scrobbling');
  expect(await screen.findByText('12 plays told')).toBeInTheDocument();
  const found = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
  expect(found.violations).toEqual([]);
  await userEvent.click(screen.getByRole('switch', { name: 'Tell it what I listen to' }));
  await waitFor(() => expect(server.calls.find((c) => c.method === 'PATCH')?.body).toEqual({ is_on: false }));
  await userEvent.click(screen.getByRole('button', { name: 'Disconnect ListenBrainz' }));
  await userEvent.click(screen.getByRole('button', { name: 'Disconnect' }));
  await waitFor(() => expect(server.count('DELETE /scrobbling/s1')).toBe(1));
});
