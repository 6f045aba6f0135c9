/* Changes to playlists in what is loaded already, so that a page shows them before the server has answered. */

import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import { changeList, restoreList } from '@/lib/api/changeList';
import type { Playlist, PlaylistItem } from '@/lib/api/schema';
import type { List } from '@/lib/api/endless';
import { playlistQuery } from './get';
import { itemsQuery } from './items';
import { playlistsQuery } from './list';

type Items = InfiniteData<List<PlaylistItem>>;

/** Gives what there was before; hand it to `restoreItems` when the server refuses. */
export const changeItems = (client: QueryClient, id: string, change: (items: PlaylistItem[]) => PlaylistItem[]) => changeList<PlaylistItem>(client, itemsQuery(id).queryKey, change);

export const restoreItems = (client: QueryClient, id: string, before: Items | undefined) => restoreList(client, itemsQuery(id).queryKey, before);

export function patchPlaylist(client: QueryClient, id: string, change: (playlist: Playlist) => Partial<Playlist>): void {
  const changed = (playlist: Playlist) => (playlist.id === id ? { ...playlist, ...change(playlist) } : playlist);
  client.setQueryData(playlistQuery(id).queryKey, (playlist) => playlist && changed(playlist));
  client.setQueryData(playlistsQuery.queryKey, (data) => data && { ...data, pages: data.pages.map((page) => ({ ...page, items: page.items.map(changed) })) });
}

/** The lists of playlists, and those with a track: all but what is in each of them. */
export async function invalidateLists(client: QueryClient): Promise<void> {
  await Promise.all(['list', 'with', 'of-user'].map((key) => client.invalidateQueries({ queryKey: ['playlists', key] })));
}

/** After what was put in, taken out or moved. */
export async function invalidatePlaylist(client: QueryClient, id: string): Promise<void> {
  await Promise.all([
    client.invalidateQueries({ queryKey: playlistQuery(id).queryKey }),
    client.invalidateQueries({ queryKey: itemsQuery(id).queryKey }),
    invalidateLists(client),
  ]);
}

/** What was loaded of a playlist that is gone. */
export function forgetPlaylist(client: QueryClient, id: string): void {
  client.removeQueries({ queryKey: playlistQuery(id).queryKey });
  client.removeQueries({ queryKey: itemsQuery(id).queryKey });
}
