import { uploadForm, type UploadOptions } from '@/lib/api/upload';
import type { Track } from '@/lib/api/types';

/** Sends one file. The text fields go first, so that the server knows them before the bytes arrive. */
export function uploadTrack(file: File, fields: Readonly<Record<string, string>>, cover: File | null, options: UploadOptions): Promise<Track> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  if (cover) form.append('cover', cover);
  form.append('file', file);
  return uploadForm<Track>('/tracks', form, options);
}
