import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { beforeEach, expect, it } from 'vitest';
import { forgetCsrf } from '@/lib/api/csrf';
import en from '@/locales/en/developer.json';
import { renderRoutes } from '@/testing/render';
import { fakeServer, problem } from '@/testing/server';
import { Component as DeveloperPage } from './DeveloperPage';
import { SCOPES, wordOf } from './scopes';

const routes = [{ path: '/developer', element: <main><DeveloperPage /></main> }];
const list = (...items: unknown[]) => ({ body: { items, page: 1, limit: 20, total: items.length } });
const nightly = { id: 'k1', name: 'Nightly', prefix: 'vz_abcd', scopes: ['tracks:read'], created_at: '2026-01-01T00:00:00Z', last_used_at: null, expires_at: '2026-01-02T00:00:00Z' };
const world = { 'GET /csrf-token': { body: { csrf_token: 't' } }, 'GET /developer/api-keys': list(nightly) };

beforeEach(forgetCsrf);

it('offers every scope that the API knows, and no other, in words', () => {
  const { paths } = JSON.parse(readFileSync(join(import.meta.dirname, '../../../../api/openapi.json'), 'utf8')) as { paths: Record<string, Record<string, { 'x-scope'?: string }>> };
  const known = Object.values(paths).flatMap((methods) => Object.values(methods).flatMap((one) => one['x-scope'] ?? []));
  expect([...new Set(known)].sort()).toEqual([...SCOPES].sort());
  expect(Object.keys(en.scope).sort()).toEqual(SCOPES.map(wordOf).sort());
});

it('makes a key with what was chosen and shows it this once', async () => {
  const server = fakeServer({
    ...world,
    'POST /developer/api-keys': { status: 201, body: { ...nightly, id: 'k2', name: 'Lists', key: 'vz_secret', expires_at: null } },
  });
  renderRoutes(routes, '/developer');
  await userEvent.click(await screen.findByRole('button', { name: 'New key' }));
  const box = within(await screen.findByRole('dialog'));
  await userEvent.click(box.getByRole('button', { name: 'Make the key' }));
  expect(await box.findByText('This is needed.')).toBeInTheDocument();
  await userEvent.type(box.getByLabelText('What it is for'), ' Lists ');
  await userEvent.click(box.getByRole('checkbox', { name: /Read people/ }));
  await userEvent.selectOptions(box.getByLabelText('How long it works'), 'Does not expire');
  await userEvent.click(box.getByRole('button', { name: 'Make the key' }));
  expect(await box.findByText('vz_secret')).toBeInTheDocument();
  expect(box.getByText(/Authorization: Bearer vz_secret/)).toBeInTheDocument();
  expect(server.calls.find((c) => c.method === 'POST')?.body).toEqual({ name: 'Lists', scopes: ['tracks:read', 'users:read'], expires_in_days: null });
  await userEvent.click(box.getByRole('button', { name: 'I have copied it' }));
  expect(screen.queryByText('vz_secret')).not.toBeInTheDocument();
});

it('makes no key that may do nothing', async () => {
  const server = fakeServer(world);
  renderRoutes(routes, '/developer');
  await userEvent.click(await screen.findByRole('button', { name: 'New key' }));
  await userEvent.type(screen.getByLabelText('What it is for'), 'X');
  await userEvent.click(screen.getByRole('checkbox', { name: /Read tracks/ }));
  expect(await screen.findByText('Choose at least one.')).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Make the key' }));
  expect(server.count('POST /developer/api-keys')).toBe(0);
});

it('lists keys, tells which have expired, and deletes after a question', async () => {
  const server = fakeServer({ ...world, 'DELETE /developer/api-keys/k1': problem(503, 'unavailable') });
  renderRoutes(routes, '/developer');
  expect(await screen.findByText(/Expired on/)).toBeInTheDocument();
  await userEvent.click(screen.getByRole('button', { name: 'Delete Nightly' }));
  await userEvent.click(screen.getByRole('button', { name: 'Delete the key' }));
  await waitFor(() => expect(server.count('DELETE /developer/api-keys/k1')).toBe(1));
});

it('passes axe, with keys and with the form', async () => {
  fakeServer(world);
  renderRoutes(routes, '/developer');
  await screen.findByText('Nightly');
  const complaints = async () => (await axe.run(document.body, { rules: { 'color-contrast': { enabled: false } } })).violations.map((v) => v.id);
  expect(await complaints()).toEqual([]);
  await userEvent.click(screen.getByRole('button', { name: 'New key' }));
  await screen.findByRole('dialog');
  expect(await complaints()).toEqual([]);
});
