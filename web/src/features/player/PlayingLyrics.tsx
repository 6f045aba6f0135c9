/* What is sung right now, in the large player. */

import { useQuery } from '@tanstack/react-query';
import { LyricsLines } from '@/components/lyrics/LyricsLines';
import { lyricsQuery } from '@/lib/api/tracks/lyrics';
import { usePlayer } from '@/lib/player/store';

export default function PlayingLyrics({ id }: { id: string }) {
  const { data } = useQuery(lyricsQuery(id));
  if (!data?.lines.length) return null;
  return (
    <LyricsLines
      trackId={id}
      lyrics={data}
      onSeek={(seconds) => usePlayer.getState().seek(seconds)}
      className="max-h-44 max-w-xl overflow-y-auto text-base lg:max-h-56 lg:text-lg flat:max-xl:max-h-20"
    />
  );
}
