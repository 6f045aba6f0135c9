/* Files that will go with the next message: each is sent as soon as it is chosen. */

import { X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '@/components/ui/IconButton';
import { LARGEST_ATTACHMENT, MOST_ATTACHMENTS, removeAttachment, uploadAttachment } from '@/lib/api/chat/attachments';
import { problemText } from '@/lib/api/problemText';
import type { ChatAttachment } from '@/lib/api/schema';
import { useFormat } from '@/lib/format/useFormat';
import { newId } from '@/lib/player/id';
import { toast } from '@/lib/toast/store';

interface Staged {
  id: string;
  file: File;
  progress: number;
  sent: ChatAttachment | null;
  abort: AbortController;
}

export function useStaged(room: string) {
  const { t } = useTranslation();
  const [items, setItems] = useState<readonly Staged[]>([]);
  const latest = useRef(items);
  useEffect(() => {
    latest.current = items;
  }, [items]);
  useEffect(() => () => latest.current.forEach(({ abort }) => abort.abort()), []);
  const change = (id: string, now: Partial<Staged> | null) => setItems((old) => old.flatMap((one) => (one.id !== id ? one : now ? { ...one, ...now } : [])));

  const start = (item: Staged) =>
    uploadAttachment(room, item.file, { signal: item.abort.signal, onProgress: (sent, total) => change(item.id, { progress: sent / total }) }).then(
      (sent) => change(item.id, { sent, progress: 1 }),
      (error: unknown) => {
        change(item.id, null);
        if (!item.abort.signal.aborted) toast(`${item.file.name}: ${problemText(error, t)}`, 'danger');
      },
    );

  return {
    items,
    sent: items.flatMap((one) => one.sent ?? []),
    isBusy: items.some((one) => !one.sent),
    add(files: readonly File[]) {
      const fit = files.filter((file) => {
        const isFit = file.size <= LARGEST_ATTACHMENT;
        if (!isFit) toast(t('chat.too_large', { name: file.name }), 'danger');
        return isFit;
      });
      const room_left = MOST_ATTACHMENTS - items.length;
      if (fit.length > room_left) toast(t('chat.too_many_files', { count: MOST_ATTACHMENTS }), 'danger');
      const now = fit.slice(0, Math.max(0, room_left)).map((file): Staged => ({ id: newId(), file, progress: 0, sent: null, abort: new AbortController() }));
      setItems((old) => [...old, ...now]);
      now.forEach((item) => void start(item));
    },
    remove({ id, sent, abort }: Staged) {
      abort.abort();
      change(id, null);
      if (sent) void removeAttachment(room, sent.id).catch(() => undefined); /* it goes after a day anyway */
    },
    clear: () => setItems([]),
  };
}

export function StagedFiles({ staged }: { staged: ReturnType<typeof useStaged> }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (staged.items.length === 0) return null;
  return (
    <ul aria-label={t('chat.files')} className="mb-2 flex flex-wrap gap-2">
      {staged.items.map((item) => (
        <li key={item.id} className="flex max-w-full items-center gap-2 rounded-card border border-line ps-3 text-sm">
          <bdi className="max-w-48 truncate">{item.file.name}</bdi>
          <span className="num text-xs text-muted">{item.sent ? format.bytes(item.file.size) : `${Math.floor(item.progress * 100)} %`}</span>
          <IconButton size="sm" label={t('chat.no_file', { name: item.file.name })} onClick={() => staged.remove(item)}>
            <X size={16} aria-hidden />
          </IconButton>
        </li>
      ))}
    </ul>
  );
}
