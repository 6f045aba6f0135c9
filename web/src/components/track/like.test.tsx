import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { meQuery } from '@/lib/api/auth/me';
import { forgetCsrf } from '@/lib/api/csrf';
import { trackQuery, useTrack } from '@/lib/api/tracks/get';
import { ada, track } from '@/testing/fixtures';
import { renderRoutes } from '@/testing/render';
import { fakeServer, problem } from '@/testing/server';
import { LikeButton } from './LikeButton';

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
  return { seen: () => client.getQueryData(trackQuery(one.id).queryKey) };
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
