/* A genre or tag: whether one follows or mutes it, and changing that. */

import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { del, get, post } from '@/lib/api/client';
import { tellProblem } from '@/lib/toast/problem';

export interface Label {
  kind: 'genre' | 'tag';
  name: string;
}

export interface LabelState {
  name: string;
  /** Of a genre, which other names lead to as well. */
  slug?: string;
  /** Of a genre: the slug of the genre above. */
  parent: string | null;
  is_following: boolean;
  is_muted: boolean;
}

async function labelState({ kind, name }: Label, signal?: AbortSignal): Promise<LabelState> {
  if (kind === 'genre') return get('/discover/genre/{genre}/follow', { path: { genre: name }, signal });
  return { parent: null, ...(await get('/discover/tag/{tag}/follow', { path: { tag: name }, signal })) };
}

export const labelStateQuery = (label: Label) => queryOptions({ queryKey: ['discover', 'label', label], queryFn: ({ signal }) => labelState(label, signal) });

export const setLabelFollowed = ({ kind, name }: Label, on: boolean): Promise<unknown> =>
  kind === 'genre'
    ? (on ? post('/discover/genre/{genre}/follow', { path: { genre: name } }) : del('/discover/genre/{genre}/follow', { path: { genre: name } }))
    : (on ? post('/discover/tag/{tag}/follow', { path: { tag: name } }) : del('/discover/tag/{tag}/follow', { path: { tag: name } }));

export const setLabelMuted = ({ kind, name }: Label, on: boolean): Promise<unknown> =>
  kind === 'genre'
    ? (on ? post('/discover/genre/{genre}/mute', { path: { genre: name } }) : del('/discover/genre/{genre}/mute', { path: { genre: name } }))
    : (on ? post('/discover/tag/{tag}/mute', { path: { tag: name } }) : del('/discover/tag/{tag}/mute', { path: { tag: name } }));

/** Follows or mutes at once, and takes it back when the server refuses. */
export function useLabel(label: Label) {
  const client = useQueryClient();
  const { queryKey } = labelStateQuery(label);
  return useMutation({
    mutationFn: ({ what, on }: { what: 'is_following' | 'is_muted'; on: boolean }) => (what === 'is_following' ? setLabelFollowed : setLabelMuted)(label, on),
    onMutate: async ({ what, on }) => {
      await client.cancelQueries({ queryKey });
      const before = client.getQueryData(queryKey);
      if (before) client.setQueryData(queryKey, { ...before, [what]: on });
      return { before };
    },
    onError: (error, _change, context) => {
      if (context?.before) client.setQueryData(queryKey, context.before);
      tellProblem(error);
    },
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: ['discover'] }), client.invalidateQueries({ queryKey: ['feed'] }), client.invalidateQueries({ queryKey: ['mutes'] })]),
  });
}
