import { del, get } from '@/lib/api/client';

export const getUpload = (id: string, signal?: AbortSignal) => get('/uploads/{id}/status', { path: { id }, signal });
export const getUploadProgress = (id: string, signal?: AbortSignal) => get('/uploads/{id}/progress', { path: { id }, signal });
export const removeUpload = (id: string) => del('/uploads/{id}', { path: { id } });
