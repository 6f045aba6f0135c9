import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { meQuery } from '@/lib/api/auth/me';
import { forgetCsrf } from '@/lib/api/csrf';
import { hasSessionHint, setSessionHint } from '@/lib/session/hint';
import { isLeaving } from '@/lib/session/leaving';
import { ada } from '@/testing/fixtures';
import { renderRoutes } from '@/testing/render';
import { fakeServer, problem } from '@/testing/server';
import { Component as AppearancePage } from './AppearancePage';
import { Component as DataPage } from './data/DataPage';
import { Component as LanguagePage } from './LanguagePage';
import { Component as NotificationSettingsPage } from './NotificationSettingsPage';
import { Component as PrivacyPage } from './PrivacyPage';
import { Component as ProfileSettingsPage } from './ProfileSettingsPage';
import { Component as SecurityPage } from './security/SecurityPage';
import { Component as SessionsPage } from './SessionsPage';
import { Component as SettingsLayout } from './SettingsLayout';

const routes = [
  { path: '/', element: <p>the front door</p> },
  {
    path: '/settings',
    element: <SettingsLayout />,
    children: [
      { path: 'profile', element: <ProfileSettingsPage /> },
      { path: 'security', element: <SecurityPage /> },
      { path: 'sessions', element: <SessionsPage /> },
      { path: 'privacy', element: <PrivacyPage /> },
      { path: 'notifications', element: <NotificationSettingsPage /> },
      { path: 'appearance', element: <AppearancePage /> },
      { path: 'language', element: <LanguagePage /> },
      { path: 'data', element: <DataPage /> },
    ],
  },
];

const list = (...items: unknown[]) => ({ body: { items, page: 1, limit: 20, total: items.length } });
const session = (id: string, device: string, is_current: boolean) => ({
  id,
  device,
  device_kind: 'desktop',
  ip_address: '192.0.2.7',
  user_agent: null,
  created_at: '2026-01-01T00:00:00Z',
  last_seen_at: '2026-01-02T00:00:00Z',
  expires_at: '2027-01-01T00:00:00Z',
  is_current,
});
const settings = { timezone: 'Asia/Calcutta', allow_search_indexing: true, show_activity: true, autoplay: true, listening_history: true, hold_first_comments: false, do_not_sell: false, email_marketing: true };
const preferences = {
  ...Object.fromEntries(['follow', 'like', 'comment', 'message', 'mention'].flatMap((e) => [[`notify_on_${e}`, true], [`email_on_${e}`, true]])),
  email_notifications: true,
  push_notifications: true,
  browser_notifications: true,
};
const world = {
  'GET /csrf-token': { body: { csrf_token: 't' } },
  'GET /auth/me': { body: ada },
  [`GET /users/${ada.id}/completion`]: { body: { percent: 25, done: ['email_verified', 'first_track'], missing: ['avatar', 'bio', 'banner'] } },
  'GET /users/settings': { body: settings },
  'GET /users/me/blocks': list({ ...ada, id: 'b1', username: 'mallory', display_name: 'mallory' }),
  'GET /notifications/preferences': { body: preferences },
  'GET /auth/2fa/status': { body: { enabled: false, enabled_at: null, recovery_codes_left: 0 } },
  'GET /auth/passkeys': list({ id: 'p1', name: 'Phone', created_at: '2026-01-01T00:00:00Z', last_used_at: null }),
  'GET /auth/oauth/providers': list({ id: 'google', name: 'Google' }),
  'GET /auth/oauth/connections': list(),
  'GET /auth/login-history': list({ id: 'h1', created_at: '2026-01-01T00:00:00Z', method: 'password', outcome: 'failed', device: 'Firefox on Linux', ip: '192.0.2.7', country: 'FR' }),
  'GET /users/me/exports': list(),
  'GET /developer/api-keys': list({ id: 'k1', name: 'Nightly uploads', prefix: 'vz_AAAAAAAA', scopes: ['tracks:read'], created_at: '2026-01-01T00:00:00Z', last_used_at: null, expires_at: null }),
  'GET /sessions': list(session('s1', 'Firefox on Linux', true), session('s2', 'Safari on iPhone', false)),
};

beforeEach(() => {
  forgetCsrf();
  setSessionHint(true);
});

