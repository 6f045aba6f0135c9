/* The statistics of a playlist: how often it was opened, who follows it, and what its links were used for. For its owner. */

import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { Dialog } from '@/components/ui/Dialog';
import { ErrorState } from '@/components/ui/ErrorState';
import { SelectField } from '@/components/ui/Field';
import { useAnalytics } from '@/lib/api/playlists/analytics';
import type { Playlist } from '@/lib/api/schema';
import { useFormat } from '@/lib/format/useFormat';
import { DayPlot } from './DayPlot';

const PERIODS = [30, 90, 365] as const;

function Figure({ label, value }: { label: string; value: number }) {
  const format = useFormat();
  return (
    <div>
      <dt className="text-sm text-muted">{label}</dt>
      <dd className="num text-xl">{format.number(value)}</dd>
    </div>
  );
}

export function FiguresDialog({ playlist, onClose }: { playlist: Playlist; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [days, setDays] = useState<number>(30);
  const { data, isPending, isLoadingError, error, refetch } = useAnalytics(playlist.id, days);
  return (
    <Dialog open wide onOpenChange={(open) => !open && onClose()} title={t('playlists.figures_title')} description={t('playlists.figures_text')}>
      <div className="space-y-6">
        <SelectField label={t('playlists.period')} value={String(days)} onChange={(event) => setDays(Number(event.target.value))}>
          {PERIODS.map((one) => (
            <option key={one} value={one}>
              {t('playlists.last_days', { count: one })}
            </option>
          ))}
        </SelectField>
        {isPending && (
          <div role="status" aria-label={t('common.loading')}>
            <PeaksSkeleton seed={playlist.id} className="h-28" />
          </div>
        )}
        {isLoadingError && <ErrorState error={error} onRetry={() => void refetch()} />}
        {data && (
          <>
            <dl className="grid grid-cols-3 gap-4">
              <Figure label={t('playlists.openings')} value={data.openings} />
              <Figure label={t('playlists.by_link')} value={data.link_openings} />
              <Figure label={t('playlists.follow_count')} value={data.follower_count} />
            </dl>
            <DayPlot title={t('playlists.openings')} days={data.days.map(({ day, openings }) => ({ day: day ?? '', value: openings ?? 0 }))} />
            <DayPlot line title={t('playlists.follow_count')} days={data.days.map(({ day, followers }) => ({ day: day ?? '', value: followers ?? 0 }))} />
            {data.links.length > 0 && (
              <section aria-labelledby="figures-links">
                <h3 id="figures-links" className="text-sm font-semibold">
                  {t('playlists.figures_links')}
                </h3>
                <ul className="divide-y divide-line text-sm">
                  {data.links.map((link) => (
                    <li key={link.id} className="flex flex-wrap justify-between gap-x-4 py-2">
                      <span>{t('common.created', { date: format.moment(link.created_at ?? '') })}</span>
                      <span className="num text-muted">{t('sharing.opened', { count: link.access_count ?? 0 })}</span>
                    </li>
                  ))}
                </ul>
              </section>
            )}
          </>
        )}
      </div>
    </Dialog>
  );
}
