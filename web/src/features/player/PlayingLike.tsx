import { LikeButton } from '@/components/track/LikeButton';
import { useMe } from '@/lib/api/auth/me';
import { useTrack } from '@/lib/api/tracks/get';

/** The heart of what plays. A queue may be older than the like, so it is asked for. */
export default function PlayingLike({ id }: { id: string }) {
  const { data: me } = useMe();
  const { data: track } = useTrack(id, Boolean(me));
  return track ? <LikeButton track={track} size="md" /> : <span className="size-10" />;
}
