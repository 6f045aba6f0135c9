/* The uploads of this tab: drafts, what is being sent, what the server is working on. Lives outside of the page, so that
 * everything goes on while one browses. */

import { create } from 'zustand';
import type { Stage } from '@/lib/api/types';

export type Phase = 'draft' | 'waiting' | 'sending' | 'processing' | 'done' | 'failed' | 'cancelled';

export interface UploadItem {
  key: string;
  file: File;
  cover: File | null;
  /** For lists and messages: the form's title once there is one. */
  title: string;
  /** The text fields of the request. */
  fields: Readonly<Record<string, string>>;
  phase: Phase;
  sent: number;
  total: number;
  /** Bytes a second, smoothed; 0 while unknown. */
  speed: number;
  stage: Stage;
  /** 0 to 1, of the server's work. */
  progress: number;
  trackId: string | null;
  error: unknown;
}

interface UploadStore {
  items: readonly UploadItem[];
}

export const useUploads = create<UploadStore>(() => ({ items: [] }));

let made = 0;

/** "03 - Night_Drive (final).wav" → "Night Drive (final)". */
export function titleOf(fileName: string): string {
  const stem = fileName.replace(/\.[a-z0-9]{2,5}$/i, '');
  const title = stem
    .replace(/_+/g, ' ')
    .replace(/^\d{1,3}\s*[-.–]\s*/, '')
    .replace(/\s+/g, ' ')
    .trim();
  return title || stem || fileName;
}

export function addFiles(files: readonly File[]): void {
  const items = files.map((file): UploadItem => {
    made += 1;
    return {
      key: `upload-${made}`,
      file,
      cover: null,
      title: titleOf(file.name),
      fields: {},
      phase: 'draft',
      sent: 0,
      total: file.size,
      speed: 0,
      stage: 'queued',
      progress: 0,
      trackId: null,
      error: null,
    };
  });
  useUploads.setState((state) => ({ items: [...state.items, ...items] }));
}

export function patchItem(key: string, patch: Partial<UploadItem>): void {
  useUploads.setState((state) => ({ items: state.items.map((item) => (item.key === key ? { ...item, ...patch } : item)) }));
}

export const itemOf = (key: string) => useUploads.getState().items.find((item) => item.key === key);

export function dropItem(key: string): void {
  useUploads.setState((state) => ({ items: state.items.filter((item) => item.key !== key) }));
}

export const isActive = (item: UploadItem) => item.phase === 'waiting' || item.phase === 'sending' || item.phase === 'processing';

/** 0 to 1 over sending (the longer part for people) and processing. */
export function overall(item: UploadItem): number {
  if (item.phase === 'done') return 1;
  if (item.phase === 'processing') return 0.7 + 0.3 * item.progress;
  return item.total > 0 ? (0.7 * item.sent) / item.total : 0;
}

/** Seconds until everything is sent, or null while nobody can tell. */
export function secondsLeft(item: UploadItem): number | null {
  return item.phase === 'sending' && item.speed > 0 ? (item.total - item.sent) / item.speed : null;
}
