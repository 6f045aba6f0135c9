import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { forgetCsrf } from '@/lib/api/csrf';
import { hasSessionHint } from '@/lib/session/hint';
import { ada } from '@/testing/fixtures';
import { renderRoutes } from '@/testing/render';
import { fakeServer, problem } from '@/testing/server';
import { Component as LoginPage } from './LoginPage';
import { Component as RegisterPage } from './RegisterPage';
import { Component as VerifyEmailPage } from './VerifyEmailPage';

const routes = [
  { path: '/login', element: <LoginPage /> },
  { path: '/register', element: <RegisterPage /> },
  { path: '/verify-email', element: <VerifyEmailPage /> },
  { path: '/library', element: <p>the library</p> },
  { path: '/dashboard', element: <p>the dashboard</p> },
];
const csrf = { 'GET /csrf-token': { body: { csrf_token: 't' } } };
const session = { access_token: 'a', token_type: 'Bearer', expires_in: 900, user: ada };

beforeEach(forgetCsrf);

describe('signing in', () => {
  it('goes back to where one came from', async () => {
    const server = fakeServer({ ...csrf, 'POST /auth/login': { body: session } });
    renderRoutes(routes, '/login?next=%2Flibrary');
    await userEvent.type(await screen.findByLabelText('E-mail'), 'ada@example.org');
    await userEvent.type(screen.getByLabelText('Password'), 'correct horse');
    await userEvent.click(screen.getByRole('button', { name: 'Sign in' }));
    expect(await screen.findByText('the library')).toBeInTheDocument();
    expect(server.calls.find((c) => c.path === '/auth/login')?.body).toEqual({ email: 'ada@example.org', password: 'correct horse' });
    expect(hasSessionHint()).toBe(true);
  });

  it('says so when the password is wrong, and stays', async () => {
    fakeServer({ ...csrf, 'POST /auth/login': problem(401, 'invalid_credentials') });
    renderRoutes(routes, '/login');
    await userEvent.type(await screen.findByLabelText('E-mail'), 'ada@example.org');
    await userEvent.type(screen.getByLabelText('Password'), 'wrong');
    await userEvent.click(screen.getByRole('button', { name: 'Sign in' }));
    expect(await screen.findByRole('alert')).toHaveTextContent('E-mail and password do not match');
    expect(screen.getByLabelText('Password')).toHaveFocus();
    expect(hasSessionHint()).toBe(false);
  });

  it('asks the server nothing while the form is not filled in', async () => {
    const server = fakeServer(csrf);
    renderRoutes(routes, '/login');
    await userEvent.click(await screen.findByRole('button', { name: 'Sign in' }));
    expect(await screen.findAllByText('This is needed.')).toHaveLength(2);
    expect(server.calls.filter(({ method }) => method !== 'GET')).toEqual([]);
  });
});

describe('registering', () => {
  const check = { 'GET /auth/check-username': { body: { username: 'ada', available: true, reason: null } } };

  it('checks the form before the server does', async () => {
    const server = fakeServer({ ...csrf, ...check });
    renderRoutes(routes, '/register');
    await userEvent.type(await screen.findByLabelText('Name on Veza'), 'a!');
    await userEvent.type(screen.getByLabelText('E-mail'), 'nobody');
    await userEvent.type(screen.getByLabelText('Password'), 'short');
    await userEvent.click(screen.getByRole('button', { name: 'Make my account' }));
    expect(await screen.findByText('At least 3 characters.')).toBeInTheDocument();
    expect(screen.getByText('This is not an e-mail address.')).toBeInTheDocument();
    expect(screen.getByText('At least 8 characters.')).toBeInTheDocument();
    expect(screen.getByLabelText('Name on Veza')).toHaveAccessibleDescription(/At least 3 characters/);
    expect(server.count('POST /auth/register')).toBe(0);
  });

  it('counts a password in bytes, as the server does', async () => {
    fakeServer({ ...csrf, ...check });
    renderRoutes(routes, '/register');
    await userEvent.type(await screen.findByLabelText('Password'), 'é'.repeat(37));
    await userEvent.tab();
    expect(await screen.findByText('At most 72 characters.')).toBeInTheDocument();
  });

  it('warns of a taken name while one types', async () => {
    fakeServer({ ...csrf, 'GET /auth/check-username': { body: { username: 'nika', available: false, reason: 'taken' } } });
    renderRoutes(routes, '/register');
    await userEvent.type(await screen.findByLabelText('Name on Veza'), 'nika');
    expect(await screen.findByText('This name is taken.')).toBeInTheDocument();
  });

  it('puts what the server refused onto its field', async () => {
    fakeServer({ ...csrf, ...check, 'POST /auth/register': problem(409, 'email_taken') });
    renderRoutes(routes, '/register');
    await userEvent.type(await screen.findByLabelText('Name on Veza'), 'ada');
    await userEvent.type(screen.getByLabelText('E-mail'), 'ada@example.org');
    await userEvent.type(screen.getByLabelText('Password'), 'correct horse');
    await userEvent.click(screen.getByRole('button', { name: 'Make my account' }));
    expect(await screen.findByText('There is already an account with this e-mail.')).toBeInTheDocument();
    await waitFor(() => expect(screen.getByLabelText('E-mail')).toHaveFocus());
  });

  it('ends at the inbox, signed in', async () => {
    fakeServer({ ...csrf, ...check, 'POST /auth/register': { status: 201, body: session } });
    renderRoutes(routes, '/register');
    await userEvent.type(await screen.findByLabelText('Name on Veza'), 'ada');
    await userEvent.type(screen.getByLabelText('E-mail'), 'ada@example.org');
    await userEvent.type(screen.getByLabelText('Password'), 'correct horse');
    await userEvent.click(screen.getByRole('button', { name: 'Make my account' }));
    expect(await screen.findByRole('heading', { name: 'Good to have you, ada' })).toBeInTheDocument();
  });
});

describe('verifying an address', () => {
  it('uses the token once, and says who was verified', async () => {
    const server = fakeServer({ ...csrf, 'POST /auth/verify-email': { body: { verified: true, username: 'ada' } } });
    renderRoutes(routes, '/verify-email?token=abc');
    expect(await screen.findByRole('heading', { name: 'Confirmed. Welcome, ada' })).toBeInTheDocument();
    expect(server.count('POST /auth/verify-email')).toBe(1);
    expect(server.calls.find((c) => c.method === 'POST')?.body).toEqual({ token: 'abc' });
  });

  it('offers a new link when the old one is spent', async () => {
    const server = fakeServer({ ...csrf, 'POST /auth/verify-email': problem(404, 'not_found'), 'POST /auth/resend-verification': { status: 202, body: { message: 'ok' } } });
    renderRoutes(routes, '/verify-email?token=old');
    expect(await screen.findByRole('heading', { name: 'This link no longer works' })).toBeInTheDocument();
    await userEvent.type(screen.getByLabelText('E-mail'), 'ada@example.org');
    await userEvent.click(screen.getByRole('button', { name: 'Send the link again' }));
    expect(await screen.findByText(/Sent\. If the address/)).toBeInTheDocument();
    expect(server.calls.at(-1)?.body).toEqual({ email: 'ada@example.org' });
  });
});
