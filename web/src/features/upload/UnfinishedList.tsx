/* Uploads that were begun here and not finished, perhaps before a reload: a browser cannot open a file again by itself. */

import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '@/components/ui/IconButton';
import { hasCode } from '@/lib/api/problem';
import { getUploadProgress, removeUpload } from '@/lib/api/uploads/uploads';
import { useFormat } from '@/lib/format/useFormat';
import { forgetKey, listUnfinished, type Unfinished } from '@/lib/uploads/unfinished';
import type { UploadItem } from './store';

const idOf = (url: string) => url.split('/').at(-1) ?? '';

function Row({ upload, onGone }: { upload: Unfinished; onGone: () => void }) {
  const { t } = useTranslation();
  const f = useFormat();
  const id = idOf(upload.url);
  const { data, error } = useQuery({ queryKey: ['uploads', 'progress', id], queryFn: ({ signal }) => getUploadProgress(id, signal), staleTime: 0 });
  if (hasCode(error, 'not_found') || (data && data.state !== 'open')) return null;
  return (
    <li className="flex items-center gap-3 border-b border-line py-3">
      <div className="min-w-0 flex-1">
        <p className="truncate" title={upload.name}>
          <bdi>{upload.name}</bdi>
        </p>
        <p className="num mt-0.5 text-sm text-muted">{data ? t('upload.sent', { sent: f.bytes(data.received_bytes), total: f.bytes(upload.size) }) : f.bytes(upload.size)}</p>
      </div>
      <IconButton
        label={t('upload.remove', { name: upload.name })}
        size="sm"
        onClick={() => {
          forgetKey(upload.key);
          void removeUpload(id).catch(() => undefined);
          onGone();
        }}
      >
        <X size={16} aria-hidden />
      </IconButton>
    </li>
  );
}

export function UnfinishedList({ items }: { items: readonly UploadItem[] }) {
  const { t } = useTranslation();
  const [, setGone] = useState(0);
  const here = new Set(items.map(({ file }) => `${file.size}.${file.name}`));
  const left = listUnfinished().filter(({ name, size }) => !here.has(`${size}.${name}`));
  if (left.length === 0) return null;
  return (
    <section className="mt-10" aria-labelledby="unfinished">
      <h2 id="unfinished" className="text-xl">
        {t('upload.unfinished')}
      </h2>
      <p className="mt-1 mb-3 text-muted">{t('upload.unfinished_help')}</p>
      <ul className="border-t border-line">
        {left.map((upload) => (
          <Row key={upload.key} upload={upload} onGone={() => setGone((n) => n + 1)} />
        ))}
      </ul>
    </section>
  );
}
