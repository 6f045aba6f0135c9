/* What its creator says about a track. A track list in it is shown as its chapters. */

import { clsx } from 'clsx';
import { useTranslation } from 'react-i18next';
import { LinkedText } from '@/components/text/LinkedText';
import type { Track } from '@/lib/api/schema';
import { clock as timeText } from '@/lib/format/format';
import { useChapter, useChapters } from '@/lib/player/useChapter';
import { TimedText } from './TimedText';

interface TrackDescriptionProps {
  track: Pick<Track, 'id' | 'description' | 'duration_ms'>;
  onSeek: (seconds: number) => void;
}

export function TrackDescription({ track, onSeek }: TrackDescriptionProps) {
  const { t } = useTranslation();
  const { chapters, rest } = useChapters(track);
  const now = useChapter(track)?.seconds;
  return (
    <>
      {rest && (
        <p dir="auto" className="max-w-prose text-base break-words whitespace-pre-line">
          <LinkedText text={rest}>{(text) => <TimedText text={text} track={track} onSeek={onSeek} />}</LinkedText>
        </p>
      )}
      {chapters.length > 0 && (
        <section className="max-w-prose [p+&]:mt-10">
          <h2 className="mb-2 text-xl">{t('track_page.chapters')}</h2>
          <ol>
            {chapters.map((chapter) => (
              <li key={chapter.seconds}>
                <button
                  type="button"
                  aria-current={chapter.seconds === now || undefined}
                  onClick={() => onSeek(chapter.seconds)}
                  className={clsx('flex w-full items-baseline gap-3 rounded-card px-2 py-1.5 text-start transition-colors duration-150 hover:bg-sunk', chapter.seconds === now && 'bg-accent-wash font-semibold')}
                >
                  <span className="num w-14 shrink-0 text-end text-sm text-accent-text">{timeText(chapter.seconds * 1000)}</span>
                  <bdi className="min-w-0 break-words">{chapter.title}</bdi>
                </button>
                {chapter.links.map((link) => (
                  <p key={link} className="ms-19 px-2 text-sm">
                    <LinkedText text={link} />
                  </p>
                ))}
              </li>
            ))}
          </ol>
        </section>
      )}
    </>
  );
}
