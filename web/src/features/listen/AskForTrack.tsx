import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Cover } from '@/components/cover/Cover';
import { TextField } from '@/components/ui/Field';
import { IconButton } from '@/components/ui/IconButton';
import { useTracks } from '@/lib/api/tracks/list';
import { useDebounced } from '@/lib/dom/useDebounced';
import { byline } from '@/lib/format/byline';

const SHOWN = 6;

/** Looks for tracks, and asks for one of them. */
export function AskForTrack({ onAsk }: { onAsk: (id: string) => void }) {
  const { t } = useTranslation();
  const [words, setWords] = useState('');
  const q = useDebounced(words.trim(), 250);
  const { data } = useTracks({ ...(q && { q }), limit: SHOWN, sort: 'newest' });
  const found = data?.items ?? [];
  return (
    <section aria-labelledby="ask">
      <h2 id="ask" className="mb-3 text-lg">
        {t('listen.ask')}
      </h2>
      <TextField type="search" label={t('listen.search')} value={words} maxLength={200} onChange={(event) => setWords(event.target.value)} />
      <ul className="mt-3" aria-live="polite">
        {found.map((track) => (
          <li key={track.id} className="flex min-h-14 items-center gap-3">
            <Cover track={track} sizes="40px" className="w-10" />
            <div className="min-w-0 flex-1">
              <p className="truncate text-sm font-semibold">
                <bdi>{track.title}</bdi>
              </p>
              <p className="truncate text-xs text-muted">
                <bdi>{byline(track)}</bdi>
              </p>
            </div>
            <IconButton label={t('listen.add', { title: track.title })} onClick={() => onAsk(track.id)}>
              <Plus size={18} aria-hidden />
            </IconButton>
          </li>
        ))}
      </ul>
      {data && found.length === 0 && <p className="text-sm text-muted">{t('listen.nothing_found')}</p>}
    </section>
  );
}
