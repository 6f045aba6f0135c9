import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { forgetCsrf } from '@/lib/api/csrf';
import { setSessionHint } from '@/lib/session/hint';
import { useToasts } from '@/lib/toast/store';
import { ada } from '@/testing/fixtures';
import { renderRoutes } from '@/testing/render';
import { fakeServer, problem } from '@/testing/server';
import { withOrphans } from './Connections';
import { Component as SecurityPage } from './SecurityPage';
import { inFours } from './TwoFactorSetup';

const routes = [{ path: '/settings/security', element: <SecurityPage /> }];
const list = (...items: unknown[]) => ({ body: { items, page: 1, limit: 20, total: items.length } });
const factor = (enabled: boolean, left = 0) => ({ body: { enabled, enabled_at: enabled ? '2026-01-01T00:00:00Z' : null, recovery_codes_left: left } });
const phone = { id: 'p1', name: 'Phone', created_at: '2026-01-01T00:00:00Z', last_used_at: null };
const connection = { id: 'c1', provider: 'google', name: null, email: 'ada@example.com', created_at: '2026-01-01T00:00:00Z', last_used_at: null };
const world = {
  'GET /csrf-token': { body: { csrf_token: 't' } },
  'GET /auth/me': { body: ada },
  'GET /auth/2fa/status': factor(false),
  'GET /auth/passkeys': list(phone),
  'GET /auth/oauth/providers': list({ id: 'google', name: 'Google' }, { id: 'github', name: 'GitHub' }),
  'GET /auth/oauth/connections': list(connection),
  'GET /auth/login-history': list(),
};
const dialog = async () => within(await screen.findByRole('dialog'));

beforeEach(() => {
  forgetCsrf();
  setSessionHint(true);
  useToasts.setState({ toasts: [] });
});

