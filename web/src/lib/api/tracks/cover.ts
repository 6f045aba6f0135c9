import { useMutation, useQueryClient } from '@tanstack/react-query';
import { del } from '@/lib/api/client';
import { uploadForm } from '@/lib/api/upload';
import { invalidateTracks, patchTrack } from './cache';

export function replaceCover(id: string, file: File) {
  const form = new FormData();
  form.append('cover', file);
  return uploadForm('put', '/tracks/{id}/cover', form, { path: { id }, signal: new AbortController().signal, onProgress: () => undefined });
}

export const removeCover = (id: string) => del('/tracks/{id}/cover', { path: { id } });

/** Sends a new cover, or takes the cover away when there is no file. */
export function useChangeCover() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, file }: { id: string; file: File | null }) => (file ? (await replaceCover(id, file)).cover_url : (await removeCover(id), null)),
    onSuccess: (cover_url, { id }) => {
      patchTrack(client, id, { cover_url });
      void invalidateTracks(client);
    },
  });
}
