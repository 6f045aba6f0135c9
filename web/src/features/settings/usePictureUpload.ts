/* Sending a picture: seen at once, with its progress, and to be cancelled while it is on its way. */

import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { problemText } from '@/lib/api/problemText';
import type { PictureUpload } from '@/lib/api/users/uploadAvatar';
import { toast } from '@/lib/toast/store';

export const PICTURE_TYPES = ['image/jpeg', 'image/png', 'image/webp'];
const MAX_BYTES = 20_000_000;

export interface Sending {
  preview: string;
  /** 0 to 1; null once all is sent and the server makes the picture anew. */
  sent: number | null;
  abort: () => void;
}

export function usePictureUpload(id: string, upload: (picture: PictureUpload) => Promise<unknown>, saved: string) {
  const { t } = useTranslation();
  const [sending, setSending] = useState<Sending | null>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  async function send(file: File) {
    if (!PICTURE_TYPES.includes(file.type) || file.size > MAX_BYTES) {
      toast(t('settings.avatar.bad'), 'danger');
      return;
    }
    const control = new AbortController();
    running.current = control;
    const preview = URL.createObjectURL(file);
    setSending({ preview, sent: 0, abort: () => control.abort() });
    try {
      await upload({
        id,
        file,
        signal: control.signal,
        onProgress: (sent, total) => setSending((now) => now && { ...now, sent: sent < total ? sent / total : null }),
      });
      toast(saved, 'ok');
    } catch (error) {
      if (!control.signal.aborted) toast(problemText(error, t), 'danger');
    } finally {
      setSending(null);
      URL.revokeObjectURL(preview);
    }
  }
  return { sending, send };
}
