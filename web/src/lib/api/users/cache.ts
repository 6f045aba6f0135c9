/* Changes to a person in what is loaded already, so that a page shows them before the server has answered. */

import type { QueryClient } from '@tanstack/react-query';
import type { PublicUser } from '@/lib/api/schema';

const BY_NAME = ['users', 'by-username'];

export function patchUser(client: QueryClient, id: string, change: (user: PublicUser) => Partial<PublicUser>): void {
  client.setQueriesData<PublicUser>({ queryKey: BY_NAME }, (user) => (user?.id === id ? { ...user, ...change(user) } : user));
}

/** What there was before a change; hand it to `restoreUsers` when the server refuses. */
export async function snapshotUsers(client: QueryClient) {
  await client.cancelQueries({ queryKey: BY_NAME });
  return client.getQueriesData<PublicUser>({ queryKey: BY_NAME });
}

export function restoreUsers(client: QueryClient, before: Awaited<ReturnType<typeof snapshotUsers>> | undefined): void {
  for (const [key, user] of before ?? []) client.setQueryData(key, user);
}
