import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { historyQuery } from '@/lib/api/history/list';
import { itemsQuery } from '@/lib/api/playlists/items';
import { releaseTracksQuery } from '@/lib/api/releases/tracks';
import { meQuery } from '@/lib/api/auth/me';
import { forgetCsrf } from '@/lib/api/csrf';
import { trackQuery, useTrack } from '@/lib/api/tracks/get';
import { likedTracksQuery } from '@/lib/api/tracks/liked';
import { endlessTracksQuery, tracksQuery } from '@/lib/api/tracks/list';
import { ada, track } from '@/testing/fixtures';
import { renderRoutes } from '@/testing/render';
import { fakeServer, problem } from '@/testing/server';
import { toPlayerTrack } from '@/lib/player/contract';
import { useToasts } from '@/lib/toast/store';
import { LikeButton } from './LikeButton';
import { TrackMenu } from './TrackMenu';

beforeEach(forgetCsrf);

const one = track({ like_count: 3 });
const csrf = { 'GET /csrf-token': { body: { csrf_token: 't' } }, [`GET /tracks/${one.id}`]: { body: one } };

function Page() {
  const { data } = useTrack(one.id);
  return data ? <LikeButton track={data} /> : null;
}

function show(signedIn = true) {
  const { client } = renderRoutes([{ path: '/', element: <Page /> }]);
  client.setQueryData(meQuery.queryKey, signedIn ? ada : null);
  client.setQueryData(trackQuery(one.id).queryKey, one);
  return { client, seen: () => client.getQueryData(trackQuery(one.id).queryKey) };
}

it('a like shows before the server has answered, and is counted', async () => {
  let answer: () => void = () => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  fakeServer({
    ...csrf,
    [`POST /tracks/${one.id}/like`]: async () => {
      await answered;
      return { body: { track_id: one.id, is_liked: true } };
    },
  });
  const { seen } = show();
  const heart = await screen.findByRole('button', { name: 'Like Night Ferry' });
  expect(heart).toHaveAttribute('aria-pressed', 'false');
  await userEvent.click(heart);
  await vi.waitFor(() => expect(heart).toHaveAttribute('aria-pressed', 'true'));
  expect(seen()).toMatchObject({ is_liked: true, like_count: 4 });
  answer();
  await vi.waitFor(() => expect(seen()).toMatchObject({ is_liked: true, like_count: 4 }));
});

it('a like that the server refuses is taken back', async () => {
  fakeServer({ ...csrf, [`POST /tracks/${one.id}/like`]: problem(404, 'not_found') });
  show();
  const heart = await screen.findByRole('button', { name: 'Like Night Ferry' });
  await userEvent.click(heart);
  await vi.waitFor(() => expect(heart).toHaveAttribute('aria-pressed', 'false'));
});

it('a visitor sees no heart in lists', async () => {
  fakeServer(csrf);
  show(false);
  await vi.dynamicImportSettled();
  expect(screen.queryByRole('button')).toBeNull();
});

it('a like shows in every list that the track is in, and nowhere else', async () => {
  fakeServer({ ...csrf, [`POST /tracks/${one.id}/like`]: { body: { track_id: one.id, is_liked: true } } });
  const { client } = show();
  const other = track({ id: '0b9c6a1e-0000-4000-8000-0000000000bb' });
  const named = (id: string) => ({ id: 'of-the-item', track_id: id, title: 'Night Ferry', is_liked: false });
  const page = <T,>(items: T[]) => ({ items, limit: 20, next: null });
  const tracks = page([one, other]);
  const items = page([named(one.id), named(other.id), { ...named(one.id), track_id: null }]);
  const lists = [
    tracksQuery({ q: 'night' }).queryKey,
    ...[endlessTracksQuery({ q: 'night' }), likedTracksQuery(ada.id)].map(({ queryKey }) => queryKey),
  ];
  const naming = [releaseTracksQuery('r'), historyQuery, itemsQuery('p'), itemsQuery('shared')].map(({ queryKey }) => queryKey);
  lists.forEach((key, i) => client.setQueryData<unknown>(key, i === 0 ? tracks : { pages: [tracks], pageParams: [''] }));
  naming.forEach((key) => client.setQueryData<unknown>(key, { pages: [page([]), items], pageParams: ['', 'c'] }));
  client.setQueryData<unknown>(['a list that nobody has thought of'], items);
  await userEvent.click(await screen.findByRole('button', { name: 'Like Night Ferry' }));
  const liked = (key: readonly unknown[]) => {
    const data = client.getQueryData<{ pages?: { items: { is_liked: boolean }[] }[]; items?: { is_liked: boolean }[] }>(key);
    return (data?.pages?.flatMap((p) => p.items) ?? data?.items ?? []).map((item) => item.is_liked);
  };
  await vi.waitFor(() => expect(liked(historyQuery.queryKey)).toEqual([true, false, false]));
  for (const key of [...naming, ['a list that nobody has thought of']]) expect(liked(key), JSON.stringify(key)).toEqual([true, false, false]);
  for (const key of lists) expect(liked(key), JSON.stringify(key)).toEqual([true, false]);
  const item = client.getQueryData<{ pages: { items: object[] }[] }>(historyQuery.queryKey)?.pages[1]?.items[0];
  expect(item).toEqual({ ...named(one.id), is_liked: true });
});

it('whoever likes in a menu, which closes at once, is told when the server refuses', async () => {
  useToasts.setState({ toasts: [] });
  fakeServer({ ...csrf, 'GET /auth/me': { body: ada }, [`POST /tracks/${one.id}/like`]: problem(503, 'unavailable') });
  const { client } = renderRoutes([{ path: '/', element: <TrackMenu track={toPlayerTrack(one)} playable={false} isLiked={false} /> }]);
  client.setQueryData(meQuery.queryKey, ada);
  await userEvent.click(screen.getByRole('button', { name: /Night Ferry/ }));
  await userEvent.click(await screen.findByRole('menuitem', { name: 'Like' }));
  await vi.waitFor(() => expect(useToasts.getState().toasts.map(({ tone }) => tone)).toEqual(['danger']));
  expect(screen.queryByRole('menuitem')).toBeNull();
});
