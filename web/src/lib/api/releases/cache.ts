/* Changes to releases in what is loaded already. */

import type { QueryClient } from '@tanstack/react-query';
import { changeList, restoreList } from '@/lib/api/changeList';
import type { Release, ReleaseTrack } from '@/lib/api/schema';
import { releaseQuery } from './bySlug';
import { releaseTracksQuery } from './tracks';

/** Gives what there was before; hand it to `restoreTracks` when the server refuses. */
export const changeTracks = (client: QueryClient, id: string, change: (items: ReleaseTrack[]) => ReleaseTrack[]) =>
  changeList<ReleaseTrack>(client, releaseTracksQuery(id).queryKey, (items) => numbered(change(items)));

function numbered(items: readonly ReleaseTrack[]): ReleaseTrack[] {
  const counts = new Map<number, number>();
  return items.map((item) => {
    const number = (counts.get(item.disc) ?? 0) + 1;
    counts.set(item.disc, number);
    return item.number === number ? item : { ...item, number };
  });
}

export const restoreTracks = (client: QueryClient, id: string, before: Awaited<ReturnType<typeof changeTracks>>) => restoreList(client, releaseTracksQuery(id).queryKey, before);

/** What the server gave: shown under its address. */
export function keepRelease(client: QueryClient, release: Release): void {
  client.setQueryData(releaseQuery(release.slug).queryKey, release);
}

/** The lists, and what is in one: after any change of it. Its tracks may have been opened or closed with it. */
export async function invalidateRelease(client: QueryClient, id?: string): Promise<void> {
  await Promise.all([
    client.invalidateQueries({ queryKey: ['releases', 'list'] }),
    client.invalidateQueries({ queryKey: ['tracks'] }),
    ...(id ? [client.invalidateQueries({ queryKey: ['releases', 'one'] }), client.invalidateQueries({ queryKey: releaseTracksQuery(id).queryKey }), client.invalidateQueries({ queryKey: ['archives', id] })] : []),
  ]);
}
