/* One format of something to keep: got at once, made first, or being made. */

import { Download } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { Progress } from '@/components/ui/Progress';
import type { TrackDownload } from '@/lib/api/schema';

interface DownloadOfferProps {
  offer: Pick<TrackDownload, 'format' | 'state' | 'progress'>;
  /** What is said below its name. */
  facts: (string | false | undefined)[];
  href: string;
  busy: boolean;
  onMake: () => void;
}

export function DownloadOffer({ offer: { format, state, progress }, facts, href, busy, onMake }: DownloadOfferProps) {
  const { t } = useTranslation();
  const name = t(`sharing.format.${format}`);
  return (
    <li className="flex items-center gap-4 py-3">
      <div className="min-w-0 flex-1">
        <p>{name}</p>
        <p className="num text-xs text-muted">{facts.filter(Boolean).join(' · ')}</p>
        {state === 'failed' && <p className="text-xs text-danger">{t('sharing.failed')}</p>}
        {state === 'making' && <Progress className="mt-2" value={progress} label={t('sharing.making', { format: name })} />}
      </div>
      {state === 'ready' ? (
        <Button asChild>
          <a href={href} download aria-label={t('sharing.get', { format: name })}>
            <Download size={18} aria-hidden />
            {t('track.download')}
          </a>
        </Button>
      ) : (
        <Button busy={state === 'making' || busy} aria-label={t('sharing.prepare_format', { format: name })} onClick={onMake}>
          {t('sharing.prepare')}
        </Button>
      )}
    </li>
  );
}
