import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { forgetCsrf } from '@/lib/api/csrf';
import { trackQuery, useTrack } from '@/lib/api/tracks/get';
import { track } from '@/testing/fixtures';
import { renderRoutes } from '@/testing/render';
import { fakeServer, problem } from '@/testing/server';
import { RepostToggle } from './RepostToggle';

beforeEach(forgetCsrf);

const one = track({ repost_count: 3 });
const csrf = { 'GET /csrf-token': { body: { csrf_token: 't' } }, [`GET /tracks/${one.id}`]: { body: one } };

function Page() {
  const { data } = useTrack(one.id);
  return data ? <RepostToggle track={data} /> : null;
}

function show() {
  const { client } = renderRoutes([{ path: '/', element: <Page /> }]);
  client.setQueryData(trackQuery(one.id).queryKey, one);
  return () => client.getQueryData(trackQuery(one.id).queryKey);
}

it('a repost shows before the server has answered, and is counted', async () => {
  let answer: () => void = () => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  fakeServer({
    ...csrf,
    [`POST /tracks/${one.id}/repost`]: async () => {
      await answered;
      return { body: { track_id: one.id, is_reposted: true } };
    },
  });
  const seen = show();
  const button = await screen.findByRole('button', { name: 'Repost Night Ferry' });
  await userEvent.click(button);
  await vi.waitFor(() => expect(button).toHaveAttribute('aria-pressed', 'true'));
  expect(seen()).toMatchObject({ is_reposted: true, repost_count: 4 });
  answer();
  await vi.waitFor(() => expect(seen()).toMatchObject({ is_reposted: true, repost_count: 4 }));
});

it('a repost that the server refuses is taken back', async () => {
  fakeServer({ ...csrf, [`POST /tracks/${one.id}/repost`]: problem(404, 'not_found') });
  show();
  const button = await screen.findByRole('button', { name: 'Repost Night Ferry' });
  await userEvent.click(button);
  await vi.waitFor(() => expect(button).toHaveAttribute('aria-pressed', 'false'));
});
