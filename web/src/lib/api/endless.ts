import { infiniteQueryOptions, type QueryKey } from '@tanstack/react-query';

/** `total` is counted where `page` or `total` asks for it; `next` is the cursor of the page after this one. */
export interface List<T> {
  items: T[];
  limit: number;
  next: string | null;
  page?: number;
  total?: number | undefined;
}

/** So many at once once somebody reads on: a first page is short so that it is there soon. */
export const LATER = 100;

/** A list that grows as one reads: each page begins where the last one ended, whatever came or went meanwhile. */
export const endlessQuery = <T>(queryKey: QueryKey, fetchPage: (cursor: string | undefined, signal: AbortSignal) => Promise<List<T>>) =>
  infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam, signal }) => fetchPage(pageParam || undefined, signal),
    initialPageParam: '',
    getNextPageParam: (last) => last.next ?? undefined,
  });
