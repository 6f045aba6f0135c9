import { useMutation, useQueryClient } from '@tanstack/react-query';
import { uploadForm, type UploadOptions } from '@/lib/api/upload';
import { invalidateLists } from './cache';

interface PlaylistFile extends UploadOptions {
  file: File;
}

function importFile({ file, ...options }: PlaylistFile) {
  const form = new FormData();
  form.append('file', file);
  return uploadForm('post', '/playlists/import', form, options);
}

/** Makes a playlist from a file; the reply says what became of each of its entries. */
export function useImportFile() {
  const client = useQueryClient();
  return useMutation({ mutationFn: importFile, onSuccess: () => void invalidateLists(client) });
}
