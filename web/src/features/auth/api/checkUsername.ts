import { useQuery } from '@tanstack/react-query';
import { get } from '@/lib/api/client';

export const checkUsername = (username: string, signal?: AbortSignal) =>
  get('/auth/check-username', { query: { username }, signal });

export const useUsernameCheck = (username: string, enabled: boolean) =>
  useQuery({
    queryKey: ['check-username', username],
    queryFn: ({ signal }) => checkUsername(username, signal),
    enabled,
    staleTime: 30_000,
    retry: false,
  });
