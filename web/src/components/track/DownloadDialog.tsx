/* A track to keep: its formats and their sizes. One that nobody asked for yet is made first. */

import { Download } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { Button } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import { ErrorState } from '@/components/ui/ErrorState';
import { Progress } from '@/components/ui/Progress';
import { apiUrl } from '@/lib/api/client';
import { useDownloads } from '@/lib/api/downloads/list';
import { useMakeDownload } from '@/lib/api/downloads/make';
import { problemText } from '@/lib/api/problemText';
import type { TrackDownload } from '@/lib/api/schema';
import { useFormat } from '@/lib/format/useFormat';
import { toast } from '@/lib/toast/store';

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
  const { format, state } = offer;
  const name = t(`sharing.format.${format}`);
  const kind = format === 'original' ? offer.media_type?.replace(/^audio\/(x-)?/, '').toUpperCase() : format === 'flac' ? 'FLAC' : 'AAC';
  return (
    <li className="flex items-center gap-4 py-3">
      <div className="min-w-0 flex-1">
        <p>{name}</p>
        <p className="num text-xs text-muted">{[kind, offer.size_bytes !== null && bytes(offer.size_bytes)].filter(Boolean).join(' · ')}</p>
        {state === 'failed' && <p className="text-xs text-danger">{t('sharing.failed')}</p>}
        {state === 'making' && <Progress className="mt-2" value={offer.progress} label={t('sharing.making', { format: name })} />}
      </div>
      {state === 'ready' ? (
        <Button asChild>
          <a href={apiUrl(`/tracks/${track.id}/download`, { format, share })} download aria-label={t('sharing.get', { format: name })}>
            <Download size={18} aria-hidden />
            {t('track.download')}
          </a>
        </Button>
      ) : (
        <Button
          busy={state === 'making' || make.isPending}
          aria-label={t('sharing.prepare_format', { format: name })}
          onClick={() => format !== 'original' && make.mutate(format, { onError: (error) => toast(problemText(error, t), 'danger') })}
        >
          {t('sharing.prepare')}
        </Button>
      )}
    </li>
  );
}

export default function DownloadDialog({ track, share = null, onClose }: DownloadDialogProps) {
  const { t } = useTranslation();
  const list = useDownloads(track.id, share);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('sharing.download_title')} description={track.title}>
      {list.isPending && <PeaksSkeleton />}
      {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.data?.items.length === 0 && <p className="text-muted">{t('sharing.nothing')}</p>}
      <ul className="divide-y divide-line" aria-live="polite">
        {list.data?.items.map((offer) => (
          <Offer key={offer.format} track={track} share={share} offer={offer} />
        ))}
      </ul>
    </Dialog>
  );
}
