/* The uploads of this tab: drafts, what is being sent, what the server is working on. Lives outside of the page, so that
 * everything goes on while one browses. */

import { create } from 'zustand';
import type { TrackForm } from '@/components/track/trackSchema';
import type { TrackStatus } from '@/lib/api/schema';
import type { FileTags } from './tags/readTags';

/** Of the file: sent, then processed by the server. */
export type Phase = 'waiting' | 'sending' | 'paused' | 'processing' | 'done' | 'failed' | 'cancelled';

/** Of what was typed: a draft until somebody publishes it, saved once the server has it. */
export type Saving = 'draft' | 'waiting' | 'running' | 'saved' | 'failed';

export interface UploadItem {
  key: string;
  file: File;
  /** A cover that was chosen. */
  cover: File | null;
  /** The chosen cover that the server has. */
  sentCover: File | null;
  /** For lists and messages: the form's title once there is one. */
  title: string;
  /** As it was when its page was left, or published; null before that. */
  form: TrackForm | null;
  /** The fields that somebody typed in: tags do not change them. */
  typed: readonly (keyof TrackForm)[];
  /** Null until they are read. */
  tags: FileTags | null;
  saving: Saving;
  phase: Phase;
  sent: number;
  total: number;
  /** Bytes a second, smoothed; 0 while unknown. */
  speed: number;
  stage: TrackStatus['stage'];
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

function itemFor(file: File): UploadItem {
  made += 1;
  return {
    key: `upload-${made}`,
    file,
    cover: null,
    sentCover: null,
    title: titleOf(file.name),
    form: null,
    typed: [],
    tags: null,
    saving: 'draft',
    phase: 'waiting',
    sent: 0,
    total: file.size,
    speed: 0,
    stage: 'queued',
    progress: 0,
    trackId: null,
    error: null,
  };
}

export function addItems(files: readonly File[]): UploadItem[] {
  const items = files.map(itemFor);
  useUploads.setState((state) => ({ items: [...state.items, ...items] }));
  return items;
}

export function patchItem(key: string, patch: Partial<UploadItem>): void {
  useUploads.setState((state) => ({ items: state.items.map((item) => (item.key === key ? { ...item, ...patch } : item)) }));
}

export const itemOf = (key: string) => useUploads.getState().items.find((item) => item.key === key);

export function dropItem(key: string): void {
  useUploads.setState((state) => ({ items: state.items.filter((item) => item.key !== key) }));
}

/** Notes that somebody typed in a field. */
export function noteTyped(key: string, name: keyof TrackForm): void {
  const typed = itemOf(key)?.typed;
  if (typed && !typed.includes(name)) patchItem(key, { typed: [...typed, name] });
}

/** What the tags say about the fields that nobody has typed in. */
export const tagFields = ({ tags, typed }: UploadItem): Partial<TrackForm> =>
  Object.fromEntries(Object.entries(tags?.fields ?? {}).filter(([name]) => !typed.includes(name as keyof TrackForm)));

/** What an upload looks like as a whole: its file and what was typed. */
export function stateOf(item: UploadItem): Phase | 'saving' {
  if (item.saving === 'failed') return 'failed';
  return item.phase === 'done' && item.saving !== 'saved' && item.saving !== 'draft' ? 'saving' : item.phase;
}

export const isActive = (item: UploadItem) => ['waiting', 'sending', 'processing', 'saving'].includes(stateOf(item));

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

export interface Total {
  /** Files that are being sent, wait or are paused, and all that were chosen with them. */
  open: number;
  files: number;
  sent: number;
  total: number;
  speed: number;
  /** Seconds until all is sent, or null while nobody can tell. */
  left: number | null;
}

/** All files together that are not cancelled or refused. */
export function totalOf(items: readonly UploadItem[]): Total {
  const counted = items.filter((item) => item.phase !== 'cancelled' && item.phase !== 'failed');
  const open = counted.filter((item) => item.phase === 'sending' || item.phase === 'waiting' || item.phase === 'paused');
  const sum = (pick: (item: UploadItem) => number, of = counted) => of.reduce((all, item) => all + pick(item), 0);
  const speed = sum((item) => (item.phase === 'sending' ? item.speed : 0));
  const sent = sum((item) => (open.includes(item) ? item.sent : item.total)), total = sum((item) => item.total);
  const coming = sum((item) => item.total - item.sent, open.filter((item) => item.phase !== 'paused'));
  return { open: open.length, files: counted.length, sent, total, speed, left: speed > 0 && coming > 0 ? coming / speed : null };
}

/** Bytes that wait for their turn, for which the server has no room set aside yet. */
export const roomWanted = (items: readonly UploadItem[]) => items.reduce((sum, item) => sum + (item.phase === 'waiting' && item.sent === 0 ? item.total : 0), 0);
