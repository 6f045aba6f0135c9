import { QueryClient } from '@tanstack/react-query';
import { expect, it } from 'vitest';
import { track } from '@/testing/fixtures';
import { dropTrack } from './cache';

it('a track that is removed is in no list of tracks any more, whatever its key; an item of a playlist keeps its place', () => {
  const client = new QueryClient();
  const gone = track(), other = track({ id: 'other' });
  const item = { id: 'i1', track_id: gone.id, is_liked: false };
  client.setQueryData(['tracks', 'recommended'], { items: [gone, other], total: 2 });
  client.setQueryData(['anything'], { pages: [{ items: [other, gone] }], pageParams: [null] });
  client.setQueryData(['playlists', 'items'], { items: [item] });
  dropTrack(client, gone.id);
  expect(client.getQueryData(['tracks', 'recommended'])).toEqual({ items: [other], total: 1 });
  expect(client.getQueryData(['anything'])).toMatchObject({ pages: [{ items: [other] }] });
  expect(client.getQueryData(['playlists', 'items'])).toEqual({ items: [item] });
});