describe('the second factor', () => {
  const secret = { secret: 'ABCDEFGHIJ', otpauth_url: 'otpauth://totp/Veza:ada?secret=ABCDEFGHIJ', qr_svg: '<svg xmlns="http://www.w3.org/2000/svg"/>' };
  const codes = Array.from({ length: 10 }, (_, i) => `ABCD-EFGH-JKLM-NPQ${i}`);

  it('is set up in three steps, of which the last cannot be left by a slip', async () => {
    const server = fakeServer({
      ...world,
      'POST /auth/2fa/setup': (_call, count) => (count === 1 ? problem(403, 'password_wrong') : { body: secret }),
      'POST /auth/2fa/verify': (_call, count) =>
        count === 1 ? problem(422, 'validation', { errors: [{ field: 'code', code: 'value', message: 'no' }] }) : { body: { enabled: true, recovery_codes: codes } },
    });
    renderRoutes(routes, '/settings/security');
    await userEvent.click(await screen.findByRole('button', { name: 'Set it up' }));
    const box = await dialog();
    await userEvent.type(box.getByLabelText('Current password'), 'wrong{Enter}');
    expect(await box.findByText(/This is not your password/)).toBeInTheDocument();
    await userEvent.type(box.getByLabelText('Current password'), 'x{Enter}');
    expect(await box.findByRole('img', { name: /QR code/ })).toHaveAttribute('src', expect.stringContaining('data:image/svg+xml,'));
    expect(box.getByText('ABCD EFGH IJ')).toBeInTheDocument();
    await userEvent.type(box.getByLabelText('Code from your app'), '111 111{Enter}');
    expect(await box.findByText(/This code does not fit/)).toBeInTheDocument();
    await userEvent.clear(box.getByLabelText('Code from your app'));
    await userEvent.type(box.getByLabelText('Code from your app'), '222222{Enter}');
    expect(await box.findAllByRole('listitem')).toHaveLength(10);
    expect(server.calls.filter((c) => c.path === '/auth/2fa/verify').map((c) => c.body)).toEqual([{ code: '111111' }, { code: '222222' }]);
    await userEvent.keyboard('{Escape}');
    expect(box.queryByRole('button', { name: 'Close' })).not.toBeInTheDocument();
    await userEvent.click(box.getByRole('button', { name: 'I have kept them' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
  });

  it('warns when the recovery codes run low, and is switched off with a password and a code', async () => {
    const server = fakeServer({ ...world, 'GET /auth/2fa/status': factor(true, 2), 'POST /auth/2fa/disable': { status: 204 } });
    renderRoutes(routes, '/settings/security');
    expect(await screen.findByText('2 recovery codes left.')).toBeInTheDocument();
    expect(screen.getByText(/For ten new ones/)).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Switch it off' }));
    const box = await dialog();
    await userEvent.type(box.getByLabelText('Code from your app, or a recovery code'), 'ABCD-EFGH-JKLM-NPQR');
    await userEvent.type(box.getByLabelText('Current password'), 'correct horse{Enter}');
    expect(await screen.findByRole('button', { name: 'Set it up' })).toBeInTheDocument();
    expect(server.calls.find((c) => c.path === '/auth/2fa/disable')?.body).toEqual({ password: 'correct horse', code: 'ABCDEFGHJKLMNPQR' });
  });

  it('shows its secret in groups', () => expect(inFours('ABCDEFGHIJ')).toBe('ABCD EFGH IJ'));
});

describe('passkeys', () => {
  const options = { challenge: 'AAAA', user: { id: 'AAAA' } };

  function device(answer: () => Promise<unknown>) {
    const ask = vi.fn(answer);
    vi.stubGlobal('PublicKeyCredential', { parseRequestOptionsFromJSON: (o: object) => o, parseCreationOptionsFromJSON: (o: object) => o });
    Object.defineProperty(navigator, 'credentials', { value: { create: ask }, configurable: true });
    return ask;
  }
  afterEach(() => {
    vi.unstubAllGlobals();
    Reflect.deleteProperty(navigator, 'credentials');
  });

  async function add() {
    await userEvent.click(await screen.findByRole('button', { name: 'Add a passkey' }));
    const box = await dialog();
    await userEvent.clear(box.getByLabelText('Name of the passkey'));
    await userEvent.type(box.getByLabelText('Name of the passkey'), 'My key');
    await userEvent.type(box.getByLabelText('Current password'), 'correct horse{Enter}');
    return box;
  }

  it('are made by the device and kept by the server under a name', async () => {
    const server = fakeServer({
      ...world,
      'POST /auth/passkeys/register/begin': { body: options },
      'POST /auth/passkeys/register/finish': { status: 201, body: { ...phone, id: 'p2', name: 'My key' } },
    });
    device(() => Promise.resolve({ toJSON: () => ({ id: 'made' }) }));
    renderRoutes(routes, '/settings/security');
    await add();
    await waitFor(() => expect(screen.queryByRole('dialog')).not.toBeInTheDocument());
    expect(server.calls.find((c) => c.path.endsWith('/begin'))?.body).toEqual({ password: 'correct horse' });
    expect(server.calls.find((c) => c.path.endsWith('/finish'))?.body).toEqual({ credential: { id: 'made' }, name: 'My key' });
    expect(server.count('GET /auth/passkeys')).toBe(2);
  });

  it.each([
    ['NotAllowedError', /No passkey was made/],
    ['InvalidStateError', /has a passkey for your account already/],
  ])('are not made after %s', async (name, message) => {
    const server = fakeServer({ ...world, 'POST /auth/passkeys/register/begin': { body: options } });
    device(() => Promise.reject(new DOMException('no', name)));
    renderRoutes(routes, '/settings/security');
    expect(await (await add()).findByText(message)).toBeInTheDocument();
    expect(server.count('POST /auth/passkeys/register/finish')).toBe(0);
  });

  it('change their name in place, and change it back when the server refuses', async () => {
    let answer: () => void = () => undefined;
    fakeServer({ ...world, 'PUT /auth/passkeys/p1': () => new Promise((resolve) => (answer = () => resolve(problem(503, 'unavailable')))) });
    renderRoutes(routes, '/settings/security');
    await userEvent.click(await screen.findByRole('button', { name: 'Rename Phone' }));
    const field = screen.getByRole('textbox', { name: 'Name of the passkey' });
    await userEvent.clear(field);
    await userEvent.type(field, 'Old phone{Enter}');
    expect(await screen.findByText('Old phone')).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Rename Old phone' })).toHaveFocus();
    answer();
    expect(await screen.findByText('Phone')).toBeInTheDocument();
  });

  it('keep their name on Escape', async () => {
    const server = fakeServer(world);
    renderRoutes(routes, '/settings/security');
    await userEvent.click(await screen.findByRole('button', { name: 'Rename Phone' }));
    await userEvent.type(screen.getByRole('textbox', { name: 'Name of the passkey' }), 'X{Escape}');
    expect(await screen.findByText('Phone')).toBeInTheDocument();
    expect(server.count('PUT /auth/passkeys/p1')).toBe(0);
  });

  it('are deleted after a question', async () => {
    const server = fakeServer({ ...world, 'DELETE /auth/passkeys/p1': { status: 204 } });
    renderRoutes(routes, '/settings/security');
    await userEvent.click(await screen.findByRole('button', { name: 'Delete Phone' }));
    expect(server.count('DELETE /auth/passkeys/p1')).toBe(0);
    await userEvent.click(await screen.findByRole('button', { name: 'Delete it' }));
    await waitFor(() => expect(server.count('DELETE /auth/passkeys/p1')).toBe(1));
  });
});

it('tells how somebody came, and by which provider', async () => {
  const attempt = (id: string, method: string, outcome: string) => ({ id, created_at: '2026-01-01T00:00:00Z', method, outcome, device: 'Firefox', ip: null, country: 'FR' });
  fakeServer({ ...world, 'GET /auth/login-history': list(attempt('h1', 'oauth:google', 'succeeded'), attempt('h2', 'oauth:gone', 'failed'), attempt('h3', 'passkey', 'succeeded')) });
  renderRoutes(routes, '/settings/security');
  expect(await screen.findByText('with Google')).toBeInTheDocument();
  expect(screen.getByText('with gone')).toBeInTheDocument();
  expect(screen.getByText('by passkey')).toBeInTheDocument();
  expect(screen.getAllByText('France')).toHaveLength(3);
});

describe('accounts elsewhere', () => {
  it('are connected by a page of the provider', async () => {
    fakeServer(world);
    renderRoutes(routes, '/settings/security');
    expect(await screen.findByRole('link', { name: 'Connect GitHub' })).toHaveAttribute(
      'href',
      '/api/v1/auth/oauth/github?redirect=%2Fsettings%2Fsecurity&link=true',
    );
  });

  it('say why one was not connected, or cannot go', async () => {
    fakeServer({ ...world, 'DELETE /auth/oauth/connections/c1': problem(409, 'conflict') });
    renderRoutes(routes, '/settings/security?oauth_error=oauth_failed');
    expect(await screen.findByText(/The provider's answer could not be used/)).toBeInTheDocument();
    await userEvent.click(await screen.findByRole('button', { name: 'Disconnect Google' }));
    await userEvent.click((await dialog()).getByRole('button', { name: 'Disconnect' }));
    await waitFor(() => expect(useToasts.getState().toasts.at(-1)?.tone).toBe('danger'));
  });

  it('are not spoken of where there are none', async () => {
    fakeServer({ ...world, 'GET /auth/oauth/providers': list(), 'GET /auth/oauth/connections': list() });
    renderRoutes(routes, '/settings/security');
    await screen.findByText('Nothing yet.');
    await waitFor(() => expect(screen.queryByRole('heading', { name: 'Connected accounts' })).not.toBeInTheDocument());
  });

  it('stay in sight when their provider is switched off', () =>
    expect(withOrphans([{ id: 'github', name: 'GitHub' }], [connection])).toEqual([{ id: 'github', name: 'GitHub' }, { id: 'google', name: 'google' }]));
});
