/* A track to keep: its formats and their sizes. One that nobody asked for yet is made first. */

import { useTranslation } from 'react-i18next';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { Dialog } from '@/components/ui/Dialog';
import { ErrorState } from '@/components/ui/ErrorState';
import { apiUrl } from '@/lib/api/client';
import { useDownloads } from '@/lib/api/downloads/list';
import { useMakeDownload } from '@/lib/api/downloads/make';
import { problemText } from '@/lib/api/problemText';
import type { TrackDownload } from '@/lib/api/schema';
import { formatName } from '@/lib/format/format';
import { useFormat } from '@/lib/format/useFormat';
import { toast } from '@/lib/toast/store';
import { DownloadOffer } from './DownloadOffer';

interface DownloadDialogProps {
  track: { id: string; title: string };
  /** The token of the link by which it is seen. */
  share?: string | null;
  onClose: () => void;
}

function Offer({ track, share, offer }: { track: DownloadDialogProps['track']; share: string | null; offer: TrackDownload }) {
  const { t } = useTranslation();
  const { bytes } = useFormat();
  const make = useMakeDownload(track.id, share);
  const { format } = offer;
  const kind = formatName(format === 'original' ? (offer.media_type ?? '') : format);
  return (
    <DownloadOffer
      offer={offer}
      facts={[kind, offer.size_bytes !== null && bytes(offer.size_bytes)]}
      href={apiUrl(`/tracks/${track.id}/download`, { format, share })}
      busy={make.isPending}
      onMake={() => format !== 'original' && make.mutate(format, { onError: (error) => toast(problemText(error, t), 'danger') })}
    />
  );
}

export default function DownloadDialog({ track, share = null, onClose }: DownloadDialogProps) {
  const { t } = useTranslation();
  const list = useDownloads(track.id, share);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('sharing.download_title')} description={track.title}>
      {list.isPending && <PeaksSkeleton />}
      {list.isLoadingError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.data?.items.length === 0 && <p className="text-muted">{t('sharing.nothing')}</p>}
      <ul className="divide-y divide-line" aria-live="polite">
        {list.data?.items.map((offer) => (
          <Offer key={offer.format} track={track} share={share} offer={offer} />
        ))}
      </ul>
    </Dialog>
  );
}
