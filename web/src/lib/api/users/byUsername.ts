import { queryOptions, useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

export const getUserByName = (username: string, signal?: AbortSignal) =>
  get('/users/by-username/{username}', { path: { username }, signal });

export const userByNameQuery = (username: string) =>
  queryOptions({
    queryKey: ['users', 'by-username', username.toLowerCase()],
    queryFn: ({ signal }) => getUserByName(username, signal),
  });

export const useUserByName = (username: string) => useQuery(userByNameQuery(username));
