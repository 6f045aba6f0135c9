import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { Cover } from '@/components/cover/Cover';
import { useCoverHue } from '@/components/cover/useCoverHue';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { DeleteTrackDialog } from '@/components/track/DeleteTrackDialog';
import { PlayButton } from '@/components/track/PlayButton';
import { ProcessingLine } from '@/components/track/ProcessingLine';
import { StatusBadge } from '@/components/track/StatusBadge';
import { TrackWaveform } from '@/components/track/TrackWaveform';
import { TrackByline } from '@/components/track/TrackByline';
import { seekTrack } from '@/components/track/usePlayFrom';
import { Button } from '@/components/ui/Button';
import { ErrorState } from '@/components/ui/ErrorState';
import { HueBox } from '@/components/ui/HueBox';
import { NotFound } from '@/components/ui/NotFound';
import { Page } from '@/components/ui/Page';
import { useMe } from '@/lib/api/auth/me';
import { hasCode } from '@/lib/api/problem';
import { problemText } from '@/lib/api/problemText';
import { useReprocessTrack } from '@/lib/api/tracks/reprocess';
import { useTrack } from '@/lib/api/tracks/get';
import { isPlayable } from '@/lib/player/contract';
import { failureText, mayProcessAgain, noteText } from '@/lib/api/tracks/outcome';
import type { Track } from '@/lib/api/schema';
import { toast } from '@/lib/toast/store';
import { useTitle } from '@/lib/dom/useTitle';
import { byline } from '@/lib/format/byline';
import { largeTitle } from '@/lib/format/largeTitle';
import { tagPath } from '@/lib/format/tagPath';
import { withTexts } from '@/lib/i18n';
import { useTrackChanges } from '@/lib/realtime/useTrackChanges';
import { MoreFrom, useMoreFrom } from './MoreFrom';
import { ChapterMarks } from './ChapterMarks';
import { TrackActions } from './TrackActions';
import { TrackDescription } from './TrackDescription';
import { TrackFacts } from './TrackFacts';
import type { Moment } from './moment';

const EditTrackDialog = lazy(() => import('@/components/track/EditTrackDialog'));
const Comments = lazy(withTexts(() => import('./Comments'), 'comments'));
const RecommendedTracks = lazy(withTexts(() => import('@/components/track/RecommendedTracks'), 'recommendations'));
const TrackLyrics = lazy(withTexts(() => import('./TrackLyrics'), 'lyrics'));
const TrackStems = lazy(withTexts(() => import('./TrackStems'), 'stems'));
const TrackVersions = lazy(withTexts(() => import('./TrackVersions'), 'versions'));
const CommentMarkers = lazy(withTexts(() => import('./CommentMarkers'), 'comments'));

/** For its owner and administrators: nobody else sees a track that failed. */
function ProcessAgain({ track }: { track: Track }) {
  const { t } = useTranslation();
  const again = useReprocessTrack();
  /* by promise: the button may be gone when the reply is there, and callbacks of mutate() would go with it */
  const start = () =>
    void again.mutateAsync(track.id).then(
      () => toast(t('track_page.processing_again', { title: track.title })),
      (error: unknown) => toast(problemText(error, t), 'danger'),
    );
  return (
    <Button className="mt-4" busy={again.isPending} onClick={start}>
      {t('track_page.process_again')}
    </Button>
  );
}

function State({ track }: { track: Track }) {
  const { t } = useTranslation();
  if (track.status === 'failed') {
    return (
      <div role="status" className="rounded-card bg-danger-wash p-5">
        <p className="font-semibold text-danger">{t('track_page.failed_title')}</p>
        <p className="mt-1 text-base">{failureText(track, t)}</p>
        {mayProcessAgain(track) && <ProcessAgain track={track} />}
      </div>
    );
  }
  return (
    <div>
      {!isPlayable(track) && <PeaksSkeleton seed={track.id} bars={160} className="mb-4 h-24" />}
      <div role="status">
        <ProcessingLine id={track.id} title={track.title} />
      </div>
    </div>
  );
}

