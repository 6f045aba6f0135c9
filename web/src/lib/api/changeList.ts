/* Changes to a list that is loaded already, so that a page shows them before the server has answered. */

import type { InfiniteData, QueryClient, QueryKey } from '@tanstack/react-query';
import type { List } from './endless';

type Pages<T> = InfiniteData<List<T>>;

/** The items on as many pages of the same lengths, the last of which takes what is left. */
function onPages<T>(data: Pages<T>, items: readonly T[]): Pages<T> {
  let from = 0;
  const pages = data.pages.map((page, i) => {
    const to = i === data.pages.length - 1 ? items.length : from + page.items.length;
    const part = { ...page, items: items.slice(from, to) };
    from = to;
    return part;
  });
  return { ...data, pages };
}

/** Gives what there was before; hand it to `restoreList` when the server refuses. */
export async function changeList<T>(client: QueryClient, queryKey: QueryKey, change: (items: T[]) => T[]): Promise<Pages<T> | undefined> {
  await client.cancelQueries({ queryKey });
  const before = client.getQueryData<Pages<T>>(queryKey);
  if (before) client.setQueryData<Pages<T>>(queryKey, onPages(before, change(before.pages.flatMap((page) => page.items))));
  return before;
}

export function restoreList<T>(client: QueryClient, queryKey: QueryKey, before: Pages<T> | undefined): void {
  if (before) client.setQueryData<Pages<T>>(queryKey, before);
}
