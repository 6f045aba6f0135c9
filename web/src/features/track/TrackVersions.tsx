/* The versions of a track on its page: when its sound changed, and for its owner what there is to hear, to restore and to replace. */

import { useQuery } from '@tanstack/react-query';
import { Upload } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { ErrorState } from '@/components/ui/ErrorState';
import { Progress } from '@/components/ui/Progress';
import { problemText } from '@/lib/api/problemText';
import { failureText } from '@/lib/api/tracks/outcome';
import { useRestoreVersion, versionFileUrl, versionsQuery } from '@/lib/api/tracks/versions';
import type { Track, TrackVersion } from '@/lib/api/schema';
import { clock } from '@/lib/format/format';
import { useFormat } from '@/lib/format/useFormat';
import { usePlayer } from '@/lib/player/store';
import { toast } from '@/lib/toast/store';
import { cancelVersion, sendVersion, useVersionUploads, type Sending } from './versionUpload';

const NewVersionDialog = lazy(() => import('./NewVersionDialog'));

function SendingRow({ track, sending }: { track: Track; sending: Sending }) {
  const { t } = useTranslation();
  const f = useFormat();
  const { file, changelog, sent, error } = sending;
  return (
    <div className="border-t border-line py-3">
      <p className="truncate font-semibold">
        <bdi>{file.name}</bdi>
      </p>
      {error === null ? (
        <>
          <p className="num text-sm text-muted">{t('versions.sent', { sent: f.bytes(sent), total: f.bytes(file.size) })}</p>
          <Progress className="mt-2" value={file.size > 0 ? sent / file.size : null} label={t('versions.sending', { name: file.name })} />
        </>
      ) : (
        <p role="alert" className="text-sm text-danger">
          {problemText(error, t)}
        </p>
      )}
      <div className="mt-2 flex flex-wrap gap-2">
        {error !== null && (
          <Button size="sm" onClick={() => void sendVersion(track.id, file, changelog)}>
            {t('common.retry')}
          </Button>
        )}
        <Button size="sm" tone="quiet" onClick={() => cancelVersion(track.id)}>
          {t('common.cancel')}
        </Button>
      </div>
    </div>
  );
}

function State({ version }: { version: TrackVersion }) {
  const { t } = useTranslation();
  switch (version.state) {
    case 'current':
      return <span className="text-sm font-semibold text-ok">{t('versions.state.current')}</span>;
    case 'pending':
      return <span className="num text-sm text-muted">{t('versions.state.pending', { percent: Math.round((version.progress ?? 0) * 100) })}</span>;
    case 'failed':
      return <span className="text-sm text-danger">{failureText({ failure_code: version.failure_code, status_message: version.failure }, t)}</span>;
    case 'expired':
      return <span className="text-sm text-muted">{t('versions.state.expired')}</span>;
    default:
      return null;
  }
}

function VersionRow({ track, version, isBusy }: { track: Track; version: TrackVersion; isBusy: boolean }) {
  const { t } = useTranslation();
  const f = useFormat();
  const restore = useRestoreVersion(track.id);
  const [listens, setListens] = useState(false);
  const name = t('versions.number', { number: version.number });
  const facts = [version.duration_ms ? clock(version.duration_ms) : null, version.filename, version.size_bytes ? f.bytes(version.size_bytes) : null].filter((fact) => fact !== null);
  /* by promise: the row may be another one when the reply is there */
  const start = () =>
    void restore.mutateAsync(version.id).then(
      () => toast(t('versions.restoring', { number: version.number })),
      (error: unknown) => toast(problemText(error, t), 'danger'),
    );
  return (
    <li className="border-t border-line py-3">
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <h3 className="text-base font-semibold">{name}</h3>
        <State version={version} />
        <time dateTime={version.played_at ?? version.created_at} className="ms-auto text-sm text-muted">
          {f.moment(version.played_at ?? version.created_at)}
        </time>
      </div>
      {version.restored_from !== null && <p className="text-sm text-muted">{t('versions.restored_from', { number: version.restored_from })}</p>}
      {version.is_replaced && <p className="text-sm text-muted">{t('versions.replaced')}</p>}
      {version.changelog && (
        <p dir="auto" className="mt-1 text-base break-words whitespace-pre-line">
          {version.changelog}
        </p>
      )}
      {track.is_mine && (
        <>
          <p className="num mt-1 text-sm break-words text-muted">
            <bdi>{facts.join(' · ')}</bdi>
          </p>
          {version.has_file && version.state !== 'pending' && version.state !== 'current' && (
            <div className="mt-2 flex flex-wrap items-center gap-2">
              <Button size="sm" aria-expanded={listens} aria-label={t('versions.listen_to', { number: version.number })} onClick={() => setListens(!listens)}>
                {t(listens ? 'versions.stop' : 'versions.listen')}
              </Button>
              {version.state === 'kept' && (
                <Button size="sm" busy={restore.isPending} disabled={isBusy} aria-label={t('versions.restore_this', { number: version.number })} onClick={start}>
                  {t('versions.restore')}
                </Button>
              )}
              {version.state === 'failed' && (
                <Button size="sm" busy={restore.isPending} disabled={isBusy} onClick={start}>
                  {t('common.retry')}
                </Button>
              )}
            </div>
          )}
          {listens && (
            // eslint-disable-next-line jsx-a11y/media-has-caption -- music of the person's own
            <audio
              controls
              autoPlay
              src={versionFileUrl(track.id, version.id)}
              aria-label={name}
              className="mt-2 w-full max-w-md"
              onPlay={() => usePlayer.getState().pause()}
              onError={() => toast(t('versions.cannot_play'), 'danger')}
            />
          )}
        </>
      )}
    </li>
  );
}

export default function TrackVersions({ track }: { track: Track }) {
  const { t } = useTranslation();
  const versions = useQuery(versionsQuery(track.id));
  const sending = useVersionUploads(({ of }) => of[track.id]);
  const [adds, setAdds] = useState(false);
  const items = versions.data?.items ?? [];
  const isBusy = sending?.error === null || items.some((version) => version.state === 'pending') || track.status === 'processing';
  if (versions.isLoadingError) return <ErrorState error={versions.error} onRetry={() => void versions.refetch()} />;
  if (!versions.data || (!track.is_mine && items.length < 2)) return null;
  return (
    <section aria-labelledby="versions-title" className="mt-10">
      <div className="mb-3 flex flex-wrap items-center gap-3">
        <h2 id="versions-title" className="text-xl font-bold tracking-tight">
          {t('versions.title')}
        </h2>
        {track.is_mine && (
          <Button size="sm" disabled={isBusy} onClick={() => setAdds(true)}>
            <Upload size={16} aria-hidden />
            {t('versions.new')}
          </Button>
        )}
      </div>
      {track.is_mine && <p className="mb-3 max-w-prose text-sm text-muted">{t('versions.hint')}</p>}
      {sending && <SendingRow track={track} sending={sending} />}
      <ol className="border-b border-line">
        {items.map((version) => (
          <VersionRow key={version.id} track={track} version={version} isBusy={isBusy} />
        ))}
      </ol>
      {adds && (
        <Suspense fallback={null}>
          <NewVersionDialog track={track} onClose={() => setAdds(false)} />
        </Suspense>
      )}
    </section>
  );
}