function Loaded({ track }: { track: Track }) {
  const { t } = useTranslation();
  const { data: me } = useMe();
  const navigate = useNavigate();
  const hue = useCoverHue(track);
  const others = useMoreFrom(track);
  const [dialog, setDialog] = useState<'edit' | 'delete' | null>(null);
  const [moment, setMoment] = useState<Moment | null>(null);
  const [pointed, setPointed] = useState<string | null>(null);
  const note = noteText(track, t);
  const isReady = track.status === 'completed';
  const close = () => setDialog(null);
  return (
    <article>
      <HueBox hue={hue} className="hue-wash">
        <div className="mx-auto grid max-w-[1440px] gap-6 px-4 pt-8 sm:px-6 sm:pt-12 md:grid-cols-[minmax(0,1fr)_minmax(180px,320px)] md:gap-10">
          <header className="flex min-w-0 flex-col justify-end max-md:order-last">
            {(track.is_mine || track.visibility !== 'public') && (
              <div className="mb-3">
                <StatusBadge track={track} />
              </div>
            )}
            <h1 dir="auto" title={track.title} className={`hyphens-auto ${largeTitle(track.title)}`}>
              {track.title}
            </h1>
            <TrackByline track={track} className="mt-4 text-lg" />
            <p className="mt-1 truncate text-sm text-muted">
              <Link to={`/u/${encodeURIComponent(track.creator.username)}`} className="hover:text-ink hover:underline">
                {track.artist && track.artist !== track.creator.display_name && <bdi>{track.creator.display_name} </bdi>}@{track.creator.username}
              </Link>
            </p>
          </header>
          <Cover track={track} sizes="(min-width: 768px) 320px, 60vw" eager className="w-3/5 max-w-80 rounded-card md:w-full" />
        </div>
      </HueBox>

      <div className="mx-auto max-w-[1440px] px-4 pt-8 pb-16 sm:px-6">
        {isPlayable(track) && (
          <div className="flex items-center gap-4 pb-6 sm:gap-6">
            <PlayButton track={track} more={others} size="lg" />
            <div className="min-w-0 flex-1">
              <TrackWaveform
                track={track}
                context={{ more: others }}
                onSeek={(seconds) => setMoment((old) => old && { seconds, timed: true })}
                className="h-28 sm:h-36"
              >
                <ChapterMarks track={track} />
                <Suspense fallback={null}>
                  <CommentMarkers track={track} pointed={pointed} />
                </Suspense>
              </TrackWaveform>
            </div>
          </div>
        )}
        {!isReady && <State track={track} />}
        {track.is_mine && track.status === 'completed' && note && (
          <p role="note" className="mt-4 max-w-prose text-sm text-muted">
            {note}
          </p>
        )}
        <TrackActions track={track} onEdit={() => setDialog('edit')} onDelete={() => setDialog('delete')} />
        <div className="mt-10 grid gap-10 lg:grid-cols-[minmax(0,1fr)_minmax(0,420px)]">
          <div className="min-w-0">
            <TrackDescription track={track} onSeek={(seconds) => void seekTrack(track, { more: others }, seconds)} />
            {track.tags && track.tags.length > 0 && (
              <ul className="mt-5 flex flex-wrap gap-x-4 gap-y-2">
                {track.tags.map((tag) => (
                  <li key={tag}>
                    <Link to={tagPath(tag)} dir="auto" className="num text-sm text-muted hover:text-ink hover:underline">
                      #{tag}
                    </Link>
                  </li>
                ))}
              </ul>
            )}
            {isReady && (
              <Suspense fallback={null}>
                <TrackLyrics track={track} onSeek={(seconds) => void seekTrack(track, { more: others }, seconds)} />
              </Suspense>
            )}
            {(track.is_mine || track.has_stems) && (
              <Suspense fallback={null}>
                <TrackStems track={track} />
              </Suspense>
            )}
            {(track.is_mine || track.version > 1) && (
              <Suspense fallback={null}>
                <TrackVersions track={track} />
              </Suspense>
            )}
            {isReady && (
              <Suspense fallback={<div className="min-h-64" />}>
                <Comments
                  track={track}
                  moment={moment}
                  setMoment={setMoment}
                  onSeek={(seconds) => void seekTrack(track, { more: others }, seconds)}
                  onPoint={setPointed}
                />
              </Suspense>
            )}
          </div>
          <TrackFacts track={track} />
        </div>
        <MoreFrom track={track} others={others} />
        {me && track.status === 'completed' && (
          <Suspense fallback={null}>
            <RecommendedTracks like={track.id} className="mt-16" />
          </Suspense>
        )}
      </div>

      {dialog === 'edit' && (
        <Suspense fallback={null}>
          <EditTrackDialog track={track} onClose={close} />
        </Suspense>
      )}
      {dialog === 'delete' && <DeleteTrackDialog track={track} onClose={close} onDeleted={() => void navigate('/library')} />}
    </article>
  );
}

export function Component() {
  const { id = '' } = useParams();
  const { t } = useTranslation();
  const track = useTrack(id);
  useTrackChanges(id);
  useTitle(track.data ? `${track.data.title} – ${byline(track.data)}` : undefined);

  if (track.isPending) {
    return (
      <Page>
        <h1 className="sr-only">{t('common.loading')}</h1>
        <div className="size-40 animate-pulse rounded-card bg-sunk" />
        <PeaksSkeleton seed={id} className="mt-10 h-28" bars={160} />
      </Page>
    );
  }
  if (hasCode(track.error, 'not_found', 'validation', 'forbidden')) return <NotFound title={t('track_page.missing')} />;
  if (track.isLoadingError) {
    return (
      <Page>
        <ErrorState page error={track.error} onRetry={() => void track.refetch()} />
      </Page>
    );
  }
  return <Loaded key={track.data.id} track={track.data} />;
}
