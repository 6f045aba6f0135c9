/* Changes to the comments that are loaded, so that the list and the waveform show them before the server has answered. */

import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type { HeldComment, TrackComment } from '@/lib/api/schema';
import type { List } from '@/lib/api/endless';

type Pages = InfiniteData<List<TrackComment>>;

const commentsOf = (trackId: string) => ['comments', trackId];

/** Of what waits for approval, on all tracks. */
export const HELD = ['comments', 'held'] as const;

/** Takes a comment out of what waits. */
export function dropHeld(client: QueryClient, id: string): void {
  client.setQueriesData<InfiniteData<List<HeldComment>>>({ queryKey: [...HELD, 'list'] }, (data) => data && { ...data, pages: data.pages.map((page) => ({ ...page, items: page.items.filter((one) => one.id !== id) })) });
}

/** What is being loaded now would undo a change; a list that was never there goes on loading. */
export const holdComments = (client: QueryClient, trackId: string) =>
  client.cancelQueries({ queryKey: commentsOf(trackId), predicate: (query) => query.state.data !== undefined });

export const invalidateComments = (client: QueryClient, trackId: string) =>
  Promise.all([commentsOf(trackId), HELD].map((queryKey) => client.invalidateQueries({ queryKey })));

const counted = (page: List<TrackComment>, items: TrackComment[]) => ({ ...page, items, total: page.total === undefined ? undefined : page.total + items.length - page.items.length });

/** Puts a new comment on top of what is listed by time of writing. */
export function addComment(client: QueryClient, comment: TrackComment): void {
  client.setQueriesData<Pages>({ queryKey: [...commentsOf(comment.track_id), 'newest'] }, (data) => {
    const [first, ...rest] = data?.pages ?? [];
    return data && first && { ...data, pages: [counted(first, [comment, ...first.items]), ...rest] };
  });
}

/** Puts `now` in the place of the comment `id`, or nothing when it is gone. */
export function replaceComment(client: QueryClient, trackId: string, id: string, now: TrackComment | null): void {
  client.setQueriesData<Pages>({ queryKey: commentsOf(trackId) }, (data) => {
    if (!data) return data;
    const change = (one: TrackComment) => (one.id === id ? (now ?? []) : one);
    const isThere = data.pages.some((page) => page.items.some((one) => one.id === id));
    if (!isThere) return data;
    const [first, ...rest] = data.pages.map((page) => ({ ...page, items: page.items.flatMap(change) }));
    const total = first?.total === undefined ? undefined : first.total - (now ? 0 : 1);
    return { ...data, pages: first ? [{ ...first, total }, ...rest] : [] };
  });
}
