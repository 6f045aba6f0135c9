/* Puts tracks at the end of one of one's releases. */

import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { ReleaseCover } from '@/components/release/ReleaseCover';
import { Button } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import { ErrorState } from '@/components/ui/ErrorState';
import { FormError } from '@/components/ui/FormError';
import { More } from '@/components/ui/More';
import { addTracks } from '@/lib/api/releases/addTracks';
import { useReleases } from '@/lib/api/releases/list';
import { problemText } from '@/lib/api/problemText';
import type { Release, Track } from '@/lib/api/schema';
import { toast } from '@/lib/toast/store';

interface AddToReleaseDialogProps {
  tracks: readonly Track[];
  onClose: () => void;
}

export default function AddToReleaseDialog({ tracks, onClose }: AddToReleaseDialogProps) {
  const { t } = useTranslation();
  const list = useReleases({ mine: true, sort: 'newest' });
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];

  async function addTo({ id, title }: Release) {
    setProblem(null);
    setBusy(id);
    try {
      const { added } = await addTracks(id, { track_ids: tracks.map((track) => track.id) });
      onClose();
      const there = tracks.length - added;
      toast(`${t('library.many.in_release', { count: added, title })}${there > 0 ? ` ${t('library.many.there', { count: there })}` : ''}`, 'ok');
    } catch (error) {
      setProblem(problemText(error, t));
    }
    setBusy(null);
  }

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('library.many.to_release')} description={t('library.many.selected', { count: tracks.length })}>
      {problem && <FormError>{problem}</FormError>}
      {list.isPending && <PeaksSkeleton className="h-14" />}
      {list.isLoadingError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && items.length === 0 && (
        <>
          <p className="mb-4 text-muted">{t('library.many.no_release')}</p>
          <Button asChild tone="accent">
            <Link to="/releases">{t('library.many.releases')}</Link>
          </Button>
        </>
      )}
      <ul className="-mx-2 max-h-[min(50dvh,360px)] overflow-y-auto overscroll-contain">
        {items.map((release) => (
          <li key={release.id}>
            <button
              type="button"
              aria-disabled={busy !== null || undefined}
              onClick={() => busy === null && void addTo(release)}
              className="flex min-h-14 w-full items-center gap-3 rounded-sm px-2 py-1.5 text-start transition-colors duration-150 hover:bg-sunk"
            >
              <ReleaseCover release={release} sizes="40px" className="size-10 rounded-sm" />
              <span className="min-w-0 flex-1">
                <span title={release.title} className="block truncate font-semibold">
                  <bdi>{release.title}</bdi>
                </span>
                <span className="text-xs text-muted">{t(`common.release.kind.${release.kind}`)}</span>
              </span>
            </button>
          </li>
        ))}
        {list.hasNextPage && (
          <li className="p-2">
            <More list={list} small className="" />
          </li>
        )}
      </ul>
    </Dialog>
  );
}
