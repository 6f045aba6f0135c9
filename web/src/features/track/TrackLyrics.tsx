/* The lyrics on the page of a track; its owner writes them here. */

import { useQuery } from '@tanstack/react-query';
import { Pencil } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LyricsLines } from '@/components/lyrics/LyricsLines';
import { Button } from '@/components/ui/Button';
import { ErrorState } from '@/components/ui/ErrorState';
import { lyricsQuery } from '@/lib/api/tracks/lyrics';
import type { Track } from '@/lib/api/schema';

const LyricsDialog = lazy(() => import('./LyricsDialog'));

interface TrackLyricsProps {
  track: Track;
  onSeek: (seconds: number) => void;
}

export default function TrackLyrics({ track, onSeek }: TrackLyricsProps) {
  const { t } = useTranslation();
  const lyrics = useQuery(lyricsQuery(track.id));
  const [edits, setEdits] = useState(false);
  if (lyrics.isLoadingError) return <ErrorState error={lyrics.error} onRetry={() => void lyrics.refetch()} />;
  if (!lyrics.data) return null;
  const isEmpty = lyrics.data.lines.length === 0;
  if (isEmpty && !track.is_mine) return null;
  return (
    <section aria-labelledby="lyrics-title" className="mt-10">
      <div className="mb-3 flex flex-wrap items-center gap-3">
        <h2 id="lyrics-title" className="text-xl font-bold tracking-tight">
          {t('lyrics.title')}
        </h2>
        {track.is_mine && (
          <Button size="sm" onClick={() => setEdits(true)}>
            <Pencil size={16} aria-hidden />
            {t(isEmpty ? 'lyrics.add' : 'lyrics.edit')}
          </Button>
        )}
      </div>
      {!isEmpty && <LyricsLines trackId={track.id} lyrics={lyrics.data} onSeek={onSeek} className="max-h-96 max-w-prose overflow-y-auto text-base" />}
      {edits && (
        <Suspense fallback={null}>
          <LyricsDialog track={track} lyrics={lyrics.data} onClose={() => setEdits(false)} />
        </Suspense>
      )}
    </section>
  );
}
