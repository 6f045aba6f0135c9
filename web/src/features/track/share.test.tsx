import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it } from 'vitest';
import { forgetCsrf } from '@/lib/api/csrf';
import { track } from '@/testing/fixtures';
import { renderRoutes } from '@/testing/render';
import { fakeServer } from '@/testing/server';
import ShareDialog from './ShareDialog';

const one = track();
const link = { id: 'l1', token: 'T'.repeat(43), permissions: 'read', access_count: 0, last_used_at: null, expires_at: null, created_at: '2026-01-01T00:00:00+00:00' };

beforeEach(forgetCsrf);

it('a link that is revoked is not offered for copying any more', async () => {
  const links: object[] = [];
  fakeServer({
    'GET /csrf-token': { body: { csrf_token: 't' } },
    [`GET /tracks/${one.id}/shares`]: () => ({ body: { items: links, limit: 50, next: null } }),
    [`POST /tracks/${one.id}/share`]: () => {
      links.push(link);
      return { status: 201, body: link };
    },
    'DELETE /tracks/share/l1': () => {
      links.pop();
      return { status: 204 };
    },
  });
  renderRoutes([{ path: '/', element: <ShareDialog track={one} onClose={() => undefined} /> }]);
  await userEvent.click(await screen.findByRole('button', { name: 'Create a link' }));
  expect(await screen.findByText(/shown only this once/)).toBeInTheDocument();
  await userEvent.click(await screen.findByRole('button', { name: /Revoke the link/ }));
  await waitFor(() => expect(screen.queryByText(/shown only this once/)).toBeNull());
});
