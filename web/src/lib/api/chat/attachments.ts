import { del } from '@/lib/api/client';
import { uploadForm, type UploadOptions } from '@/lib/api/upload';

/** Bytes that the server takes of a file. */
export const LARGEST_ATTACHMENT = 25 * 1024 * 1024;
/** Files of one message. */
export const MOST_ATTACHMENTS = 10;

export function uploadAttachment(roomId: string, file: File, options: UploadOptions) {
  const form = new FormData();
  form.append('file', file, file.name);
  return uploadForm('post', '/chat/rooms/{roomId}/attachments', form, { path: { roomId }, ...options });
}

/** One that was not sent yet. */
export const removeAttachment = (roomId: string, attachmentId: string) => del('/chat/rooms/{roomId}/attachments/{attachmentId}', { path: { roomId, attachmentId } });
