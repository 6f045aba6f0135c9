import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Toasts } from '@/components/ui/Toasts';
import { ada, track } from '@/testing/fixtures';
import { renderRoutes } from '@/testing/render';
import { fakeServer, problem } from '@/testing/server';
import { changeOf } from './EditManyDialog';
import { Component } from './LibraryPage';

const four = ['One', 'Two', 'Three', 'Four'].map((title, i) => track({ id: `t${i}`, title, tags: i < 2 ? ['rain'] : [], is_mine: true }));
const world = {
  'GET /csrf-token': { body: { csrf_token: 't' } },
  'GET /users/me': { body: ada },
  'GET /tracks': { body: { items: four, limit: 50, next: null, page: 1, total: 4 } },
  'GET /comments/held': { body: { items: [], limit: 1, next: null, total: 0 } },
};
const done = (ids: string[], missing: string[] = []) => ({ body: { items: ids.map((id) => ({ id, result: missing.includes(id) ? 'missing' : 'updated' })) } });

const box = (title: string) => screen.findByRole('checkbox', { name: `Select ${title}` });
const open = async (answers: Parameters<typeof fakeServer>[0]) => {
  const server = fakeServer({ ...world, ...answers });
  renderRoutes([{ path: '/', element: <><Component /><Toasts /></> }]);
  await box('One');
  return server;
};

beforeEach(() => {
  vi.stubGlobal('ResizeObserver', class { observe() {} disconnect() {} unobserve() {} });
});

describe('several tracks at once', () => {
  it('Shift ticks what lies between, and the box above ticks all', async () => {
    await open({});
    const user = userEvent.setup();
    await user.click(await box('One'));
    await user.keyboard('{Shift>}');
    await user.click(await box('Three'));
    await user.keyboard('{/Shift}');
    expect(screen.getByText('3 tracks selected')).toBeInTheDocument();
    expect(await box('Four')).not.toBeChecked();
    await user.click(screen.getByRole('checkbox', { name: 'Select all on this page' }));
    expect(screen.getByText('4 tracks selected')).toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Clear the selection' }));
    expect(screen.queryByRole('toolbar')).toBeNull();
  });

  it('a change goes to the server once for tracks that it makes alike, and says of each that failed why', async () => {
    const server = await open({
      'POST /tracks/batch/update': ({ body }: { body: { ids: string[] } }) => (body.ids.includes('t2') ? problem(503, 'unavailable') : done(body.ids, ['t1'])),
    } as never);
    await userEvent.click(screen.getByRole('checkbox', { name: 'Select all on this page' }));
    await userEvent.click(screen.getByRole('button', { name: 'Edit' }));
    await userEvent.type(await screen.findByLabelText('Add tags'), 'night, slow');
    await userEvent.click(screen.getByRole('button', { name: 'Save' }));
    const told = await screen.findByRole('dialog', { name: '3 tracks could not be changed' });
    expect(within(told).getByText('It is not there any more, or not yours.')).toBeInTheDocument();
    expect(within(told).getAllByText(/cannot be reached right now/)).toHaveLength(2);
    expect(server.count('POST /tracks/batch/update')).toBe(2);
    expect(screen.getAllByText('1 track changed').length).toBeGreaterThan(0);
  });

  it('asks for their number before it deletes them', async () => {
    const server = await open({ 'POST /tracks/batch/delete': done(['t0', 't1']) });
    await userEvent.click(await box('One'));
    await userEvent.click(await box('Two'));
    await userEvent.click(screen.getByRole('button', { name: 'Delete' }));
    const dialog = await screen.findByRole('dialog', { name: 'Delete 2 tracks?' });
    const go = within(dialog).getByRole('button', { name: 'Delete for good' });
    expect(go).toBeDisabled();
    await userEvent.type(within(dialog).getByLabelText('Type 2 to go on'), '2');
    await userEvent.click(go);
    await waitFor(() => expect(server.count('POST /tracks/batch/delete')).toBe(1));
    expect((await screen.findAllByText('2 tracks deleted')).length).toBeGreaterThan(0);
  });
});

it('a change of several says only what becomes different, and keeps the tags that a track has', () => {
  const one = track({ visibility: 'public', genre: 'Ambient', tags: ['Night', 'rain'] });
  const nothing = { visibility: '', genre: '', add: '', take: '' } as const;
  expect(changeOf(one, nothing)).toEqual({});
  expect(changeOf(one, { ...nothing, visibility: 'public', genre: 'Ambient', add: 'night' })).toEqual({});
  expect(changeOf(one, { ...nothing, visibility: 'private', add: 'slow', take: 'NIGHT' })).toEqual({ visibility: 'private', tags: ['rain', 'slow'] });
});
