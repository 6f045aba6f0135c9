import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { forgetCsrf } from '@/lib/api/csrf';
import { track } from '@/testing/fixtures';
import { renderRoutes } from '@/testing/render';
import { fakeServer } from '@/testing/server';
import EditTrackDialog from './EditTrackDialog';

beforeEach(forgetCsrf);

const options = () => [...document.querySelectorAll<HTMLOptionElement>('datalist option')].map(({ value }) => value);

it('the last of several tags is completed, and the others stay', async () => {
  const server = fakeServer({ 'GET /tags/suggest': { body: { items: [{ name: 'Synthwave' }, { name: 'Synthesis' }], limit: 8, next: null } } });
  renderRoutes([{ path: '/', element: <EditTrackDialog track={track({ tags: [] })} onClose={vi.fn()} /> }]);
  await userEvent.type(await screen.findByLabelText('Tags'), 'night, #syn');
  await vi.waitFor(() => expect(options()).toEqual(expect.arrayContaining(['night, Synthwave', 'night, Synthesis'])));
  expect(server.calls.at(-1)?.path).toContain('q=syn');
});
