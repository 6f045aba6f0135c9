import { clsx } from 'clsx';
import { Heart } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '@/components/ui/IconButton';
import { useLike } from '@/lib/api/tracks/like';
import type { Track } from '@/lib/api/schema';

interface LikeToggleProps {
  track: Pick<Track, 'id' | 'title' | 'is_liked'>;
  size: 'sm' | 'md';
}

export default function LikeToggle({ track, size }: LikeToggleProps) {
  const { t } = useTranslation();
  const { mutate } = useLike();
  const toggle = () => mutate({ id: track.id, liked: !track.is_liked });
  return (
    <IconButton label={t('track.like', { title: track.title })} aria-pressed={track.is_liked} size={size} onClick={toggle} className={clsx(track.is_liked && 'text-accent-text')}>
      <Heart size={size === 'sm' ? 18 : 20} aria-hidden className={clsx(track.is_liked && 'fill-current')} />
    </IconButton>
  );
}
