import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { forgetCsrf } from '@/lib/api/csrf';
import { setSessionHint } from '@/lib/session/hint';
import { ada, playlist } from '@/testing/fixtures';
import { renderRoutes } from '@/testing/render';
import { fakeServer, problem, type Reply } from '@/testing/server';
import { Component as PlaylistPage } from './PlaylistPage';
import { Component as PlaylistsPage } from './PlaylistsPage';
import { formOf, rulesOf, rulesSchema, type Rules } from './rules';

const list = (...items: unknown[]): Reply => ({ body: { items, limit: 50, next: null, total: items.length } });
const rules: Rules = { match: 'any', conditions: [{ field: 'duration', op: 'less', value: 90 }, { field: 'liked', op: 'is' }, { field: 'playlist', op: 'not_in', value: 'list-2' }], sort: 'title', limit: 20 };
const smart = playlist({ is_smart: true, may_edit: false, rules, track_count: 0, duration_ms: 0 });
const world = {
  'GET /csrf-token': { body: { csrf_token: 't' } },
  'GET /auth/me': { body: ada },
  'GET /playlists/followed': list(),
  'GET /playlists': list(playlist({ id: 'list-2', name: 'Ferries' }), playlist({ ...smart, track_count: null, duration_ms: null })),
  'GET /playlists/list-1': { body: smart },
  'GET /playlists/list-1/tracks': list(),
  'POST /playlists/list-1/opened': { status: 204 },
};
const routes = [
  { path: '/playlists', element: <PlaylistsPage /> },
  { path: '/playlist/:id', element: <PlaylistPage /> },
];

beforeEach(() => {
  forgetCsrf();
  setSessionHint(true);
});

