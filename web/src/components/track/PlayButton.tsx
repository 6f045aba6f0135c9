import { clsx } from 'clsx';
import { Pause, Play } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { MovingPeaks } from '@/components/peaks/MovingPeaks';
import type { Playable } from '@/lib/player/contract';
import { warmUp } from '@/lib/player/store';
import { usePlayFrom } from './usePlayFrom';

interface PlayButtonProps {
  track: Playable;
  /** The list that it stands in; it plays on from there. */
  list?: readonly Playable[];
  /** Without a list: what follows where nothing is queued. */
  more?: readonly Playable[];
  size?: 'sm' | 'md' | 'lg';
  /** `solid` is an accent disc, `veil` covers the small cover it lies on, `cover` takes all of a cover, with a disc in its corner. */
  look?: 'solid' | 'veil' | 'cover';
  className?: string;
}

const discs = { sm: 'size-9', md: 'size-12', lg: 'size-16' };
const looks = {
  solid: 'fills bg-accent text-on-accent hover:brightness-105 active:scale-95 disabled:bg-line disabled:text-muted',
  veil: 'bg-veil text-on-veil disabled:hidden',
  cover: 'absolute inset-0 items-end justify-end rounded-[inherit] disabled:hidden',
};
const signs = { sm: 16, md: 20, lg: 26 };

export function PlayButton({ track, list, more = [], size = 'md', look = 'solid', className }: PlayButtonProps) {
  const { t } = useTranslation();
  const { isCurrent, isPlaying, play, canPlay } = usePlayFrom(track, list ? { list } : { more });
  const sign = isPlaying ? (
    <>
      <MovingPeaks playing className="size-[45%] group-hover/play:hidden group-focus-visible/play:hidden" />
      <Pause size={signs[size]} aria-hidden className="hidden fill-current group-hover/play:block group-focus-visible/play:block" />
    </>
  ) : (
    <Play size={signs[size]} aria-hidden className="ms-[6%] fill-current rtl:-scale-x-100" />
  );
  return (
    <button
      type="button"
      aria-label={t(isPlaying ? 'track.pause' : 'track.play', { title: track.title })}
      data-play-main={size === 'lg' || undefined}
      disabled={!canPlay}
      onClick={play}
      onPointerEnter={() => void warmUp()}
      onFocus={() => void warmUp()}
      className={clsx(
        'group/play inline-flex shrink-0 transition-[transform,filter,background-color] duration-150',
        look !== 'cover' && 'items-center justify-center',
        look === 'veil' && 'absolute inset-0 rounded-sm',
        look === 'solid' && ['rounded-full', discs[size]],
        looks[look],
        className,
      )}
    >
      {look === 'cover' ? (
        <span
          className={clsx(
            'fills inline-flex items-center justify-center rounded-full bg-accent text-on-accent shadow-float transition-opacity duration-150 group-focus-visible/play:opacity-100',
            size === 'sm' ? 'm-1' : 'm-3',
            discs[size],
            !isCurrent && 'pointer-fine:opacity-0 pointer-fine:group-hover:opacity-100',
          )}
        >
          {sign}
        </span>
      ) : (
        sign
      )}
    </button>
  );
}
