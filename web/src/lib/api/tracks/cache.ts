/* Changes to a track in everything we have already loaded, so that a page shows them before the server has answered. */

import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type { Track } from '@/lib/api/schema';
import type { List } from '@/lib/api/endless';

type Lists = List<Track> | InfiniteData<List<Track>>;

const isEndless = (data: Lists): data is InfiniteData<List<Track>> => 'pages' in data;

function mapLists(client: QueryClient, change: (list: List<Track>) => List<Track>): void {
  for (const key of ['list', 'endless']) {
    client.setQueriesData<Lists>({ queryKey: ['tracks', key] }, (data) => {
      if (!data) return data;
      return isEndless(data) ? { ...data, pages: data.pages.map(change) } : change(data);
    });
  }
}

export function patchTrack(client: QueryClient, id: string, patch: Partial<Track> | ((track: Track) => Partial<Track>)): void {
  const change = (track: Track) => ({ ...track, ...(typeof patch === 'function' ? patch(track) : patch) });
  client.setQueryData<Track>(['tracks', 'one', id], (track) => track && change(track));
  mapLists(client, (list) => ({ ...list, items: list.items.map((t) => (t.id === id ? change(t) : t)) }));
}

export function dropTrack(client: QueryClient, id: string): void {
  mapLists(client, (list) => {
    const items = list.items.filter((t) => t.id !== id);
    return { ...list, items, total: list.total && list.total - (list.items.length - items.length) };
  });
}

export const invalidateTracks = (client: QueryClient) => client.invalidateQueries({ queryKey: ['tracks'] });
