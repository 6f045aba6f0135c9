import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { forgetCsrf } from '@/lib/api/csrf';
import { takeMessage } from '@/lib/realtime/own';
import { hasSessionHint, setSessionHint } from '@/lib/session/hint';
import { takeNotice } from '@/lib/session/leave';
import { useToasts } from '@/lib/toast/store';
import { ada } from '@/testing/fixtures';
import { renderRoutes } from '@/testing/render';
import { fakeServer, problem } from '@/testing/server';
import { Component as DataPage } from './DataPage';

const routes = [
  { path: '/', element: <p>the front door</p> },
  { path: '/settings/data', element: <DataPage /> },
];
const list = (...items: unknown[]) => ({ body: { items, page: 1, limit: 20, total: items.length } });
const archive = {
  id: 'e1',
  status: 'processing',
  progress: 0.25,
  file_size_bytes: null,
  created_at: '2026-01-01T00:00:00Z',
  completed_at: null,
  expires_at: null,
  error_message: null,
  download_url: null,
};
const ready = { ...archive, status: 'completed', progress: 1, file_size_bytes: 24_000_000, expires_at: '2099-01-08T00:00:00Z', download_url: '/api/v1/users/me/exports/e1/download' };
const world = {
  'GET /csrf-token': { body: { csrf_token: 't' } },
  'GET /auth/me': { body: ada },
  'GET /users/me/exports': list(),
  'GET /auth/oauth/connections': list(),
};

beforeEach(() => {
  forgetCsrf();
  setSessionHint(true);
  useToasts.setState({ toasts: [] });
});

describe('an archive', () => {
  it('is asked for, grows before one’s eyes, and can be fetched', async () => {
    let state: object[] = [];
    fakeServer({
      ...world,
      'GET /users/me/exports': () => list(...state),
      'POST /users/me/export': () => {
        state = [archive];
        return { status: 202, body: archive };
      },
    });
    const { client } = renderRoutes(routes, '/settings/data');
    await userEvent.click(await screen.findByRole('button', { name: 'Make an archive' }));
    expect(await screen.findByRole('progressbar', { name: 'Packing your archive' })).toHaveAttribute('aria-valuenow', '25');
    act(() => takeMessage(client, { type: 'export.progress', topic: 'user:1', number: 1, export_id: 'e1', status: 'processing', progress: 0.7 }));
    expect(await screen.findByText('70 %')).toBeInTheDocument();
    state = [ready];
    act(() => takeMessage(client, { type: 'export.progress', topic: 'user:1', number: 1, export_id: 'e1', status: 'completed', progress: 1 }));
    expect(await screen.findByRole('link', { name: /Download the archive/ })).toHaveAttribute('href', ready.download_url);
    expect(screen.getByText('24 MB')).toBeInTheDocument();
    expect(screen.queryByRole('progressbar')).not.toBeInTheDocument();
  });

  it('that could not be made says so and can be tried again', async () => {
    const server = fakeServer({ ...world, 'GET /users/me/exports': list({ ...archive, status: 'failed' }), 'POST /users/me/export': problem(503, 'unavailable') });
    renderRoutes(routes, '/settings/data');
    expect(await screen.findByText(/could not be made. Nothing of yours is lost/)).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(server.count('POST /users/me/export')).toBe(1));
    await waitFor(() => expect(useToasts.getState().toasts.at(-1)?.tone).toBe('danger'));
  });

  it('that is no longer kept cannot be fetched', async () => {
    fakeServer({ ...world, 'GET /users/me/exports': list({ ...archive, status: 'expired' }) });
    renderRoutes(routes, '/settings/data');
    expect(await screen.findByText('No longer kept')).toBeInTheDocument();
    expect(screen.queryByRole('link')).not.toBeInTheDocument();
  });
});

describe('the end of an account', () => {
  const wants = (field: string) => problem(422, 'validation', { errors: [{ field, code: 'required', message: 'needed' }] });
  const open = async () => userEvent.click(await screen.findByRole('button', { name: 'Delete the account' }));

  it('says what goes and what stays, asks for the password, and leaves a guest behind', async () => {
    const server = fakeServer({
      ...world,
      'DELETE /users/me': (_call, count) => (count === 1 ? problem(403, 'password_wrong') : { body: { deletion_at: '2026-02-01T00:00:00Z' } }),
    });
    renderRoutes(routes, '/settings/data');
    expect(await screen.findByText('Counts of plays, without your name')).toBeInTheDocument();
    await open();
    await userEvent.type(await screen.findByLabelText('Current password'), 'wrong{Enter}');
    expect(await screen.findByText(/This is not your password/)).toBeInTheDocument();
    await userEvent.type(screen.getByLabelText('Current password'), '{Enter}');
    await waitFor(() => expect(hasSessionHint()).toBe(false));
    expect(server.calls.findLast((c) => c.method === 'DELETE')?.body).toEqual({ password: 'wrong' });
    expect(takeNotice()).toMatch(/hidden and will be deleted on/);
  });

  it('takes the typed name where there is no password', async () => {
    const server = fakeServer({
      ...world,
      'GET /auth/oauth/connections': list({ id: 'c1', provider: 'google' }),
      'DELETE /users/me': { body: { deletion_at: '2026-02-01T00:00:00Z' } },
    });
    renderRoutes(routes, '/settings/data');
    await open();
    const field = await screen.findByLabelText('Type “ada” to confirm');
    await userEvent.type(field, 'somebody');
    expect(screen.getAllByRole('button', { name: 'Delete the account' }).at(-1)).toBeDisabled();
    await userEvent.clear(field);
    await userEvent.type(field, 'Ada{Enter}');
    await waitFor(() => expect(hasSessionHint()).toBe(false));
    expect(server.calls.find((c) => c.method === 'DELETE')?.body).toEqual({ username: 'ada' });
  });

  it.each([
    ['password', 'c1', 'Current password'],
    ['username', null, 'Type “ada” to confirm'],
  ])('asks for the %s when the server wants that instead', async (field, connected, label) => {
    fakeServer({ ...world, 'GET /auth/oauth/connections': connected ? list({ id: connected, provider: 'google' }) : list(), 'DELETE /users/me': wants(field) });
    renderRoutes(routes, '/settings/data');
    await open();
    await userEvent.type(await screen.findByLabelText(connected ? 'Type “ada” to confirm' : 'Current password'), 'ada{Enter}');
    expect(await screen.findByLabelText(label)).toBeInTheDocument();
  });

  it('can be taken back', async () => {
    fakeServer({
      ...world,
      'GET /auth/me': { body: { ...ada, deletion_at: '2026-02-01T00:00:00Z' } },
      'POST /users/me/restore': { body: { ...ada, deletion_at: null } },
    });
    renderRoutes(routes, '/settings/data');
    await userEvent.click(await screen.findByRole('button', { name: 'Keep it: ada' }));
    expect(await screen.findByRole('button', { name: 'Delete the account' })).toBeInTheDocument();
  });
});
