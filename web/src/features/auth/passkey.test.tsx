import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
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
const options = { challenge: 'AAAA', rpId: 'localhost', timeout: 60_000, userVerification: 'required' };
const credential = { id: 'AAAA', type: 'public-key', response: { clientDataJSON: 'e30', authenticatorData: 'AAAA', signature: 'AAAA' } };
const session = { access_token: 'a', token_type: 'Bearer', expires_in: 900, user: ada };
const world = { 'GET /csrf-token': { body: { csrf_token: 't' } }, 'POST /auth/passkeys/login/begin': { body: options } };

/** A browser whose person does as `answer` says. */
function device(answer: () => Promise<unknown>) {
  const ask = vi.fn(answer);
  vi.stubGlobal('PublicKeyCredential', { parseRequestOptionsFromJSON: (given: object) => ({ ...given, parsed: true }) });
  Object.defineProperty(navigator, 'credentials', { value: { get: ask }, configurable: true });
  return ask;
}

const choose = async () => userEvent.click(await screen.findByRole('button', { name: 'Sign in with a passkey' }));

beforeEach(forgetCsrf);
afterEach(() => {
  vi.unstubAllGlobals();
  Reflect.deleteProperty(navigator, 'credentials');
});

describe('signing in with a passkey', () => {
  it('hands what the device gave to the server, and goes on', async () => {
    const server = fakeServer({ ...world, 'POST /auth/passkeys/login/finish': { body: session } });
    const ask = device(() => Promise.resolve({ toJSON: () => credential }));
    renderRoutes(routes, '/login?next=%2Flibrary');
    await choose();
    expect(await screen.findByText('the library')).toBeInTheDocument();
    expect(ask).toHaveBeenCalledWith({ publicKey: { ...options, parsed: true } });
    expect(server.calls.find((call) => call.path === '/auth/passkeys/login/finish')?.body).toEqual({ credential });
    expect(hasSessionHint()).toBe(true);
  });

  it('stays calm when one changes one’s mind', async () => {
    const server = fakeServer(world);
    device(() => Promise.reject(new DOMException('no', 'NotAllowedError')));
    renderRoutes(routes, '/login');
    await choose();
    expect(await screen.findByText(/No passkey was used/)).toBeInTheDocument();
    expect(screen.queryByRole('alert')).not.toBeInTheDocument();
    expect(server.count('POST /auth/passkeys/login/finish')).toBe(0);
  });

  it('says so when the server refuses it', async () => {
    fakeServer({ ...world, 'POST /auth/passkeys/login/finish': problem(401, 'passkey_refused') });
    device(() => Promise.resolve({ toJSON: () => credential }));
    renderRoutes(routes, '/login');
    await choose();
    expect(await screen.findByRole('alert')).toHaveTextContent('This passkey was not accepted.');
    expect(hasSessionHint()).toBe(false);
  });

  it('is not offered where the browser knows none', async () => {
    fakeServer(world);
    renderRoutes(routes, '/login');
    expect(await screen.findByRole('button', { name: 'Sign in' })).toBeInTheDocument();
    expect(screen.queryByRole('button', { name: 'Sign in with a passkey' })).not.toBeInTheDocument();
  });
});
