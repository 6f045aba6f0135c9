import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { beforeEach, expect, it } from 'vitest';
import { forgetCsrf } from '@/lib/api/csrf';
import type { HeldComment } from '@/lib/api/schema';
import { setSessionHint } from '@/lib/session/hint';
import { useToasts } from '@/lib/toast/store';
import { ada } from '@/testing/fixtures';
import { renderRoutes } from '@/testing/render';
import { fakeServer, problem } from '@/testing/server';
import { Component as HeldPage } from './HeldPage';

const held = (id: string): HeldComment => ({
  id, track_id: 't1', track_title: 'Night Ferry', content: `Words of ${id}`, timestamp: 12, parent_id: null, status: 'held', is_edited: false, edited_at: null, is_deleted: false,
  reply_count: 0, track_version: 1, is_of_other_recording: false, created_at: '2026-01-01T00:00:00Z', author: { id: 'n1', username: 'nika', avatar: null, display_name: 'Nika' }, is_mine: false, may_delete: true, may_edit: false, may_moderate: true,
});
let waiting: HeldComment[];
const world = () => ({
  'GET /csrf-token': { body: { csrf_token: 't' } },
  'GET /auth/me': { body: ada },
  'GET /comments/held': () => ({ body: { items: waiting, limit: 20, next: null } }),
});
const show = () => renderRoutes([{ path: '/', element: <main><HeldPage /></main> }]);

beforeEach(() => {
  forgetCsrf();
  setSessionHint(true);
  useToasts.setState({ toasts: [] });
  waiting = [held('one')];
});

it('what is approved goes at once, and what the server refuses comes back', async () => {
  let refuse: () => void = () => undefined;
  fakeServer({ ...world(), 'PUT /comments/one/status': () => new Promise((resolve) => (refuse = () => resolve(problem(503, 'unavailable')))) });
  show();
  await userEvent.click(await screen.findByRole('button', { name: 'Approve the comment by Nika' }));
  await waitFor(() => expect(screen.queryByText('Words of one')).not.toBeInTheDocument());
  refuse();
  expect(await screen.findByText('Words of one')).toBeInTheDocument();
  expect(useToasts.getState().toasts.map(({ tone }) => tone)).toEqual(['danger']);
});

it('the last one that is hidden leaves an empty page, and passes axe', async () => {
  const server = fakeServer({
    ...world(),
    'PUT /comments/one/status': () => {
      waiting = [];
      return { body: { ...held('one'), status: 'hidden' } };
    },
  });
  show();
  await screen.findByText('Words of one');
  expect((await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } })).violations.map((v) => v.id)).toEqual([]);
  await userEvent.click(screen.getByRole('button', { name: 'Hide the comment by Nika' }));
  expect(await screen.findByRole('heading', { name: 'Nothing waits for you' })).toBeInTheDocument();
  expect(server.calls.find(({ method }) => method === 'PUT')?.body).toEqual({ status: 'hidden' });
});
