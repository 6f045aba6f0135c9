import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { forgetCsrf } from '@/lib/api/csrf';
import { hasSessionHint } from '@/lib/session/hint';
import { ada } from '@/testing/fixtures';
import { renderRoutes } from '@/testing/render';
import { fakeServer, problem } from '@/testing/server';
import { Component as LoginPage } from './LoginPage';

const routes = [
  { path: '/login', element: <LoginPage /> },
  { path: '/library', element: <p>the library</p> },
];
const session = { access_token: 'a', token_type: 'Bearer', expires_in: 900, user: ada };
const challenge = { mfa_required: true, mfa_token: 'm1', expires_in: 300, methods: ['totp', 'recovery_code'] };
const world = { 'GET /csrf-token': { body: { csrf_token: 't' } }, 'POST /auth/login': { body: challenge } };

const passPassword = async () => {
  await userEvent.type(await screen.findByLabelText('E-mail'), 'ada@example.org');
  await userEvent.type(screen.getByLabelText('Password'), 'correct horse{Enter}');
  return screen.findByLabelText('Code from your app');
};

beforeEach(forgetCsrf);

describe('the second step of signing in', () => {
  it('asks for the code, sends it with its last digit and goes where one wanted to go', async () => {
    const server = fakeServer({ ...world, 'POST /auth/login/2fa': { body: session } });
    const { router } = renderRoutes(routes, '/login?next=%2Flibrary');
    const code = await passPassword();
    expect(screen.getByRole('heading', { name: 'One more step' })).toBeInTheDocument();
    expect(code).toHaveFocus();
    expect(code).toHaveAttribute('autocomplete', 'one-time-code');
    expect(hasSessionHint()).toBe(false);
    expect(router.state.location.search).toBe('?next=%2Flibrary');

    await userEvent.type(code, '123 456');
    expect(await screen.findByText('the library')).toBeInTheDocument();
    expect(server.calls.find((c) => c.path === '/auth/login/2fa')?.body).toEqual({ mfa_token: 'm1', code: '123456' });
    expect(hasSessionHint()).toBe(true);
  });

  it('takes a recovery code as it is written on paper', async () => {
    const server = fakeServer({ ...world, 'POST /auth/login/2fa': { body: session } });
    renderRoutes(routes, '/login?next=%2Flibrary');
    await passPassword();
    await userEvent.click(screen.getByRole('button', { name: 'Use a recovery code instead' }));
    const field = screen.getByLabelText('Recovery code');
    expect(field).toHaveFocus();
    expect(field).not.toHaveAttribute('autocomplete', 'one-time-code');
    await userEvent.type(field, 'ABCD-EFGH-JKLM-NPQR');
    expect(await screen.findByText('the library')).toBeInTheDocument();
    expect(server.calls.find((c) => c.path === '/auth/login/2fa')?.body).toEqual({ mfa_token: 'm1', code: 'ABCDEFGHJKLMNPQR' });
  });

  it('offers only what the account has', async () => {
    fakeServer({ ...world, 'POST /auth/login': { body: { ...challenge, methods: ['totp'] } } });
    renderRoutes(routes, '/login');
    await passPassword();
    expect(screen.queryByRole('button', { name: 'Use a recovery code instead' })).not.toBeInTheDocument();
  });

  it('spends no try on what cannot be a code', async () => {
    const server = fakeServer(world);
    renderRoutes(routes, '/login');
    await userEvent.type(await passPassword(), '12345{Enter}');
    expect(await screen.findByText('A code has six digits.')).toBeInTheDocument();
    expect(server.count('POST /auth/login/2fa')).toBe(0);
  });

  it('says that a code is wrong, does not send it again and lets one type the next', async () => {
    const server = fakeServer({
      ...world,
      'POST /auth/login/2fa': (_call, count) => (count === 1 ? problem(401, 'mfa_code_invalid') : { body: session }),
    });
    renderRoutes(routes, '/login?next=%2Flibrary');
    const code = await passPassword();
    await userEvent.type(code, '111111');
    expect(await screen.findByText(/This code does not fit/)).toBeInTheDocument();
    await waitFor(() => expect(code).toHaveFocus());
    await userEvent.keyboard('{Enter}');
    expect(await screen.findByText(/This code does not fit/)).toBeInTheDocument();
    expect(server.count('POST /auth/login/2fa')).toBe(1);
    expect(code).toHaveAccessibleDescription(/wait for the next one/);
    await userEvent.clear(code);
    await userEvent.type(code, '222222');
    expect(await screen.findByText('the library')).toBeInTheDocument();
  });

  it('begins again at the password when the server has had enough', async () => {
    fakeServer({ ...world, 'POST /auth/login/2fa': problem(401, 'mfa_token_invalid') });
    const { router } = renderRoutes(routes, '/login?next=%2Flibrary');
    await userEvent.type(await passPassword(), '123456');
    expect(await screen.findByRole('alert')).toHaveTextContent('Begin again with your password.');
    expect(screen.getByLabelText('E-mail')).toHaveValue('ada@example.org');
    expect(screen.getByLabelText('Password')).toHaveValue('');
    expect(screen.getByLabelText('Password')).toHaveFocus();
    await waitFor(() => expect(router.state.location.state).toBeNull());
    expect(router.state.location.search).toBe('?next=%2Flibrary');
  });

  it("takes the browser's back button to the password, not out of the page", async () => {
    fakeServer(world);
    const { router } = renderRoutes(routes, '/login');
    await passPassword();
    await act(() => router.navigate(-1));
    expect(await screen.findByRole('heading', { name: 'Welcome back' })).toBeInTheDocument();
    expect(screen.getByLabelText('Password')).toHaveFocus();
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
  });
});

describe('a locked address', () => {
  it('is told how long to wait, in minutes, and where else to go', async () => {
    fakeServer({ ...world, 'POST /auth/login': { ...problem(429, 'account_locked'), headers: { 'Retry-After': '841' } } });
    renderRoutes(routes, '/login');
    await userEvent.type(await screen.findByLabelText('E-mail'), 'ada@example.org');
    await userEvent.type(screen.getByLabelText('Password'), 'wrong{Enter}');
    expect(await screen.findByRole('alert')).toHaveTextContent('Wait 15 minutes, or set a new password.');
    expect(screen.getByRole('link', { name: 'Forgot your password?' })).toHaveAttribute('href', '/forgot-password');
  });
});
