import { QueryClient } from '@tanstack/react-query';
import { expect, it } from 'vitest';
import { track } from '@/testing/fixtures';
import { dropTrack, patchTrack } from './cache';

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

it('a track in the feed is changed and removed as everywhere else', () => {
  const client = new QueryClient(), one = track();
  const page = (value: unknown[]) => ({ pages: [{ items: value }], pageParams: [''] });
  client.setQueryData(['feed'], page([{ id: 'f1', what: 'track', track: one, release: null }]));
  patchTrack(client, one.id, { is_liked: true });
  expect(client.getQueryData(['feed'])).toMatchObject(page([{ id: 'f1', track: { id: one.id, is_liked: true } }]));
  dropTrack(client, one.id);
  expect(client.getQueryData(['feed'])).toMatchObject(page([]));
});
