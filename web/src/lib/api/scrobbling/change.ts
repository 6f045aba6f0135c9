import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Body } from '@/lib/api/address';
import { del, patch, post } from '@/lib/api/client';
import { scrobblingQuery } from './list';

function useChange<V, R>(mutationFn: (given: V) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSuccess: () => client.invalidateQueries({ queryKey: scrobblingQuery.queryKey, exact: true }) });
}

export const useConnectListenBrainz = () => useChange((body: Body<'post', '/scrobbling/listenbrainz'>) => post('/scrobbling/listenbrainz', { body }));

/** The reply says where the person agrees. */
export const useConnectLastFm = () => useChange((body: Body<'post', '/scrobbling/lastfm'>) => post('/scrobbling/lastfm', { body }));

export const useConfirmLastFm = () => useChange((id: string) => post('/scrobbling/{id}/confirm', { path: { id } }));

export const useChangeScrobbling = () =>
  useChange(({ id, ...body }: { id: string } & Body<'patch', '/scrobbling/{id}'>) => patch('/scrobbling/{id}', { path: { id }, body }));

export const useDisconnectScrobbling = () => useChange((id: string) => del('/scrobbling/{id}', { path: { id } }));
