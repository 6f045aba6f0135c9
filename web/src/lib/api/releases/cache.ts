/* Changes to releases in what is loaded already. */

import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type { List } from '@/lib/api/endless';
import type { Release, ReleaseTrack } from '@/lib/api/schema';
import { releaseQuery } from './bySlug';
import { releaseTracksQuery } from './tracks';

type Items = InfiniteData<List<ReleaseTrack>>;

/** Gives what there was before; hand it to `restoreTracks` when the server refuses. */
export async function changeTracks(client: QueryClient, id: string, change: (items: ReleaseTrack[]) => ReleaseTrack[]): Promise<Items | undefined> {
  const { queryKey } = releaseTracksQuery(id);
  await client.cancelQueries({ queryKey });
  const before = client.getQueryData<Items>(queryKey);
  if (before) {
    const items = numbered(change(before.pages.flatMap((page) => page.items)));
    let from = 0;
    const pages = before.pages.map((page, i) => {
      const to = i === before.pages.length - 1 ? items.length : from + page.items.length;
      const part = { ...page, items: items.slice(from, to) };
      from = to;
      return part;
    });
    client.setQueryData<Items>(queryKey, { ...before, pages });
  }
  return before;
}

function numbered(items: readonly ReleaseTrack[]): ReleaseTrack[] {
  const counts = new Map<number, number>();
  return items.map((item) => {
    const number = (counts.get(item.disc) ?? 0) + 1;
    counts.set(item.disc, number);
    return item.number === number ? item : { ...item, number };
  });
}

export function restoreTracks(client: QueryClient, id: string, before: Items | undefined): void {
  if (before) client.setQueryData<Items>(releaseTracksQuery(id).queryKey, before);
}

/** What the server gave: shown under its address. */
export function keepRelease(client: QueryClient, release: Release): void {
  client.setQueryData(releaseQuery(release.slug).queryKey, release);
}

/** The lists, and what is in one: after any change of it. Its tracks may have been opened or closed with it. */
export async function invalidateRelease(client: QueryClient, id?: string): Promise<void> {
  await Promise.all([
    client.invalidateQueries({ queryKey: ['releases', 'list'] }),
    client.invalidateQueries({ queryKey: ['tracks'] }),
    ...(id ? [client.invalidateQueries({ queryKey: ['releases', 'one'] }), client.invalidateQueries({ queryKey: releaseTracksQuery(id).queryKey })] : []),
  ]);
}
