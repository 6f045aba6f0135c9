import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it } from 'vitest';
import { forgetCsrf } from '@/lib/api/csrf';
import { rememberNext } from '@/lib/session/detour';
import { hasSessionHint, setSessionHint } from '@/lib/session/hint';
import { ada } from '@/testing/fixtures';
import { renderRoutes } from '@/testing/render';
import { fakeServer, problem } from '@/testing/server';
import { Component as LoginPage } from './LoginPage';

const routes = [
  { path: '/login', element: <LoginPage /> },
  { path: '/dashboard', element: <p>home</p> },
  { path: '/library', element: <p>the library</p> },
];
const session = { access_token: 'a', token_type: 'Bearer', expires_in: 900, user: ada };
const token = 'm'.repeat(43);
const world = {
  'GET /csrf-token': { body: { csrf_token: 't' } },
  'GET /auth/oauth/providers': { body: { items: [{ id: 'google', name: 'Google' }], page: 1, limit: 20, total: 1 } },
};

beforeEach(() => {
  forgetCsrf();
  setSessionHint(false);
  sessionStorage.clear();
});

it('offers the providers that are on, and keeps where one wanted to go', async () => {
  fakeServer(world);
  renderRoutes(routes, '/login?next=%2Flibrary');
  const link = await screen.findByRole('link', { name: 'Go on with Google' });
  expect(link).toHaveAttribute('href', '/api/v1/auth/oauth/google?redirect=%2Flogin%3Foauth%3Ddone');
  link.addEventListener('click', (event) => event.preventDefault());
  await userEvent.click(link);
  expect(sessionStorage.getItem('veza.next')).toBe('/library');
});

it('takes the session that a provider’s page left, and goes on', async () => {
  rememberNext('/library');
  fakeServer({ ...world, 'POST /auth/refresh': { body: session } });
  renderRoutes(routes, '/login?oauth=done');
  expect(await screen.findByText('the library')).toBeInTheDocument();
  expect(hasSessionHint()).toBe(true);
});

it('says so when there is no session after all', async () => {
  fakeServer({ ...world, 'POST /auth/refresh': problem(401, 'unauthenticated') });
  renderRoutes(routes, '/login?oauth=done');
  expect(await screen.findByRole('alert')).toHaveTextContent('The provider\'s answer could not be used.');
  expect(hasSessionHint()).toBe(false);
});

it('asks for the second step with the token of the address, which leaves the address', async () => {
  rememberNext('/library');
  const server = fakeServer({ ...world, 'POST /auth/login/2fa': { body: session } });
  const { router } = renderRoutes(routes, `/login?mfa=1#mfa_token=${token}`);
  const code = await screen.findByLabelText('Code from your app');
  await waitFor(() => expect(router.state.location.hash).toBe(''));
  await userEvent.type(code, '123456{Enter}');
  expect(await screen.findByText('the library')).toBeInTheDocument();
  expect(server.calls.find((c) => c.path === '/auth/login/2fa')?.body).toEqual({ mfa_token: token, code: '123456' });
});

it('goes back to the form, not to the provider', async () => {
  fakeServer(world);
  const { router } = renderRoutes(routes, `/login?mfa=1#mfa_token=${token}`);
  await userEvent.click(await screen.findByRole('button', { name: 'Back to the password' }));
  expect(await screen.findByLabelText('Password')).toBeInTheDocument();
  expect(router.state.location.search).toBe('');
});

it.each([
  ['oauth_failed', /The provider's answer could not be used/],
  ['forbidden', /You may not do this/],
  ['<b>x</b>', /The provider's answer could not be used/],
])('tells why it did not work: %s', async (code, words) => {
  fakeServer(world);
  renderRoutes(routes, `/login?oauth_error=${encodeURIComponent(code)}`);
  expect(await screen.findByRole('alert')).toHaveTextContent(words);
});
