import { clsx } from 'clsx';
import { Repeat2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '@/components/ui/IconButton';
import { useRepost } from '@/lib/api/tracks/repost';
import type { Track } from '@/lib/api/schema';

/** Shows a track to those who follow one, or takes that back. */
export function RepostToggle({ track }: { track: Pick<Track, 'id' | 'title' | 'is_reposted'> }) {
  const { t } = useTranslation();
  const { mutate } = useRepost();
  const toggle = () => mutate({ id: track.id, reposted: !track.is_reposted });
  return (
    <IconButton label={t('track_page.repost', { title: track.title })} aria-pressed={track.is_reposted} onClick={toggle} className={clsx(track.is_reposted && 'text-accent-text')}>
      <Repeat2 size={20} aria-hidden />
    </IconButton>
  );
}