describe('the rules of a smart playlist', () => {
  it('are the same after a form had them', () => expect(rulesOf(formOf(rules))).toEqual(rules));

  it.each([
    ['text that is missing', { field: 'genre', op: 'is', value: ' ' }, false],
    ['no number', { field: 'added', op: 'within', value: 'a week' }, false],
    ['part of a day', { field: 'added', op: 'within', value: '1.5' }, false],
    ['part of a minute', { field: 'duration', op: 'less', value: '1.5' }, true],
    ['less than a second', { field: 'duration', op: 'less', value: '0' }, false],
    ['no playlist', { field: 'playlist', op: 'in', value: '' }, false],
    ['yes or no', { field: 'explicit', op: 'is', value: '' }, true],
  ])('with %s', (_, condition, accepted) =>
    expect(rulesSchema.safeParse({ match: 'all', conditions: [condition], sort: 'title', limit: '10' }).success).toBe(accepted),
  );

  it('are entered a row for each condition, which gets the comparisons of what it is about', async () => {
    const made: unknown[] = [];
    fakeServer({ ...world, 'POST /playlists': ({ body }) => (made.push(body), { status: 201, body: smart }) });
    const { router } = renderRoutes(routes, '/playlists');
    await userEvent.click(await screen.findByRole('button', { name: 'New smart playlist' }));
    const dialog = await screen.findByRole('dialog', { name: 'New smart playlist' });
    const field = (name: string) => within(dialog).getByLabelText(name);
    await userEvent.type(field('Name'), 'Short ones');
    await userEvent.click(within(dialog).getByRole('button', { name: 'Create' }));
    expect(await within(dialog).findByText('This is needed.')).toBeInTheDocument();
    expect(field('Condition 1: value')).toHaveFocus();
    await userEvent.selectOptions(field('Condition 1: about'), 'Length');
    expect(field('Condition 1: comparison')).toHaveDisplayValue('shorter than');
    await userEvent.type(field('Condition 1: value'), '1.5');
    await userEvent.click(within(dialog).getByRole('button', { name: 'Add a condition' }));
    await userEvent.selectOptions(field('Condition 2: about'), 'Liked by you');
    expect(within(dialog).queryByLabelText('Condition 2: value')).toBeNull();
    await userEvent.selectOptions(field('Condition 2: comparison'), 'no');
    await userEvent.click(within(dialog).getByRole('button', { name: 'Add a condition' }));
    await userEvent.selectOptions(field('Condition 3: about'), 'Playlist');
    await userEvent.selectOptions(field('Condition 3: value'), 'Ferries');
    await userEvent.click(within(dialog).getByRole('button', { name: 'Add a condition' }));
    await userEvent.click(within(dialog).getByRole('button', { name: 'Remove condition 4' }));
    await userEvent.click(within(dialog).getByRole('button', { name: 'Create' }));
    await waitFor(() => expect(router.state.location.pathname).toBe('/playlist/list-1'));
    expect(made).toEqual([
      {
        name: 'Short ones',
        rules: {
          match: 'all',
          conditions: [{ field: 'duration', op: 'less', value: 90 }, { field: 'liked', op: 'is_not' }, { field: 'playlist', op: 'in', value: 'list-2' }],
          sort: 'newest',
          limit: 100,
        },
      },
    ]);
  });

  it('may name a playlist of anybody, found by its name', async () => {
    const made: unknown[] = [];
    const theirs = playlist({ id: 'list-9', name: 'Harbours', is_mine: false });
    fakeServer({
      ...world,
      'GET /playlists/followed': list(playlist({ id: 'list-8', name: 'Boats', is_mine: false })),
      'GET /playlists/search': list(theirs),
      'GET /playlists/list-9': { body: theirs },
      'POST /playlists': ({ body }) => (made.push(body), { status: 201, body: smart }),
    });
    renderRoutes(routes, '/playlists');
    await userEvent.click(await screen.findByRole('button', { name: 'New smart playlist' }));
    const dialog = await screen.findByRole('dialog', { name: 'New smart playlist' });
    await userEvent.type(within(dialog).getByLabelText('Name'), 'From elsewhere');
    await userEvent.selectOptions(within(dialog).getByLabelText('Condition 1: about'), 'Playlist');
    expect(await within(dialog).findByRole('option', { name: 'Boats' })).toBeInTheDocument();
    await userEvent.click(within(dialog).getByRole('button', { name: 'Find another playlist' }));
    await userEvent.type(within(dialog).getByLabelText('Name of a playlist'), 'harb');
    await userEvent.click(await within(dialog).findByRole('button', { name: /Harbours/ }));
    await waitFor(() => expect(within(dialog).getByLabelText('Condition 1: value')).toHaveDisplayValue('Harbours'));
    await userEvent.click(within(dialog).getByRole('button', { name: 'Create' }));
    await waitFor(() => expect(made).toMatchObject([{ rules: { conditions: [{ field: 'playlist', op: 'in', value: 'list-9' }] } }]));
  });

  it('are changed on its page, which says that it is smart; a circle is explained', async () => {
    let refused = true;
    const changes: unknown[] = [];
    fakeServer({
      ...world,
      'PUT /playlists/list-1': ({ body }) => {
        if (refused) return problem(409, 'conflict');
        changes.push(body);
        return { body: smart };
      },
    });
    renderRoutes(routes, '/playlist/list-1');
    expect(await screen.findByText('Smart')).toBeInTheDocument();
    expect(await screen.findByText('No track meets its rules now.')).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Rules' }));
    const dialog = await screen.findByRole('dialog', { name: 'Rules of this playlist' });
    const named = within(dialog).getByLabelText('Condition 3: value');
    await waitFor(() => expect(within(named).getAllByRole('option').map((one) => one.textContent)).toEqual(['Choose a playlist', 'Ferries']));
    expect(named).toHaveDisplayValue('Ferries');
    await userEvent.click(within(dialog).getByRole('button', { name: 'Remove condition 1' }));
    await userEvent.click(within(dialog).getByRole('button', { name: 'Save' }));
    expect(await within(dialog).findByText(/cannot take tracks from itself/)).toBeInTheDocument();
    refused = false;
    await userEvent.click(within(dialog).getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(changes).toEqual([{ rules: { ...rules, conditions: rules.conditions.slice(1) } }]));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });
});
