import { QueryClient } from '@tanstack/react-query';
import { ApiProblem } from './problem';

/** Tries again only what may get better by itself: the network and the server's own trouble. */
export function worthRetrying(failures: number, error: unknown): boolean {
  if (failures >= 2) return false;
  return error instanceof ApiProblem && (error.status === 0 || error.status >= 500) && error.code !== 'maintenance';
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: 30_000, retry: worthRetrying, refetchOnWindowFocus: true },
      mutations: { retry: false },
    },
  });
}

/** The app's own, also for what works outside of components (uploads). */
export const queryClient = createQueryClient();
