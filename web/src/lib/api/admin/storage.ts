import { queryOptions, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { get, put } from '@/lib/api/client';
import { endlessQuery, LATER } from '@/lib/api/endless';

const STORAGE = ['admin', 'storage'];

/** Who stores something, who stores most first. */
export const useStorageOfPeople = () =>
  useInfiniteQuery(endlessQuery([...STORAGE, 'people'], (cursor, signal) => get('/admin/users/quotas', { query: { cursor, limit: cursor ? LATER : 50, total: !cursor }, signal })));

const rolesQuery = queryOptions({ queryKey: [...STORAGE, 'roles'], queryFn: ({ signal }) => get('/admin/roles/quotas', { query: { limit: 100 }, signal }) });

/** What people with each role may store. */
export const useStorageOfRoles = () => useQuery(rolesQuery);

/** What everybody may store whose roles say nothing, in bytes; undefined while that is not known. */
export const useUsualQuota = () =>
  useQuery({ queryKey: [...STORAGE, 'usual'], queryFn: ({ signal }) => get('/upload/limits', { signal }), staleTime: Infinity }).data?.storage_bytes;

/** Whether uploaded files are scanned for harmful software. */
export const useAntivirus = () => useQuery({ queryKey: ['admin', 'antivirus'], queryFn: ({ signal }) => get('/admin/antivirus', { signal }) });

export interface QuotaOf {
  kind: 'users' | 'roles';
  id: string;
}

export function useSetQuota() {
  const client = useQueryClient();
  return useMutation({
    /** `max_bytes` null: what the roles or the installation say. */
    mutationFn: ({ kind, id, max_bytes }: QuotaOf & { max_bytes: number | null }): Promise<unknown> =>
      kind === 'users' ? put('/admin/users/{id}/quota', { path: { id }, body: { max_bytes } }) : put('/admin/roles/{id}/quota', { path: { id }, body: { max_bytes } }),
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: STORAGE }), client.invalidateQueries({ queryKey: ['quota'] })]),
  });
}
