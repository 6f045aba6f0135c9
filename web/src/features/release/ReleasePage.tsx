import { useQueryClient } from '@tanstack/react-query';
import { Code, Download, Pencil, Trash2 } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { useCoverHue } from '@/components/cover/useCoverHue';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { releaseArtist } from '@/components/release/ReleaseCard';
import { ReleaseCover } from '@/components/release/ReleaseCover';
import { EmbedDialog } from '@/components/share/LazyEmbedDialog';
import { ShareButton } from '@/components/share/ShareButton';
import { LinkedText } from '@/components/text/LinkedText';
import { PlayAll } from '@/components/track/PlayAll';
import { useEntries } from '@/components/track/useEntries';
import { Actions } from '@/components/ui/Actions';
import { ConfirmDialog } from '@/components/ui/ConfirmDialog';
import { ErrorState } from '@/components/ui/ErrorState';
import { HueBox } from '@/components/ui/HueBox';
import { NotFound } from '@/components/ui/NotFound';
import { Page } from '@/components/ui/Page';
import { useArchives } from '@/lib/api/releases/archives';
import { keepRelease } from '@/lib/api/releases/cache';
import { releaseQuery, useRelease } from '@/lib/api/releases/bySlug';
import { useRemoveRelease } from '@/lib/api/releases/remove';
import { useReleaseTracks } from '@/lib/api/releases/tracks';
import { hasCode } from '@/lib/api/problem';
import { problemText } from '@/lib/api/problemText';
import type { Release } from '@/lib/api/schema';
import { useTitle } from '@/lib/dom/useTitle';
import { clock, isoDuration } from '@/lib/format/format';
import { largeTitle } from '@/lib/format/largeTitle';
import { useFormat } from '@/lib/format/useFormat';
import { withTexts } from '@/lib/i18n';
import { toast } from '@/lib/toast/store';
import { Countdown } from './Countdown';
import { ReleaseFacts } from './ReleaseFacts';
import { ReleaseTracks } from './ReleaseTracks';

const ReleaseDialog = lazy(() => import('./ReleaseDialog'));
const ArchiveDialog = lazy(withTexts(() => import('./ArchiveDialog'), 'sharing', 'releases'));

