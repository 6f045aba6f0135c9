import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import type { List } from '@/lib/api/endless';
import { trackOf, type Listed, type ListedTrack } from '@/lib/player/listed';

export interface Entry<T extends Listed> {
  item: T;
  /** Null: gone, not out yet, or not for the reader. */
  track: ListedTrack | null;
}

/** So many are loaded by themselves, so that they can be played one after the other. */
const BY_ITSELF = 1000;

const none: never[] = [];

/** All items of a list that are loaded, and those of their tracks that can be shown. */
export function useEntries<T extends Listed>(items: UseInfiniteQueryResult<InfiniteData<List<T>>>) {
  const { hasNextPage, isFetching, isError, fetchNextPage } = items;
  const pages = items.data?.pages ?? none;
  const entries = useMemo(() => pages.flatMap((page) => page.items.map((item): Entry<T> => ({ item, track: trackOf(item) }))), [pages]);
  const tracks = useMemo(() => entries.flatMap(({ track }) => track ?? []), [entries]);
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError && entries.length < BY_ITSELF) void fetchNextPage();
  }, [hasNextPage, isFetching, isError, entries.length, fetchNextPage]);
  return { items, entries, tracks };
}

export type Entries<T extends Listed> = ReturnType<typeof useEntries<T>>;
