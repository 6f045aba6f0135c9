/* Sends stems, two at a time; goes on while other pages are open. */

import { create } from 'zustand';
import { queryClient } from '@/lib/api/queryClient';
import { trackQuery } from '@/lib/api/tracks/get';
import { guard } from '@/lib/unsaved/store';
import { sendFile, takePartBack } from '@/lib/uploads/sendFile';

export interface SendingStem {
  key: number;
  track: string;
  file: File;
  sent: number;
  state: 'waiting' | 'sending' | 'failed';
  error: unknown;
}

const AT_ONCE = 2;

export const useStemUploads = create<{ list: readonly SendingStem[] }>()(() => ({ list: [] }));

const running = new Map<number, AbortController>();
let keys = 0;

const placeOf = (track: string) => `${track}.stem`;
const nameOf = (file: File) => file.name.replace(/\.[a-z0-9]{2,5}$/i, '').slice(0, 100);

function change(key: number, to: Partial<SendingStem> | null): void {
  useStemUploads.setState(({ list }) => ({ list: list.flatMap((one) => (one.key !== key ? [one] : to ? [{ ...one, ...to }] : [])) }));
}

async function send({ key, track, file }: SendingStem): Promise<void> {
  const controller = new AbortController();
  running.set(key, controller);
  change(key, { state: 'sending', sent: 0, error: null });
  try {
    await sendFile(file, { signal: controller.signal, onProgress: (sent) => change(key, { sent }), about: { of: placeOf(track), metadata: { stem_of: track, stem_name: nameOf(file) } } });
    change(key, null);
  } catch (error) {
    change(key, controller.signal.aborted ? null : { state: 'failed', error });
  }
  running.delete(key);
  void queryClient.invalidateQueries({ queryKey: trackQuery(track).queryKey });
  goOn();
}

function goOn(): void {
  for (const one of useStemUploads.getState().list) if (one.state === 'waiting' && running.size < AT_ONCE) void send(one);
}

export function sendStems(track: string, files: readonly File[]): void {
  const added = files.map((file) => ({ key: ++keys, track, file, sent: 0, state: 'waiting' as const, error: null }));
  useStemUploads.setState(({ list }) => ({ list: [...list, ...added] }));
  goOn();
}

export function sendStemAgain(key: number): void {
  change(key, { state: 'waiting', error: null });
  goOn();
}

export function cancelStem({ key, track, file }: SendingStem): void {
  running.get(key)?.abort();
  change(key, null);
  void takePartBack(file, placeOf(track));
}

guard({ isUnsaved: () => running.size > 0, outlivesPage: true });
