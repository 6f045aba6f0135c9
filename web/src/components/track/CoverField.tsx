/* The cover in a form: choose one and see it, or take it away. Nothing is sent before the form is. */

import { useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Cover, type CoverProps } from '@/components/cover/Cover';
import { Button } from '@/components/ui/Button';

const TYPES = ['image/jpeg', 'image/png', 'image/webp'];
const MAX_BYTES = 20_000_000;

/** A file that replaces the cover; null takes it away, undefined leaves it as it is. */
export type CoverChange = File | null | undefined;

interface CoverFieldProps {
  track: CoverProps['track'];
  value: CoverChange;
  onChange: (value: CoverChange) => void;
}

/** The address of a picture that has not been sent yet. */
function usePreview(file: CoverChange): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!file) return undefined;
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => {
      URL.revokeObjectURL(made);
      setUrl(null);
    };
  }, [file]);
  return url;
}

export function CoverField({ track, value, onChange }: CoverFieldProps) {
  const { t } = useTranslation();
  const id = useId();
  const preview = usePreview(value);
  const [bad, setBad] = useState(false);
  const hasCover = value === undefined ? track.cover_url !== null : value !== null;

  function take(file: File | undefined) {
    if (!file) return;
    const good = TYPES.includes(file.type) && file.size <= MAX_BYTES;
    setBad(!good);
    if (good) onChange(file);
  }

  return (
    <div role="group" aria-label={t('track.cover')} className="flex flex-wrap items-center gap-4">
      {preview ? (
        <img src={preview} alt="" className="size-28 rounded-sm object-cover" />
      ) : (
        <Cover track={hasCover ? track : { ...track, cover_url: null }} sizes="112px" eager className="size-28" />
      )}
      <div className="min-w-0 flex-1 space-y-2">
        <div className="flex flex-wrap gap-2">
          <label
            htmlFor={id}
            className="relative inline-flex h-8 items-center rounded-card border border-line-strong px-3 focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-accent-text hover:border-ink"
          >
            {t(hasCover ? 'track.cover_change' : 'track.cover_add')}
            <input
              id={id}
              type="file"
              accept={TYPES.join(',')}
              className="absolute inset-0 w-full cursor-pointer opacity-0"
              onChange={(event) => {
                take(event.target.files?.[0]);
                event.target.value = '';
              }}
            />
          </label>
          {hasCover && (
            <Button size="sm" tone="quiet" onClick={() => onChange(track.cover_url === null ? undefined : null)}>
              {t('track.cover_remove')}
            </Button>
          )}
        </div>
        <p role="status" className={bad ? 'text-xs text-danger' : 'text-xs text-muted'}>
          {t(bad ? 'track.cover_bad' : 'track.cover_hint')}
        </p>
      </div>
    </div>
  );
}
