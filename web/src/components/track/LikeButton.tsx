/* The heart of a track, for those who are signed in. It is loaded apart, since a first page of a visitor has none. */

import { lazy, Suspense } from 'react';
import { useMe } from '@/lib/api/auth/me';
import type { Track } from '@/lib/api/schema';

const LikeToggle = lazy(() => import('./LikeToggle'));

interface LikeButtonProps {
  track: Pick<Track, 'id' | 'title' | 'is_liked'>;
  size?: 'sm' | 'md';
}

export function LikeButton({ track, size = 'sm' }: LikeButtonProps) {
  const { data: me } = useMe();
  if (!me) return null;
  return (
    <Suspense fallback={<span className={size === 'sm' ? 'size-8' : 'size-10'} />}>
      <LikeToggle track={track} size={size} />
    </Suspense>
  );
}
