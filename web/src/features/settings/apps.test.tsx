import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { beforeEach, expect, it } from 'vitest';
import { forgetCsrf } from '@/lib/api/csrf';
import { renderRoutes } from '@/testing/render';
import { fakeServer, problem } from '@/testing/server';
import { Component as AppsPage } from './AppsPage';

const routes = [{ path: '/settings/apps', element: <main><h1>Settings</h1><AppsPage /></main> }];
const list = (...items: unknown[]) => ({ body: { items, limit: 100, next: null } });
const phone = { id: 'a1', name: 'Phone', created_at: '2026-01-01T00:00:00Z', last_used_at: '2026-01-02T00:00:00Z', last_client: 'DSub' };
const world = { 'GET /csrf-token': { body: { csrf_token: 't' } }, 'GET /app-passwords': list(phone), 'GET /feeds': list() };

beforeEach(forgetCsrf);

it('makes a password and shows once how an app connects', async () => {
  const server = fakeServer({
    ...world,
    'GET /app-passwords': list(),
    'POST /app-passwords': { status: 201, body: { id: 'a2', name: 'Car', password: 'abcd-efgh-jkmn-pqrs-tuvw', username: 'ada', server_url: 'https://music.example', created_at: phone.created_at } },
  });
  renderRoutes(routes, '/settings/apps');
  expect(await screen.findByText(/No app has a password yet/)).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'New password' }));
  const box = within(await screen.findByRole('dialog'));
  await userEvent.click(box.getByRole('button', { name: 'Make the password' }));
  expect(await box.findByText('This is needed.')).toBeInTheDocument();
  await userEvent.type(box.getByLabelText('Which app it is for'), ' Car ');
  await userEvent.click(box.getByRole('button', { name: 'Make the password' }));
  for (const value of ['https://music.example', 'ada', 'abcd-efgh-jkmn-pqrs-tuvw']) expect(await box.findByText(value)).toBeInTheDocument();
  expect(server.calls.find((c) => c.method === 'POST')?.body).toEqual({ name: 'Car' });
  await userEvent.click(box.getByRole('button', { name: 'I have copied it' }));
  expect(screen.queryByText('abcd-efgh-jkmn-pqrs-tuvw')).not.toBeInTheDocument();
});

it('lists apps, and signs one out after a question', async () => {
  const server = fakeServer({ ...world, 'DELETE /app-passwords/a1': problem(503, 'unavailable') });
  renderRoutes(routes, '/settings/apps');
  expect(await screen.findByText('Last with DSub')).toBeInTheDocument();
  const found = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } });
  expect(found.violations).toEqual([]);
  await userEvent.click(screen.getByRole('button', { name: 'Sign Phone out' }));
  await userEvent.click(screen.getByRole('button', { name: 'Sign it out' }));
  await waitFor(() => expect(server.count('DELETE /app-passwords/a1')).toBe(1));
  expect(screen.getByText('Phone')).toBeInTheDocument();
});
