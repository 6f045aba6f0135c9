/* The covers of its first tracks, four of them as a mosaic; drawn from its id while it has none. */

import { clsx } from 'clsx';
import { Cover } from '@/components/cover/Cover';
import { GeneratedCover } from '@/components/cover/GeneratedCover';
import type { Playlist, TrackRef } from '@/lib/api/schema';

interface PlaylistCoverProps {
  playlist: Pick<Playlist, 'id' | 'covers'>;
  /** As those of Cover. */
  sizes: string;
  className?: string;
}

/** A track that is there twice is shown once. */
function different(covers: readonly TrackRef[]): TrackRef[] {
  return [...new Map(covers.map((cover) => [cover.id, cover])).values()];
}

export function PlaylistCover({ playlist, sizes, className }: PlaylistCoverProps) {
  const covers = different(playlist.covers);
  const [first] = covers;
  return (
    <div className={clsx('aspect-square shrink-0 overflow-hidden bg-sunk', className)}>
      {covers.length === 4 ? (
        <div className="grid size-full grid-cols-2">
          {covers.map((track) => (
            <Cover key={track.id} track={track} sizes={sizes} className="size-full rounded-none!" />
          ))}
        </div>
      ) : first ? (
        <Cover track={first} sizes={sizes} className="size-full rounded-none!" />
      ) : (
        <GeneratedCover id={playlist.id} className="size-full" />
      )}
    </div>
  );
}
