import type { Track } from '@/lib/api/schema';
import { useChapters } from '@/lib/player/useChapter';

/** Where chapters begin, on the waveform. The list below it says the same in words. */
export function ChapterMarks({ track }: { track: Pick<Track, 'id' | 'description' | 'duration_ms'> }) {
  const { chapters } = useChapters(track);
  return (
    <div aria-hidden="true" dir="ltr" className="pointer-events-none absolute inset-0">
      {chapters.map(({ seconds, title }) => (
        <span key={seconds} data-chapter={title} style={{ left: `${(seconds * 100_000) / (track.duration_ms ?? 1)}%` }} className="absolute -top-2 bottom-0 w-0.5 -translate-x-1/2 rounded-full bg-ink" />
      ))}
    </div>
  );
}
