import { clsx } from 'clsx';
import { Pause, Play, SkipBack, SkipForward } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '@/components/ui/IconButton';
import { following } from '@/lib/player/queue';
import { usePlayer } from '@/lib/player/store';

interface TransportProps {
  /** `md` leaves out `previous` on phones, where the full screen has it. */
  size?: 'md' | 'lg';
}

/** Previous, play or pause, next. */
export function Transport({ size = 'md' }: TransportProps) {
  const { t } = useTranslation();
  const isPlaying = usePlayer((s) => s.isPlaying);
  const isBuffering = usePlayer((s) => s.isBuffering);
  const isGone = usePlayer((s) => s.current?.unavailable === true);
  const hasNext = usePlayer((s) => following(s, false) >= 0);
  const { toggle, next, previous } = usePlayer.getState();
  const large = size === 'lg';
  const skip = large ? 26 : 20;
  const sign = large ? 30 : 20;
  const Sign = isPlaying ? Pause : Play;
  return (
    <div className={clsx('flex shrink-0 items-center', large ? 'gap-4' : 'gap-1')} dir="ltr">
      <IconButton label={t('player.previous')} onClick={previous} className={clsx(large ? 'size-12' : 'max-lg:hidden')}>
        <SkipBack size={skip} aria-hidden className="fill-current" />
      </IconButton>
      <button
        type="button"
        onClick={toggle}
        disabled={isGone}
        aria-label={t(isPlaying ? 'player.pause' : 'player.play')}
        title={t(isPlaying ? 'player.pause' : 'player.play')}
        data-player-state={isBuffering ? 'buffering' : isPlaying ? 'playing' : 'paused'}
        className={clsx(
          'fills inline-flex shrink-0 items-center justify-center rounded-full bg-accent text-on-accent transition-[transform,filter] duration-150 hover:brightness-105 active:scale-95 disabled:opacity-50',
          large ? 'size-18' : 'size-11',
        )}
      >
        <Sign size={sign} aria-hidden className={clsx('fill-current', !isPlaying && 'ms-[6%]', isBuffering && 'animate-pulse')} />
      </button>
      <IconButton label={t('player.next')} onClick={next} disabled={!hasNext} className={clsx(large && 'size-12')}>
        <SkipForward size={skip} aria-hidden className="fill-current" />
      </IconButton>
    </div>
  );
}
