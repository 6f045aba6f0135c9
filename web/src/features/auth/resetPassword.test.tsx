import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { forgetCsrf } from '@/lib/api/csrf';
import { hasSessionHint, setSessionHint } from '@/lib/session/hint';
import { ada } from '@/testing/fixtures';
import { renderRoutes } from '@/testing/render';
import { fakeServer, problem } from '@/testing/server';
import { Component as ForgotPasswordPage } from './ForgotPasswordPage';
import { Component as LoginPage } from './LoginPage';
import { Component as ResetPasswordPage } from './ResetPasswordPage';

const routes = [
  { path: '/login', element: <LoginPage /> },
  { path: '/forgot-password', element: <ForgotPasswordPage /> },
  { path: '/reset-password', element: <ResetPasswordPage /> },
];
const csrf = { 'GET /csrf-token': { body: { csrf_token: 't' } } };

beforeEach(() => {
  forgetCsrf();
  setSessionHint(false);
});

describe('a forgotten password', () => {
  it('is one link away from signing in, and the address comes along', async () => {
    const server = fakeServer({ ...csrf, 'POST /auth/password/reset-request': { status: 202, body: { message: 'ok' } } });
    renderRoutes(routes, '/login');
    await userEvent.type(await screen.findByLabelText('E-mail'), 'ada@example.org');
    await userEvent.click(screen.getByRole('link', { name: 'Forgot your password?' }));
    expect(await screen.findByRole('heading', { name: 'Forgot your password?' })).toBeInTheDocument();
    expect(screen.getByLabelText('E-mail')).toHaveValue('ada@example.org');
    await userEvent.click(screen.getByRole('button', { name: 'Send the link' }));
    expect(await screen.findByText(/If ada@example\.org has an account/)).toBeInTheDocument();
    expect(server.calls.at(-1)?.body).toEqual({ email: 'ada@example.org' });
  });

  it('asks nothing for what is no address', async () => {
    const server = fakeServer(csrf);
    renderRoutes(routes, '/forgot-password');
    await userEvent.type(await screen.findByLabelText('E-mail'), 'ada{Enter}');
    expect(await screen.findByText('This is not an e-mail address.')).toBeInTheDocument();
    expect(server.calls).toEqual([]);
  });

  it('says how long to wait when it was asked for too often', async () => {
    fakeServer({ ...csrf, 'POST /auth/password/reset-request': { ...problem(429, 'too_many_requests'), headers: { 'Retry-After': '20' } } });
    renderRoutes(routes, '/forgot-password');
    await userEvent.type(await screen.findByLabelText('E-mail'), 'ada@example.org{Enter}');
    expect(await screen.findByRole('alert')).toHaveTextContent('Try again in 20 seconds.');
    expect(screen.queryByText(/a link is on its way/)).not.toBeInTheDocument();
  });
});

describe('the link of the mail', () => {
  it('sets the new password and leads to signing in', async () => {
    const server = fakeServer({ ...csrf, 'POST /auth/password/reset': { body: { api_keys_left: 2 } } });
    renderRoutes(routes, '/reset-password?token=abc');
    await userEvent.type(await screen.findByLabelText('New password'), 'correct horse battery{Enter}');
    expect(await screen.findByRole('heading', { name: 'Your new password is set' })).toBeInTheDocument();
    expect(screen.getByText(/2 API keys still work/)).toBeInTheDocument();
    expect(server.calls.find((c) => c.path === '/auth/password/reset')?.body).toEqual({ token: 'abc', password: 'correct horse battery', revoke_api_keys: false });
    const on = screen.getByRole('link', { name: 'Sign in' });
    expect(on).toHaveFocus();
    await userEvent.click(on);
    expect(await screen.findByRole('heading', { name: 'Welcome back' })).toBeInTheDocument();
  });

  it('notices that the session open here has ended with the old password', async () => {
    setSessionHint(true);
    let open = true;
    fakeServer({
      ...csrf,
      'GET /auth/me': () => (open ? { body: ada } : problem(401, 'unauthenticated')),
      'POST /auth/refresh': problem(401, 'unauthenticated'),
      'POST /auth/password/reset': () => {
        open = false;
        return { body: { api_keys_left: 0 } };
      },
    });
    const { client } = renderRoutes(routes, '/reset-password?token=abc');
    client.setQueryData(['me'], ada);
    await userEvent.type(await screen.findByLabelText('New password'), 'correct horse battery{Enter}');
    await userEvent.click(await screen.findByRole('link', { name: 'Sign in' }));
    expect(await screen.findByRole('heading', { name: 'Welcome back' })).toBeInTheDocument();
    expect(hasSessionHint()).toBe(false);
  });

  it.each([
    ['spent', problem(410, 'token_invalid')],
    ['cut short', problem(422, 'validation', { errors: [{ field: 'token', code: 'too_short', message: 'At least 43' }] })],
  ])('says what to do when it is %s', async (_why, reply) => {
    fakeServer({ ...csrf, 'POST /auth/password/reset': reply });
    renderRoutes(routes, '/reset-password?token=old');
    await userEvent.type(await screen.findByLabelText('New password'), 'correct horse battery{Enter}');
    expect(await screen.findByRole('heading', { name: 'This link no longer works' })).toBeInTheDocument();
    await userEvent.click(screen.getByRole('link', { name: 'Ask for a new link' }));
    expect(await screen.findByRole('heading', { name: 'Forgot your password?' })).toBeInTheDocument();
  });

  it('says so at once when there is no token in it', async () => {
    fakeServer(csrf);
    renderRoutes(routes, '/reset-password');
    expect(await screen.findByRole('heading', { name: 'This link no longer works' })).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'Ask for a new link' })).toHaveAttribute('href', '/forgot-password');
  });

  it('checks the password before the server does', async () => {
    const server = fakeServer(csrf);
    renderRoutes(routes, '/reset-password?token=abc');
    await userEvent.type(await screen.findByLabelText('New password'), 'short{Enter}');
    expect(await screen.findByText('At least 8 characters.')).toBeInTheDocument();
    expect(server.calls).toEqual([]);
  });
});