function DeleteDialog({ release, onClose }: { release: Release; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const remove = useRemoveRelease();
  async function confirm() {
    try {
      await remove.mutateAsync(release.id);
    } catch (error) {
      toast(problemText(error, t), 'danger');
      return;
    }
    toast(t('releases.deleted', { title: release.title }));
    await navigate('/releases');
  }
  return (
    <ConfirmDialog
      title={t('releases.delete_title')}
      text={t('releases.delete_text', { title: release.title })}
      confirm={t('common.delete')}
      busy={remove.isPending}
      onConfirm={() => void confirm()}
      onClose={onClose}
    />
  );
}

/** `address` is the slug by which it was opened: one that it once had is replaced by its present one. */
function Loaded({ release, address }: { release: Release; address: string }) {
  const { t } = useTranslation();
  const f = useFormat();
  const navigate = useNavigate();
  const client = useQueryClient();
  const held = useEntries(useReleaseTracks(release.id));
  const [dialog, setDialog] = useState<'edit' | 'delete' | 'download' | 'embed' | null>(null);
  const canKeep = (useArchives(release.id).data?.items.length ?? 0) > 0;
  const hue = useCoverHue({ id: release.id, cover_url: release.cover_url });
  const close = () => setDialog(null);
  const { creator, release_at: at } = release;
  /* not before the form is gone, which would ask whether to leave what it has just saved */
  const isMoved = dialog === null && release.slug !== address;
  useEffect(() => {
    if (!isMoved) return;
    keepRelease(client, release);
    void navigate(`/release/${release.slug}`, { replace: true });
  }, [client, isMoved, navigate, release]);
  const length = held.tracks.reduce((sum, track) => sum + (track.duration_ms ?? 0), 0);
  return (
    <article>
      <HueBox hue={hue} className="hue-wash">
        <div className="mx-auto grid max-w-[1440px] gap-6 px-4 pt-8 sm:px-6 sm:pt-12 md:grid-cols-[minmax(0,1fr)_minmax(180px,320px)] md:gap-10">
          <header className="flex min-w-0 flex-col justify-end max-md:order-last">
            <p className="mb-3 flex flex-wrap gap-x-4 text-sm text-muted">
              <span>{t(`common.release.kind.${release.kind}`)}</span>
              {(release.is_mine || release.visibility !== 'public') && (
                <span>
                  {release.visibility === 'scheduled' && release.publish_at
                    ? t('track.status.scheduled_for', { when: f.moment(release.publish_at) })
                    : t(`track.status.${release.visibility}`)}
                </span>
              )}
            </p>
            <h1 dir="auto" title={release.title} className={`hyphens-auto ${largeTitle(release.title)}`}>
              {release.title}
            </h1>
            <p className="mt-4 truncate text-lg text-muted">
              <Link to={`/u/${encodeURIComponent(creator.username)}`} className="hover:text-ink hover:underline">
                <bdi>{releaseArtist(release)}</bdi> <span className="text-sm">@{creator.username}</span>
              </Link>
            </p>
            <p className="mt-1 flex flex-wrap gap-x-4 text-sm text-muted">
              <span>{t('releases.count', { count: release.track_count })}</span>
              {length > 0 && (
                <time dateTime={isoDuration(length)} className="num">
                  {clock(length)}
                </time>
              )}
              {at && !release.is_announced && <time dateTime={at}>{f.dayIn(at, release.release_zone ?? 'UTC')}</time>}
            </p>
          </header>
          <ReleaseCover release={release} sizes="(min-width: 768px) 320px, 60vw" eager className="w-3/5 max-w-80 rounded-card md:w-full" />
        </div>
      </HueBox>

      <div className="mx-auto max-w-[1440px] px-4 pt-8 pb-16 sm:px-6">
        <Actions
          title={release.title}
          actions={[
            (release.is_public || release.visibility === 'unlisted') && { label: t('track.embed'), icon: Code, onSelect: () => setDialog('embed') },
            canKeep && { label: t('track.download'), icon: Download, onSelect: () => setDialog('download') },
            release.is_mine && { label: t('common.edit'), icon: Pencil, onSelect: () => setDialog('edit') },
            release.is_mine && { label: t('common.delete'), icon: Trash2, onSelect: () => setDialog('delete'), danger: true, rare: true },
          ]}
        >
          <PlayAll title={release.title} count={release.track_count} {...held} />
          <ShareButton path={`/release/${release.slug}`} title={release.title} />
        </Actions>
        {release.is_announced && at && <Countdown release={release} at={at} />}
        <div className="mt-8">
          <ReleaseTracks release={release} {...held} />
        </div>
        <div className="mt-10 grid gap-10 lg:grid-cols-[minmax(0,1fr)_minmax(0,420px)]">
          <div className="min-w-0">
            {release.description && (
              <p dir="auto" className="max-w-prose text-base break-words whitespace-pre-line">
                <LinkedText text={release.description} />
              </p>
            )}
          </div>
          <ReleaseFacts release={release} />
        </div>
      </div>

      {dialog === 'edit' && (
        <Suspense fallback={null}>
          <ReleaseDialog
            release={release}
            onClose={close}
            onSaved={(saved) => {
              client.setQueryData(releaseQuery(address).queryKey, saved);
              close();
            }}
          />
        </Suspense>
      )}
      {dialog === 'download' && (
        <Suspense fallback={null}>
          <ArchiveDialog release={release} onClose={close} />
        </Suspense>
      )}
      {dialog === 'embed' && (
        <Suspense fallback={null}>
          <EmbedDialog path={`/release/${release.slug}`} title={release.title} isList onClose={close} />
        </Suspense>
      )}
      {dialog === 'delete' && <DeleteDialog release={release} onClose={close} />}
    </article>
  );
}

export function Component() {
  const { slug = '' } = useParams();
  const { t } = useTranslation();
  const { data, isPending, isLoadingError, error, refetch } = useRelease(slug);
  useTitle(data ? `${data.title} – ${releaseArtist(data)}` : undefined);

  if (isPending) {
    return (
      <Page>
        <h1 className="sr-only">{t('common.loading')}</h1>
        <div className="size-40 animate-pulse rounded-card bg-sunk" />
        <PeaksSkeleton seed={slug} className="mt-10 h-16" bars={160} />
      </Page>
    );
  }
  if (hasCode(error, 'not_found', 'validation', 'forbidden')) return <NotFound title={t('releases.missing')} />;
  if (isLoadingError) {
    return (
      <Page>
        <ErrorState page error={error} onRetry={() => void refetch()} />
      </Page>
    );
  }
  return <Loaded key={data.id} release={data} address={slug} />;
}
