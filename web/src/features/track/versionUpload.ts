/* Sends the file of a new version; goes on while other pages are open. */

import { create } from 'zustand';
import { queryClient } from '@/lib/api/queryClient';
import { trackQuery } from '@/lib/api/tracks/get';
import { guard } from '@/lib/unsaved/store';
import { sendFile, takePartBack } from '@/lib/uploads/sendFile';

export interface Sending {
  file: File;
  changelog: string;
  sent: number;
  error: unknown;
}

interface Store {
  /** By the id of the track. */
  of: Partial<Record<string, Sending>>;
}

export const useVersionUploads = create<Store>()(() => ({ of: {} }));

const running = new Map<string, AbortController>();

function put(id: string, change: Partial<Sending> | null): void {
  useVersionUploads.setState(({ of }) => ({ of: { ...of, [id]: change && { file: new File([], ''), changelog: '', sent: 0, error: null, ...of[id], ...change } || undefined } }));
}

/** One file for a track at a time: another one takes the place of what is on its way. */
export async function sendVersion(id: string, file: File, changelog: string): Promise<void> {
  if (running.has(id)) cancelVersion(id);
  const controller = new AbortController();
  const isOurs = () => running.get(id) === controller;
  running.set(id, controller);
  put(id, { file, changelog, sent: 0, error: null });
  try {
    await sendFile(file, {
      signal: controller.signal, onProgress: (sent) => isOurs() && put(id, { sent }), about: { of: id, metadata: { version_of: id, changelog } },
    });
    if (isOurs()) put(id, null);
  } catch (error) {
    if (isOurs()) put(id, { error });
  }
  if (isOurs()) running.delete(id);
  void queryClient.invalidateQueries({ queryKey: trackQuery(id).queryKey });
}

export function cancelVersion(id: string): void {
  const sending = useVersionUploads.getState().of[id];
  running.get(id)?.abort();
  running.delete(id);
  put(id, null);
  if (sending) void takePartBack(sending.file, id);
}

guard({ isUnsaved: () => running.size > 0, outlivesPage: true });
