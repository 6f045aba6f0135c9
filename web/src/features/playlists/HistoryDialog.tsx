/* Who changed what in a playlist, and when; any of these versions can be restored. */

import { History } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import { PersonName } from '@/components/people/PersonName';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { Avatar } from '@/components/ui/Avatar';
import { Button } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import { ErrorState } from '@/components/ui/ErrorState';
import { More } from '@/components/ui/More';
import { useRestoreVersion, useVersions } from '@/lib/api/playlists/versions';
import { hasCode } from '@/lib/api/problem';
import { problemText } from '@/lib/api/problemText';
import type { Playlist, PlaylistVersion } from '@/lib/api/schema';
import { useFormat } from '@/lib/format/useFormat';
import { isText } from '@/lib/i18n';
import { toast, useToasts } from '@/lib/toast/store';

/** What was done, in a few words; empty for the first one, which stands for what there was before. */
function doneIn({ added, removed, moved, fields, restored }: PlaylistVersion, t: TFunction): string {
  const said = fields.map((field) => `playlists.version_${field}`).flatMap((key) => (isText(key) ? t(key) : []));
  return [
    ...(restored === null ? [] : [t('playlists.version_restored')]),
    ...(added ? [t('playlists.version_added', { count: added })] : []),
    ...(removed ? [t('playlists.version_removed', { count: removed })] : []),
    ...(moved ? [t('playlists.version_moved', { count: moved })] : []),
    ...said,
  ].join(' · ');
}

interface RowProps {
  version: PlaylistVersion;
  isSmart: boolean;
  busy: boolean;
  onRestore: () => void;
}

function Row({ version, isSmart, busy, onRestore }: RowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { person } = version;
  const what = doneIn(version, t);
  const date = format.moment(version.changed_at);
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 py-3">
      {what && person ? (
        <Avatar user={person} size={36} />
      ) : (
        <span className="grid size-9 shrink-0 place-items-center rounded-full bg-sunk text-muted">
          <History size={18} aria-hidden />
        </span>
      )}
      <div className="min-w-0 flex-1 basis-48">
        {what && person && <PersonName user={person} />}
        <p className="text-sm">{what || t('playlists.version_first')}</p>
        <p className="flex flex-wrap gap-x-3 text-xs text-muted">
          <time dateTime={version.changed_at}>{date}</time>
          {!isSmart && <span>{t('playlists.count', { count: version.track_count })}</span>}
        </p>
      </div>
      {version.is_current ? (
        <span className="text-sm text-muted">{t('playlists.version_now')}</span>
      ) : (
        <Button size="sm" busy={busy} aria-label={t('playlists.restore_of', { date })} onClick={onRestore}>
          {t('playlists.restore')}
        </Button>
      )}
    </li>
  );
}

export function HistoryDialog({ playlist, onClose }: { playlist: Playlist; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const list = useVersions(playlist.id);
  const restore = useRestoreVersion(playlist.id);
  const all = list.data?.pages.flatMap((page) => page.items) ?? [];
  const refused = (error: unknown) => toast(hasCode(error, 'conflict') ? t('playlists.restore_refused') : problemText(error, t), 'danger');

  async function goBack(version: PlaylistVersion) {
    const before = all.find((one) => one.is_current);
    try {
      await restore.mutateAsync(version.id);
    } catch (error) {
      refused(error);
      return;
    }
    onClose();
    useToasts.getState().show({
      text: t('playlists.restored', { date: format.moment(version.changed_at) }),
      tone: 'ok',
      ...(before && { action: { label: t('common.undo'), run: () => void restore.mutateAsync(before.id).catch(refused) } }),
    });
  }

  return (
    <Dialog open wide onOpenChange={(open) => !open && onClose()} title={t('playlists.history_title')} description={t(playlist.is_smart ? 'playlists.history_smart' : 'playlists.history_text')}>
      {list.isPending && (
        <div role="status" aria-label={t('common.loading')}>
          <PeaksSkeleton seed={playlist.id} className="h-14" />
        </div>
      )}
      {list.isLoadingError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && all.length === 0 && <p className="text-sm text-muted">{t('playlists.versions_none')}</p>}
      <ul className="divide-y divide-line">
        {all.map((version) => (
          <Row
            key={version.id}
            version={version}
            isSmart={playlist.is_smart}
            busy={restore.isPending && restore.variables === version.id}
            onRestore={() => void goBack(version)}
          />
        ))}
      </ul>
      <More list={list} small />
    </Dialog>
  );
}
