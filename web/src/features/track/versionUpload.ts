/* Sends the file of a new version; goes on while other pages are open. */

import { create } from 'zustand';
import { queryClient } from '@/lib/api/queryClient';
import { trackQuery } from '@/lib/api/tracks/get';
import { guard } from '@/lib/unsaved/store';
import { sendFile, takeVersionBack } from '@/lib/uploads/sendFile';

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

export async function sendVersion(id: string, file: File, changelog: string): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  put(id, { file, changelog, sent: 0, error: null });
  try {
    await sendFile(file, { signal: controller.signal, onProgress: (sent) => put(id, { sent }), version: { of: id, changelog } });
    put(id, null);
  } catch (error) {
    put(id, controller.signal.aborted ? null : { error });
  }
  running.delete(id);
  void queryClient.invalidateQueries({ queryKey: trackQuery(id).queryKey });
}

export function cancelVersion(id: string): void {
  const sending = useVersionUploads.getState().of[id];
  running.get(id)?.abort();
  put(id, null);
  if (sending) void takeVersionBack(sending.file, id);
}

guard({ isUnsaved: () => running.size > 0, outlivesPage: true });
