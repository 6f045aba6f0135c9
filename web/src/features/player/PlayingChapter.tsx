import { useMe } from '@/lib/api/auth/me';
import { useTrack } from '@/lib/api/tracks/get';
import { useChapter } from '@/lib/player/useChapter';

/** The chapter that plays. A queue does not have descriptions: for visitors it is told where the page of the track was open. */
export default function PlayingChapter({ id, className }: { id: string; className: string }) {
  const { data: me } = useMe();
  const { data: track } = useTrack(id, Boolean(me));
  const chapter = useChapter(track);
  if (!chapter) return null;
  return (
    <p dir="auto" title={chapter.title} data-player-chapter className={`truncate ${className}`}>
      {chapter.title}
    </p>
  );
}
