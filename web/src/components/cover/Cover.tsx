/* A track's cover: its image, or the art drawn from its sound. */

import { clsx } from 'clsx';
import { useWaveform } from '@/lib/api/tracks/waveform';
import { useInView } from '@/lib/dom/useInView';
import { GeneratedCover } from './GeneratedCover';

export interface CoverProps {
  track: { id: string; cover_url: string | null; waveform_url: string | null };
  /** CSS length for the `sizes` of the image, such as "56px" or "(min-width: 640px) 320px, 100vw". */
  sizes: string;
  className?: string;
  /** Above the fold: load at once. */
  eager?: boolean;
}

const SIZES = [300, 600, 1200] as const;

/** The same cover at another size. */
export function coverAt(url: string, size: (typeof SIZES)[number]): string {
  return url.replace(/\/cover\/\d+/, `/cover/${size}`);
}

export function Cover({ track, sizes, className, eager = false }: CoverProps) {
  const [ref, seen] = useInView<HTMLDivElement>();
  const { data: waveform } = useWaveform(track, !track.cover_url && (seen || eager));
  return (
    <div ref={ref} className={clsx('relative aspect-square shrink-0 overflow-hidden rounded-sm bg-sunk', className)}>
      {track.cover_url ? (
        <img
          src={coverAt(track.cover_url, 300)}
          srcSet={SIZES.map((s) => `${coverAt(track.cover_url ?? '', s)} ${s}w`).join(', ')}
          sizes={sizes}
          alt=""
          loading={eager ? 'eager' : 'lazy'}
          decoding="async"
          className="size-full object-cover"
        />
      ) : (
        <GeneratedCover id={track.id} waveform={waveform} className="size-full" />
      )}
    </div>
  );
}
