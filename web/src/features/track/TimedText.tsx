import { useTranslation } from 'react-i18next';
import { momentsIn } from '@/lib/format/moments';
import type { Track } from '@/lib/api/schema';

interface TimedTextProps {
  text: string;
  track: Pick<Track, 'duration_ms'>;
  onSeek: (seconds: number) => void;
}

/** A text about a track; the times that it names go there. */
export function TimedText({ text, track, onSeek }: TimedTextProps) {
  const { t } = useTranslation();
  return momentsIn(text, (track.duration_ms ?? 0) / 1000).map((piece, i) =>
    typeof piece === 'string' ? (
      piece
    ) : (
      <button key={i} type="button" aria-label={t('track.go_to', { time: piece.text })} onClick={() => onSeek(piece.seconds)} className="num text-accent-text hover:underline">
        {piece.text}
      </button>
    ),
  );
}
