import { clsx } from 'clsx';
import { useEffect, useId, useRef, useState, type DragEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { useServerStatus } from '@/lib/api/system/status';
import { useFormat } from '@/lib/format/useFormat';
import { toast } from '@/lib/toast/store';
import { ACCEPT, EXTENSIONS } from '@/lib/uploads/soundFiles';
import { droppedFiles } from './dropped';

/** By type where the browser knows it, else by name; what it really is, the server finds out. */
export function looksLikeAudio(file: { name: string; type: string }): boolean {
  const extension = file.name.split('.').pop()?.toLowerCase() ?? '';
  return file.type.startsWith('audio/') || EXTENSIONS.includes(extension);
}

interface DropZoneProps {
  onFiles: (files: readonly File[]) => void;
  small: boolean;
}

export function DropZone({ onFiles, small }: DropZoneProps) {
  const { t } = useTranslation();
  const id = useId();
  const format = useFormat();
  const limit = useServerStatus().data?.max_upload_bytes;
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);

  /** What lies in a folder beside the music is passed over without a word. */
  function take(files: readonly File[], inside: readonly File[] = []) {
    const audio = [...files, ...inside].filter(looksLikeAudio);
    for (const file of files) if (!audio.includes(file)) toast(t('upload.not_audio', { name: file.name }), 'danger');
    if (audio.length > 0) onFiles(audio);
    else if (inside.length > 0) toast(t('upload.folder_without_audio'), 'danger');
  }

  /* a file dropped beside the zone must not replace the page */
  useEffect(() => {
    const keep = (event: Event) => event.preventDefault();
    addEventListener('dragover', keep);
    addEventListener('drop', keep);
    return () => {
      removeEventListener('dragover', keep);
      removeEventListener('drop', keep);
    };
  }, []);

  const drag = (entered: boolean) => (event: DragEvent) => {
    event.preventDefault();
    if (!entered && event.currentTarget.contains(event.relatedTarget as Node | null)) return;
    setOver(entered);
  };

  return (
    <div
      onDragEnter={drag(true)}
      onDragOver={drag(true)}
      onDragLeave={drag(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void droppedFiles(event.dataTransfer).then(({ loose, inside }) => take(loose, inside));
      }}
      className={clsx(
        'relative overflow-hidden rounded-card border-2 border-dashed transition-colors duration-150 focus-within:border-accent-text',
        over ? 'border-accent-text bg-accent-wash' : 'border-line-strong hover:border-ink',
      )}
    >
      <label htmlFor={id} className={clsx('relative z-1 flex flex-col justify-end p-6 sm:p-8', small ? 'min-h-28' : 'min-h-[26rem] sm:min-h-[30rem]')}>
        <span className={small ? 'text-lg font-bold' : 'poster max-w-[12ch] text-balance'}>{t(over ? 'upload.drop_now' : 'upload.drop')}</span>
        <span className="mt-3 text-base text-muted">
          {t('upload.formats')}
          {limit !== undefined && ` ${t('upload.limit', { limit: format.bytes(limit) })}`}
        </span>
      </label>
      {!small && (
        <div className={clsx('pointer-events-none absolute inset-x-0 top-8 transition-opacity [&_svg]:animate-none', over && '[&_svg]:fill-(--wave-played)')}>
          <PeaksSkeleton seed="drop" bars={120} className="h-28 sm:h-36" />
        </div>
      )}
      <input
        ref={input}
        id={id}
        type="file"
        multiple
        accept={ACCEPT}
        className="absolute inset-0 cursor-pointer opacity-0"
        onChange={(event) => {
          take([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
    </div>
  );
}