it.each(['profile', 'security', 'sessions', 'privacy', 'notifications', 'appearance', 'data'])('the %s page passes axe', async (tab) => {
  fakeServer(world);
  renderRoutes(routes, `/settings/${tab}`);
  await screen.findAllByRole('heading', { level: 2 });
  await waitFor(() => expect(document.querySelector('.animate-pulse')).toBeNull());
  const { violations } = await axe.run(document.body, { rules: { region: { enabled: false }, 'color-contrast': { enabled: false } } });
  expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join()}`)).toEqual([]);
});

describe('the profile', () => {
  it('saves what was typed, and takes away what was emptied', async () => {
    const server = fakeServer({
      ...world,
      'GET /auth/me': { body: { ...ada, bio: 'old' } },
      [`PUT /users/${ada.id}`]: (call) => ({ body: { ...ada, ...(call.body as object) } }),
    });
    const { client } = renderRoutes(routes, '/settings/profile');
    await userEvent.type(await screen.findByLabelText('First name'), ' Ada ');
    await userEvent.clear(screen.getByLabelText('Bio'));
    await userEvent.click(screen.getByRole('button', { name: 'Add a link' }));
    await userEvent.type(screen.getByLabelText('Name'), 'Bandcamp');
    await userEvent.type(screen.getByLabelText('Address'), 'https://ada.example.org');
    await userEvent.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(server.count(`PUT /users/${ada.id}`)).toBe(1));
    expect(server.calls.find((c) => c.method === 'PUT')?.body).toEqual({
      first_name: 'Ada',
      last_name: null,
      bio: null,
      location: null,
      social_links: { Bandcamp: 'https://ada.example.org' },
    });
    await waitFor(() => expect(client.getQueryData(meQuery.queryKey)?.first_name).toBe('Ada'));
  });

  it('refuses an address that is not of the web', async () => {
    const server = fakeServer(world);
    renderRoutes(routes, '/settings/profile');
    await userEvent.click(await screen.findByRole('button', { name: 'Add a link' }));
    await userEvent.type(screen.getByLabelText('Name'), 'Mine');
    await userEvent.type(screen.getByLabelText('Address'), 'javascript:alert(1)');
    await userEvent.click(screen.getByRole('button', { name: 'Save' }));
    expect(await screen.findByText('An address begins with http:// or https://.')).toBeInTheDocument();
    expect(server.calls.filter((c) => c.method === 'PUT')).toEqual([]);
  });

  it('shows how complete it is and what would help', async () => {
    fakeServer(world);
    renderRoutes(routes, '/settings/profile');
    expect(await screen.findByRole('progressbar', { name: 'Your profile is 25% complete' })).toHaveAttribute('aria-valuenow', '25');
    expect(screen.getByText('Tell about yourself')).toBeInTheDocument();
    expect(screen.queryByText('Confirm your e-mail')).not.toBeInTheDocument();
  });
});

describe('the time zone', () => {
  it('is shown as saved, even by another name than the browser knows, and saved when another is chosen', async () => {
    const server = fakeServer({ ...world, 'PUT /users/settings': (call) => ({ body: { ...settings, ...(call.body as object) } }) });
    renderRoutes(routes, '/settings/language');
    const field = await screen.findByLabelText('Time zone');
    await waitFor(() => expect(field).toHaveValue('Asia/Calcutta'));
    await userEvent.selectOptions(field, 'America/New York');
    await waitFor(() => expect(server.calls.find((c) => c.method === 'PUT')?.body).toEqual({ timezone: 'America/New_York' }));
  });
});

describe('the password', () => {
  async function fill(current: string, next: string) {
    await userEvent.type(await screen.findByLabelText('Current password'), current);
    await userEvent.type(screen.getByLabelText('New password'), next);
    await userEvent.click(screen.getByRole('button', { name: 'Change the password' }));
  }

  it.each([
    ['correct horse', 'short', 'At least 8 characters.'],
    ['correct horse', 'correct horse', 'You have this password already.'],
  ])('is not sent when %s becomes %s', async (current, next, message) => {
    const server = fakeServer(world);
    renderRoutes(routes, '/settings/security');
    await fill(current, next);
    expect(await screen.findByText(message)).toBeInTheDocument();
    expect(server.count('PUT /users/me/password')).toBe(0);
  });

  it('says which one the server did not take', async () => {
    fakeServer({ ...world, 'PUT /users/me/password': problem(422, 'validation', { errors: [{ field: 'current_password', code: 'value', message: 'no' }] }) });
    renderRoutes(routes, '/settings/security');
    expect(await screen.findByText(/ends all your other sessions/)).toBeInTheDocument();
    await fill('wrong', 'battery horse');
    expect(await screen.findByText('This is not your password.')).toBeInTheDocument();
    expect(screen.getByLabelText('Current password')).toHaveFocus();
  });

  it('empties the form once it is changed', async () => {
    const server = fakeServer({ ...world, 'PUT /users/me/password': { body: { api_keys_left: 0 } } });
    renderRoutes(routes, '/settings/security');
    expect(await screen.findByText(/Programs that sign in by a key: Nightly uploads/)).toBeInTheDocument();
    await userEvent.click(screen.getByRole('checkbox', { name: /Delete my API keys as well/ }));
    await fill('correct horse', 'battery horse');
    await waitFor(() => expect(screen.getByLabelText('Current password')).toHaveValue(''));
    expect(server.calls.find((c) => c.method === 'PUT')?.body).toEqual({ current_password: 'correct horse', new_password: 'battery horse', revoke_api_keys: true });
  });
});

describe('the sessions', () => {
  it('mark this one, which cannot be ended by a slip', async () => {
    fakeServer(world);
    renderRoutes(routes, '/settings/sessions');
    const mine = (await screen.findByText('This one')).closest('li');
    expect(mine).toHaveAttribute('aria-current', 'true');
    expect(within(mine as HTMLElement).getByText('Firefox on Linux')).toBeInTheDocument();
    expect(within(mine as HTMLElement).queryByRole('button')).not.toBeInTheDocument();
    expect(screen.getAllByText('This one')).toHaveLength(1);
  });

  it('leave the list at once, and come back when the server refuses', async () => {
    let answer: () => void = () => undefined;
    fakeServer({ ...world, 'DELETE /sessions/s2': () => new Promise((resolve) => (answer = () => resolve(problem(503, 'unavailable')))) });
    renderRoutes(routes, '/settings/sessions');
    await userEvent.click(await screen.findByRole('button', { name: 'End the session on Safari on iPhone' }));
    await waitFor(() => expect(screen.queryByText('Safari on iPhone')).not.toBeInTheDocument());
    answer();
    expect(await screen.findByText('Safari on iPhone')).toBeInTheDocument();
  });

  it('all end, and this browser is a guest', async () => {
    fakeServer({ ...world, 'POST /sessions/logout-all': { body: { ended: 2 } } });
    renderRoutes(routes, '/settings/sessions');
    await userEvent.click(await screen.findByRole('button', { name: 'Sign out everywhere' }));
    await waitFor(() => expect(hasSessionHint()).toBe(false));
    expect(isLeaving()).toBe(true);
  });
});

describe('the switches', () => {
  it('turn back when the server refuses', async () => {
    let answer: () => void = () => undefined;
    fakeServer({ ...world, 'PUT /users/settings': () => new Promise((resolve) => (answer = () => resolve(problem(503, 'unavailable')))) });
    renderRoutes(routes, '/settings/privacy');
    const found = await screen.findByRole('switch', { name: 'Be found by searching' });
    await userEvent.click(found);
    await waitFor(() => expect(found).not.toBeChecked());
    answer();
    await waitFor(() => expect(found).toBeChecked());
  });

  it('record that data is not to be sold', async () => {
    const server = fakeServer({ ...world, 'POST /users/me/privacy/opt-out': { body: { do_not_sell: true, do_not_sell_at: null, do_not_sell_source: 'person' } } });
    renderRoutes(routes, '/settings/privacy');
    await userEvent.click(await screen.findByRole('switch', { name: 'Do not sell or share my data' }));
    await waitFor(() => expect(server.calls.find((c) => c.method === 'POST')?.body).toEqual({ opt_out: true }));
  });

  it('of single mails wait for mails at all', async () => {
    fakeServer({ ...world, 'GET /notifications/preferences': { body: { ...preferences, email_notifications: false } } });
    renderRoutes(routes, '/settings/notifications');
    const [inList, byMail] = await screen.findAllByRole('switch', { name: 'New followers' });
    expect(inList).toBeEnabled();
    expect(byMail).toBeDisabled();
  });

  it('unblock somebody', async () => {
    const server = fakeServer({ ...world, 'DELETE /users/b1/block': { status: 204 } });
    renderRoutes(routes, '/settings/privacy');
    await userEvent.click(await screen.findByRole('button', { name: 'Unblock mallory' }));
    await waitFor(() => expect(server.count('DELETE /users/b1/block')).toBe(1));
    await waitFor(() => expect(server.count('GET /users/me/blocks')).toBe(2));
  });
});
