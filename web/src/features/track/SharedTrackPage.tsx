/* A track that somebody was given a link to. */

import { Download } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { Cover } from '@/components/cover/Cover';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { PlayButton } from '@/components/track/PlayButton';
import { TrackWaveform } from '@/components/track/TrackWaveform';
import { seekTrack } from '@/components/track/usePlayFrom';
import { Button } from '@/components/ui/Button';
import { ErrorState } from '@/components/ui/ErrorState';
import { NotFound } from '@/components/ui/NotFound';
import { Page } from '@/components/ui/Page';
import { hasCode } from '@/lib/api/problem';
import type { SharedTrack } from '@/lib/api/schema';
import { useSharedTrack } from '@/lib/api/shares/shared';
import { useTitle } from '@/lib/dom/useTitle';
import { byline } from '@/lib/format/byline';
import { largeTitle } from '@/lib/format/largeTitle';
import { useFormat } from '@/lib/format/useFormat';
import { ChapterMarks } from './ChapterMarks';
import { TrackDescription } from './TrackDescription';

const DownloadDialog = lazy(() => import('@/components/track/DownloadDialog'));

function Loaded({ shared, token }: { shared: SharedTrack; token: string }) {
  const { t } = useTranslation();
  const { moment } = useFormat();
  const [keeps, setKeeps] = useState(false);
  const track = { ...shared, duration: null, status: 'completed' as const };
  return (
    <article className="mx-auto max-w-[1440px] px-4 pt-8 pb-16 sm:px-6">
      <div className="grid gap-6 sm:grid-cols-[200px_minmax(0,1fr)]">
        <Cover track={track} sizes="200px" eager className="w-40 rounded-card sm:w-full" />
        <header className="flex min-w-0 flex-col justify-end">
          <p className="text-sm text-muted">{t('sharing.shared')}</p>
          <h1 dir="auto" title={track.title} className={`hyphens-auto ${largeTitle(track.title)}`}>
            {track.title}
          </h1>
          <p dir="auto" className="mt-2 text-lg text-muted">
            {byline(track)}
          </p>
          {shared.expires_at && <p className="mt-1 text-sm text-muted">{t('sharing.until', { date: moment(shared.expires_at) })}</p>}
        </header>
      </div>
      <div className="flex items-center gap-4 py-6 sm:gap-6">
        <PlayButton track={track} size="lg" />
        <TrackWaveform track={track} context={{ more: [] }} className="h-28 min-w-0 flex-1 sm:h-36">
          <ChapterMarks track={track} />
        </TrackWaveform>
      </div>
      {shared.permissions === 'download' && (
        <Button onClick={() => setKeeps(true)}>
          <Download size={18} aria-hidden />
          {t('track.download')}
        </Button>
      )}
      <div className="mt-8">
        <TrackDescription track={track} onSeek={(seconds) => void seekTrack(track, { more: [] }, seconds)} />
      </div>
      {keeps && (
        <Suspense fallback={null}>
          <DownloadDialog track={track} share={token} onClose={() => setKeeps(false)} />
        </Suspense>
      )}
    </article>
  );
}

export function Component() {
  const { token = '' } = useParams();
  const shared = useSharedTrack(token);
  useTitle(shared.data?.title ?? '');
  if (shared.isPending) {
    return (
      <Page>
        <PeaksSkeleton />
      </Page>
    );
  }
  if (shared.isError && (hasCode(shared.error, 'not_found') || hasCode(shared.error, 'validation'))) return <NotFound />;
  if (shared.isLoadingError) {
    return (
      <Page>
        <ErrorState error={shared.error} onRetry={() => void shared.refetch()} />
      </Page>
    );
  }
  return <Loaded shared={shared.data} token={token} />;
}
