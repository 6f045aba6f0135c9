import { useInfiniteQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';
import { endlessQuery } from '@/lib/api/endless';

const listMutes = (cursor: string | undefined, signal?: AbortSignal) => get('/users/me/mutes', { query: { limit: 20, ...(cursor && { cursor }) }, signal });

/** What one does not want to be shown. */
export const useMutes = () => useInfiniteQuery(endlessQuery(['mutes'], listMutes));
