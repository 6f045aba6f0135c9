/* One's own tracks, to choose from: for a new release, and to add some to one. In the order in which they are ticked. */

import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { ErrorState } from '@/components/ui/ErrorState';
import { inputClass } from '@/components/ui/Field';
import { More } from '@/components/ui/More';
import { useEndlessTracks } from '@/lib/api/tracks/list';
import { useDebounced } from '@/lib/dom/useDebounced';

interface ChooseTracksProps {
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
  /** Those that are in the release already. */
  without?: ReadonlySet<string>;
}

export function ChooseTracks({ chosen, onChange, without }: ChooseTracksProps) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const q = useDebounced(text.trim(), 250);
  const tracks = useEndlessTracks({ mine: true, sort: 'newest', limit: 50, ...(q && { q }) });
  const items = tracks.data?.pages.flatMap((page) => page.items).filter(({ id }) => !without?.has(id)) ?? [];
  return (
    <fieldset>
      <legend className="mb-1.5 text-sm font-semibold">{t('releases.tracks_count', { count: chosen.length })}</legend>
      <input
        type="search"
        dir="auto"
        value={text}
        onChange={(event) => setText(event.target.value)}
        aria-label={t('releases.find_track')}
        placeholder={t('releases.find_track')}
        className={`${inputClass} mb-2 h-10`}
      />
      {tracks.isPending && <PeaksSkeleton className="h-14" />}
      {tracks.isLoadingError && <ErrorState error={tracks.error} onRetry={() => void tracks.refetch()} />}
      {tracks.isSuccess && items.length === 0 && <p className="py-3 text-sm text-muted">{t('releases.no_track')}</p>}
      <ul className="max-h-[min(40dvh,320px)] overflow-y-auto overscroll-contain">
        {items.map(({ id, title }) => {
          const place = chosen.indexOf(id) + 1;
          return (
            <li key={id}>
              <label className="flex min-h-11 items-center gap-3 border-b border-line py-1">
                <input
                  type="checkbox"
                  checked={place > 0}
                  onChange={() => onChange(place > 0 ? chosen.filter((one) => one !== id) : [...chosen, id])}
                  className="size-4 shrink-0 accent-(--accent-text)"
                />
                <span dir="auto" className="min-w-0 flex-1 truncate">
                  {title}
                </span>
                {place > 0 && <span className="num text-xs text-muted">{place}</span>}
              </label>
            </li>
          );
        })}
        {tracks.hasNextPage && (
          <li className="p-2">
            <More list={tracks} small className="" />
          </li>
        )}
      </ul>
    </fieldset>
  );
}
