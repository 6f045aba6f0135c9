import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import { endlessQuery, LATER } from '@/lib/api/endless';

export const COMMENT_ORDERS = ['newest', 'oldest', 'time'] as const;
export type CommentOrder = (typeof COMMENT_ORDERS)[number];

const A_PAGE = 20;
/** The server gives no more at once. */
const ON_THE_WAVEFORM = 100;

const listComments = (id: string, sort: CommentOrder, limit: number, cursor: string | undefined, signal: AbortSignal) =>
  get('/tracks/{id}/comments', { path: { id }, query: { sort, limit, cursor, total: !cursor }, signal });

/** All pages so far; the first one tells how many comments there are. They are asked for anew whenever somebody comes back to the page. */
export const commentsQuery = (id: string, sort: CommentOrder, limit = A_PAGE) => ({
  ...endlessQuery(['comments', id, sort, limit], (cursor, signal) => listComments(id, sort, cursor ? LATER : limit, cursor, signal)),
  staleTime: 0,
  placeholderData: keepPreviousData,
});

export const useComments = (id: string, sort: CommentOrder) => useInfiniteQuery(commentsQuery(id, sort));

/** The newest comments, as many as the waveform shows. */
export const useNewestComments = (id: string) => useInfiniteQuery(commentsQuery(id, 'newest', ON_THE_WAVEFORM)).data?.pages[0]?.items;
