import { useMutation, useQueryClient } from '@tanstack/react-query';
import { del } from '@/lib/api/client';
import { uploadForm } from '@/lib/api/upload';
import { invalidateRelease } from './cache';

/** Sends a new cover, or takes the cover away when there is no file. */
export function useChangeReleaseCover() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, file }: { id: string; file: File | null }) => {
      if (!file) return del('/releases/{id}/cover', { path: { id } });
      const form = new FormData();
      form.append('cover', file);
      await uploadForm('put', '/releases/{id}/cover', form, { path: { id }, signal: new AbortController().signal, onProgress: () => undefined });
    },
    onSuccess: (_nothing, { id }) => void invalidateRelease(client, id),
  });
}
