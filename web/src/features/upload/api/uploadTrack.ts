import { uploadForm, type UploadOptions } from '@/lib/api/upload';
import type { Track } from '@/lib/api/schema';

/** Sends a file. Its track is private until it is published with what was typed meanwhile. */
export function uploadTrack(file: File, options: UploadOptions): Promise<Track> {
  const form = new FormData();
  form.append('visibility', 'private');
  form.append('file', file);
  return uploadForm('post', '/tracks', form, options);
}
