import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { forgetCsrf } from '@/lib/api/csrf';
import { usePlayer } from '@/lib/player/store';
import { track } from '@/testing/fixtures';
import { renderRoutes } from '@/testing/render';
import { fakeServer, problem } from '@/testing/server';
import { coverAt } from '../cover/Cover';
import { sameName } from '@/lib/form/sameName';
import { DeleteTrackDialog } from './DeleteTrackDialog';
import EditTrackDialog from './EditTrackDialog';
import { changesOf, formOf, splitTags, trackSchema } from './trackSchema';
import { TrackStrip } from './TrackStrip';

beforeEach(forgetCsrf);

describe('the form of a track', () => {
  const form = formOf(track({ bpm: 140 }));

  it('gives back what it was made from', () => {
    expect(trackSchema.safeParse(form).success).toBe(true);
    expect(changesOf(form)).toMatchObject({ title: 'Night Ferry', bpm: 140, year: 2026, tags: ['night'], album: null, visibility: 'public' });
  });

  it.each([
    [{ title: '  ' }, 'title', 'required'],
    [{ title: 'x'.repeat(256) }, 'title', 'too_long'],
    [{ year: '19o9' }, 'year', 'invalid'],
    [{ year: '2300' }, 'year', 'out_of_range'],
    [{ bpm: '92.5' }, 'bpm', 'invalid'],
    [{ tags: 'x'.repeat(31) }, 'tags', 'too_long'],
    [{ bpm: '9000' }, 'bpm', 'out_of_range'],
    [{ tags: Array.from({ length: 31 }, (_, i) => `t${i}`).join(',') }, 'tags', 'too_many'],
  ])('refuses %j', (change, field, code) => {
    const issues = trackSchema.safeParse({ ...form, ...change }).error?.issues ?? [];
    expect(issues.map((i) => [i.path[0], i.message])).toContainEqual([field, code]);
  });

  it('splits tags at commas, without #, spaces or doubles', () => expect(splitTags(' #night, tape ,,night;dub')).toEqual(['night', 'tape', 'dub']));
});

describe('editing', () => {
  const csrf = { 'GET /csrf-token': { body: { csrf_token: 't' } } };

  it('sends the whole form and closes', async () => {
    const server = fakeServer({ ...csrf, [`PUT /tracks/${track().id}`]: { body: track({ title: 'Day Ferry' }) } });
    const close = vi.fn();
    renderRoutes([{ path: '/', element: <EditTrackDialog track={track()} onClose={close} /> }]);
    const title = await screen.findByLabelText('Title');
    await userEvent.clear(title);
    await userEvent.type(title, 'Day Ferry');
    await userEvent.click(screen.getByRole('button', { name: 'Save' }));
    await vi.waitFor(() => expect(close).toHaveBeenCalled());
    expect(server.calls.at(-1)?.body).toMatchObject({ title: 'Day Ferry', bpm: 92, tags: ['night'] });
  });

  it('shows what the server refused at its field, and stays open', async () => {
    const refusal = problem(422, 'validation', { errors: [{ field: 'title', code: 'too_long', message: 'title is too long' }] });
    fakeServer({ ...csrf, [`PUT /tracks/${track().id}`]: refusal });
    const close = vi.fn();
    renderRoutes([{ path: '/', element: <EditTrackDialog track={track()} onClose={close} /> }]);
    await userEvent.click(await screen.findByRole('button', { name: 'Save' }));
    expect(await screen.findByText('This is too long.')).toBeInTheDocument();
    expect(close).not.toHaveBeenCalled();
  });
});

describe('deleting', () => {
  it('waits until the name has been typed', async () => {
    const server = fakeServer({ 'GET /csrf-token': { body: { csrf_token: 't' } }, [`DELETE /tracks/${track().id}`]: { status: 204 } });
    renderRoutes([{ path: '/', element: <DeleteTrackDialog track={track()} onClose={vi.fn()} /> }]);
    const button = await screen.findByRole('button', { name: 'Delete for good' });
    expect(button).toBeDisabled();
    await userEvent.type(screen.getByRole('textbox'), 'night ferry');
    await userEvent.click(button);
    await vi.waitFor(() => expect(server.count(`DELETE /tracks/${track().id}`)).toBe(1));
  });

  it('takes no other name', () => expect(sameName('Night Ferry').safeParse({ name: 'Night' }).success).toBe(false));
});

describe('a strip', () => {
  it('plays its track as part of the list, leaving out what cannot be played', async () => {
    const list = [track({ id: 'a', status: 'failed', stream_manifest_url: null }), track({ id: 'b', title: 'B' }), track({ id: 'c' })];
    const playTracks = vi.spyOn(usePlayer.getState(), 'playTracks').mockImplementation(() => undefined);
    renderRoutes([{ path: '/', element: <TrackStrip track={list[1] as (typeof list)[0]} list={list} /> }]);
    await userEvent.click(await screen.findByRole('button', { name: 'Play B' }));
    expect(playTracks).toHaveBeenCalledOnce();
    const [tracks, index] = playTracks.mock.calls[0] ?? [];
    expect(tracks?.map((t) => t.id)).toEqual(['b', 'c']);
    expect(index).toBe(0);
  });

  it('cannot play what is not ready', async () => {
    const one = track({ status: 'processing', stream_manifest_url: null });
    renderRoutes([{ path: '/', element: <TrackStrip track={one} list={[one]} /> }]);
    expect(await screen.findByRole('button', { name: 'Play Night Ferry' })).toBeDisabled();
  });
});

it('asks for the cover in the size it needs', () => {
  expect(coverAt('/api/v1/tracks/1/cover/600?v=2', 300)).toBe('/api/v1/tracks/1/cover/300?v=2');
});
