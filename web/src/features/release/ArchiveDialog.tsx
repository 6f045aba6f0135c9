/* A release to keep, as one ZIP file. Its files are made first where nobody asked for them yet. */

import { useTranslation } from 'react-i18next';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { DownloadOffer } from '@/components/track/DownloadOffer';
import { Dialog } from '@/components/ui/Dialog';
import { ErrorState } from '@/components/ui/ErrorState';
import { apiUrl } from '@/lib/api/client';
import { problemText } from '@/lib/api/problemText';
import { useArchives, useMakeArchive } from '@/lib/api/releases/archives';
import type { Release } from '@/lib/api/schema';
import { useFormat } from '@/lib/format/useFormat';
import { toast } from '@/lib/toast/store';

export default function ArchiveDialog({ release, onClose }: { release: Pick<Release, 'id' | 'title' | 'track_count'>; onClose: () => void }) {
  const { t } = useTranslation();
  const { bytes } = useFormat();
  const list = useArchives(release.id);
  const make = useMakeArchive(release.id);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('sharing.download_title')} description={release.title}>
      {list.isPending && <PeaksSkeleton />}
      {list.isLoadingError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.data?.items.length === 0 && <p className="text-muted">{t('sharing.nothing')}</p>}
      <ul className="divide-y divide-line" aria-live="polite">
        {list.data?.items.map((offer) => (
          <DownloadOffer
            key={offer.format}
            offer={offer}
            facts={[
              'ZIP',
              offer.track_count < release.track_count
                ? t('sharing.some_tracks', { some: offer.track_count, all: release.track_count })
                : t('releases.count', { count: offer.track_count }),
              offer.size_bytes !== null && bytes(offer.size_bytes),
            ]}
            href={apiUrl(`/releases/${release.id}/archives/${offer.format}`)}
            busy={make.isPending && make.variables === offer.format}
            onMake={() => make.mutate(offer.format, { onError: (error) => toast(problemText(error, t), 'danger') })}
          />
        ))}
      </ul>
    </Dialog>
  );
}
