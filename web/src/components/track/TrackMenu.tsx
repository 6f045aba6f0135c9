/* The menu of a track in a list. Its items come with the first menu that is opened. */

import { Ellipsis } from 'lucide-react';
import { lazy, Suspense, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '@/components/ui/IconButton';
import { Menu, MenuSeparator } from '@/components/ui/Menu';
import type { PlayerTrack } from '@/lib/player/contract';

const TrackMenuItems = lazy(() => import('./TrackMenuItems'));

interface TrackMenuProps {
  track: PlayerTrack;
  playable: boolean;
  /** Where there is no room for a heart. */
  isLiked?: boolean;
  /** More items, such as the owner's. */
  children?: ReactNode;
  className?: string;
}

export function TrackMenu({ track, playable, isLiked, children, className }: TrackMenuProps) {
  const { t } = useTranslation();
  return (
    <Menu
      trigger={
        <IconButton label={t('track.tools', { title: track.title })} size="sm" className={className}>
          <Ellipsis size={18} aria-hidden />
        </IconButton>
      }
    >
      <Suspense fallback={null}>
        <TrackMenuItems track={track} playable={playable} isLiked={isLiked} />
        {children && <MenuSeparator />}
        {children}
      </Suspense>
    </Menu>
  );
}
