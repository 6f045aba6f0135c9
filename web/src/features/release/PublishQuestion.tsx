/* Asks before a release is published while some of its tracks cannot be heard: which, and why. */

import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import type { ReleaseTrack } from '@/lib/api/schema';
import { failureText } from '@/lib/api/tracks/outcome';

interface PublishQuestionProps {
  /** The first of them. */
  tracks: readonly ReleaseTrack[];
  /** Of how many. */
  total: number;
  onAnswer: (publish: boolean) => void;
}

export function PublishQuestion({ tracks, total, onAnswer }: PublishQuestionProps) {
  const { t } = useTranslation();
  return (
    <Dialog open onOpenChange={() => onAnswer(false)} title={t('releases.unready', { count: total })} description={t('releases.unready_text')}>
      <ul className="max-h-[40vh] divide-y divide-line overflow-y-auto border-y border-line" tabIndex={0} aria-label={t('releases.unready', { count: total })}>
        {tracks.map((track) => (
          <li key={track.track_id} className="py-2">
            <p dir="auto" className="font-semibold break-words">
              {track.title}
            </p>
            <p className={track.status === 'failed' ? 'text-sm text-danger' : 'text-sm text-muted'}>
              {t(track.status === 'failed' ? 'track.status.failed' : 'track.status.processing')}
              {track.status === 'failed' && `: ${failureText(track, t)}`}
            </p>
          </li>
        ))}
      </ul>
      {total > tracks.length && <p className="mt-2 text-sm text-muted">{t('releases.unready_more', { count: total - tracks.length })}</p>}
      <div className="mt-5 flex flex-wrap justify-end gap-2">
        <Button tone="quiet" onClick={() => onAnswer(false)}>
          {t('releases.go_back')}
        </Button>
        <Button tone="accent" onClick={() => onAnswer(true)}>
          {t('releases.publish_anyway')}
        </Button>
      </div>
    </Dialog>
  );
}
