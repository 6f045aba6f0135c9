import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { uploadForm } from '@/lib/api/upload';
import { track } from '@/testing/fixtures';
import { renderRoutes } from '@/testing/render';
import { fakeServer } from '@/testing/server';
import EditTrackDialog from './EditTrackDialog';

/* jsdom sends no forms with files: this looks at what would be sent. */
vi.mock('@/lib/api/upload', () => ({ uploadForm: vi.fn(() => Promise.resolve({ cover_url: '/new' })) }));

const withCover = track({ cover_url: '/api/v1/tracks/1/cover/600?v=1' });
const world = {
  'GET /csrf-token': { body: { csrf_token: 't' } },
  [`PUT /tracks/${withCover.id}`]: { body: withCover },
  [`DELETE /tracks/${withCover.id}/cover`]: { status: 204 },
};

beforeEach(() => {
  vi.mocked(uploadForm).mockClear();
  vi.stubGlobal('ResizeObserver', class { observe() {} disconnect() {} unobserve() {} });
  URL.createObjectURL = () => 'blob:preview';
  URL.revokeObjectURL = () => undefined;
});

it('a chosen cover is shown at once and sent when one saves', async () => {
  fakeServer(world);
  const closed = vi.fn();
  renderRoutes([{ path: '/', element: <EditTrackDialog track={withCover} onClose={closed} /> }]);
  const file = new File(['x'], 'cover.png', { type: 'image/png' });
  await userEvent.upload(await screen.findByLabelText('Change the cover'), file);
  await waitFor(() => expect(document.querySelector('img[src="blob:preview"]')).toBeInTheDocument());
  expect(uploadForm).not.toHaveBeenCalled();
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(closed).toHaveBeenCalledOnce());
  const [method, address, form, options] = vi.mocked(uploadForm).mock.calls[0] ?? [];
  expect([method, address, form?.get('cover'), options?.path]).toEqual(['put', '/tracks/{id}/cover', file, { id: withCover.id }]);
});

it('a cover can be taken away', async () => {
  const server = fakeServer(world);
  renderRoutes([{ path: '/', element: <EditTrackDialog track={withCover} onClose={() => undefined} /> }]);
  await userEvent.click(await screen.findByRole('button', { name: 'Remove the cover' }));
  expect(server.count(`DELETE /tracks/${withCover.id}/cover`)).toBe(0);
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(server.count(`DELETE /tracks/${withCover.id}/cover`)).toBe(1));
});
