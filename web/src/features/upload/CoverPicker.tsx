import { useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { GeneratedCover } from '@/components/cover/GeneratedCover';
import { toast } from '@/lib/toast/store';
import { patchItem, type UploadItem } from './store';

const TYPES = ['image/jpeg', 'image/png', 'image/webp'];
const MAX_BYTES = 20_000_000;

export function CoverPicker({ item }: { item: UploadItem }) {
  const { t } = useTranslation();
  const id = useId();
  const [url, setUrl] = useState<string | null>(null);
  const picture = item.cover ?? item.tags?.picture ?? null;
  useEffect(() => {
    if (!picture) return undefined;
    const made = URL.createObjectURL(picture);
    setUrl(made);
    return () => {
      URL.revokeObjectURL(made);
      setUrl(null);
    };
  }, [picture]);

  function take(file: File | undefined) {
    if (!file) return;
    if (!TYPES.includes(file.type) || file.size > MAX_BYTES) toast(t('upload.bad_cover'), 'danger');
    else patchItem(item.key, { cover: file });
  }

  return (
    <div className="max-w-40">
      <div className="relative aspect-square overflow-hidden rounded-card focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-accent-text">
        {url ? <img src={url} alt="" className="size-full object-cover" /> : <GeneratedCover id={item.key + item.file.name} className="size-full" />}
        <input
          id={id}
          type="file"
          accept={TYPES.join(',')}
          className="absolute inset-0 cursor-pointer opacity-0"
          onChange={(event) => {
            take(event.target.files?.[0]);
            event.target.value = '';
          }}
        />
      </div>
      <label htmlFor={id} className="mt-2 block text-xs text-muted hover:text-ink">
        {t(item.cover ? 'upload.change_cover' : picture ? 'upload.file_cover' : 'upload.add_cover')}
      </label>
    </div>
  );
}
