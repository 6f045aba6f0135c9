import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { forgetCsrf } from '@/lib/api/csrf';
import { unreadCountQuery } from '@/lib/api/notifications/unreadCount';
import type { Notification } from '@/lib/api/schema';
import { setLanguage } from '@/lib/i18n';
import { takeMessage } from '@/lib/realtime/own';
import { setSessionHint } from '@/lib/session/hint';
import { renderRoutes } from '@/testing/render';
import { fakeServer, problem, type Reply } from '@/testing/server';
import { Component as NotificationsPage } from './NotificationsPage';

const routes = [
  { path: '/notifications', element: <main id="main"><NotificationsPage /></main> },
  { path: '/u/nika', element: <p>nika herself</p> },
];
const told = (id: string, change: object = {}) => ({
  id,
  type: 'follow',
  title: 'nika follows you',
  content: '',
  link: '/u/nika',
  data: {},
  actor: { id: 'n1', username: 'nika', avatar: null, display_name: 'nika' },
  others: 0,
  read: false,
  read_at: null,
  created_at: '2026-01-01T00:00:00Z',
  ...change,
});
const list = (...items: unknown[]) => ({ body: { items, page: 1, limit: 20, total: items.length } });
const world = {
  'GET /csrf-token': { body: { csrf_token: 't' } },
  'GET /notifications': list(told('1'), told('2', { type: 'festival', title: 'A festival', link: 'https://evil.example', read: true })),
};

afterEach(() => setLanguage('en'));

beforeEach(() => {
  forgetCsrf();
  setSessionHint(true);
});

it('says what it knows in its own words, and leads nowhere else', async () => {
  fakeServer(world);
  renderRoutes(routes, '/notifications');
  expect(await screen.findByRole('link', { name: 'nika follows you' })).toHaveAttribute('href', '/u/nika');
  expect(screen.getByText('A festival')).toBeInTheDocument();
  expect(screen.queryByRole('link', { name: 'A festival' })).not.toBeInTheDocument();
});

it('names the track that an administrator removed, and until when it can be restored', async () => {
  const data = { track_id: 't1', title: 'Northern', until: '2026-02-01' };
  fakeServer({ ...world, 'GET /notifications': list(told('3', { type: 'track.removed', title: 'Removed', link: null, actor: null, data })) });
  renderRoutes(routes, '/notifications');
  expect(await screen.findByText(/removed “Northern”.*February 1, 2026/)).toBeInTheDocument();
});

it('tells what happened in the language of the page, days and devices included', async () => {
  const own = { link: null, actor: null };
  fakeServer({
    ...world,
    'GET /notifications': list(
      told('4', { ...own, type: 'account.signed_in', title: 'New sign-in', content: 'Chrome on Linux, from ::1', data: { device: 'Chrome on Linux', address: '::1' } }),
      told('5', { ...own, type: 'export.ready', title: 'Ready', content: 'It can be fetched until 2026-02-01.', data: { expires_at: '2026-02-01T12:00:00Z' } }),
    ),
  });
  await setLanguage('fr');
  renderRoutes(routes, '/notifications');
  expect(await screen.findByText('Chrome sur Linux, depuis ::1')).toBeInTheDocument();
  expect(screen.getByText('L’archive peut être téléchargée jusqu’au 1 février 2026.')).toBeInTheDocument();
});

it('marks one read when it is followed', async () => {
  const server = fakeServer({ ...world, 'POST /notifications/1/read': { status: 204 } });
  const { client } = renderRoutes(routes, '/notifications');
  client.setQueryData(unreadCountQuery.queryKey, { unread: 1 });
  await userEvent.click(await screen.findByRole('link', { name: 'nika follows you' }));
  expect(await screen.findByText('nika herself')).toBeInTheDocument();
  await waitFor(() => expect(server.count('POST /notifications/1/read')).toBe(1));
  expect(client.getQueryData(unreadCountQuery.queryKey)).toEqual({ unread: 0 });
});

it('deletes one at once, and brings it back when the server refuses', async () => {
  let answer: () => void = () => undefined;
  fakeServer({ ...world, 'DELETE /notifications/1': () => new Promise<Reply>((resolve) => (answer = () => resolve(problem(503, 'unavailable')))) });
  renderRoutes(routes, '/notifications');
  const row = (await screen.findByText('nika follows you')).closest('li') as HTMLElement;
  await userEvent.click(within(row).getByRole('button', { name: 'Delete' }));
  await waitFor(() => expect(screen.queryByText('nika follows you')).not.toBeInTheDocument());
  answer();
  expect(await screen.findByText('nika follows you')).toBeInTheDocument();
});

it('asks before it deletes all', async () => {
  let gone = false;
  const server = fakeServer({
    ...world,
    'GET /notifications': () => (gone ? list() : world['GET /notifications']),
    'DELETE /notifications': () => {
      gone = true;
      return { body: { deleted: 2 } };
    },
  });
  renderRoutes(routes, '/notifications');
  await screen.findByText('nika follows you');
  await userEvent.click(screen.getByRole('button', { name: 'Delete all' }));
  expect(server.count('DELETE /notifications')).toBe(0);
  await userEvent.click(await screen.findByRole('button', { name: 'Delete them' }));
  expect(await screen.findByRole('heading', { name: 'All quiet' })).toBeInTheDocument();
  expect(server.count('DELETE /notifications')).toBe(1);
});

it('counts and shows what comes in while one looks', async () => {
  let items = [told('1')];
  fakeServer({ ...world, 'GET /notifications': () => list(...items) });
  const { client } = renderRoutes(routes, '/notifications');
  await screen.findByText('nika follows you');
  client.setQueryData(unreadCountQuery.queryKey, { unread: 1 });
  items = [told('3', { actor: { id: 'o', username: 'otto', avatar: null, display_name: 'otto' } }), ...items];
  act(() => takeMessage(client, { type: 'notification', topic: 'user:1', number: 1, is_new: true, notification: items[0] as Notification }));
  expect(client.getQueryData(unreadCountQuery.queryKey)).toEqual({ unread: 2 });
  expect(await screen.findByText('otto follows you')).toBeInTheDocument();
});

it.each([['en', 1, 'nika and 1 other follow you'], ['en', 41, 'nika and 41 others follow you'], ['fr', 41, 'nika et 41 autres personnes vous suivent']])(
  'says in %s that %i more did the same',
  async (language, others, words) => {
    setLanguage(language as 'en' | 'fr');
    fakeServer({ ...world, 'GET /notifications': list(told('1', { others })) });
    renderRoutes(routes, '/notifications');
    expect(await screen.findByText(words)).toBeInTheDocument();
  },
);

it('does not count one that has only grown', () => {
  const { client } = renderRoutes(routes, '/u/nika');
  client.setQueryData(unreadCountQuery.queryKey, { unread: 1 });
  act(() => takeMessage(client, { type: 'notification', topic: 'user:1', number: 1, is_new: false, notification: told('1') as Notification }));
  expect(client.getQueryData(unreadCountQuery.queryKey)).toEqual({ unread: 1 });
});

it('passes axe', async () => {
  fakeServer(world);
  renderRoutes(routes, '/notifications');
  await screen.findByText('nika follows you');
  const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
  expect(violations.map((v) => v.id)).toEqual([]);
});
