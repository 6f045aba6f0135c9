/* The track's own waveform, which seeks wherever it is drawn: the player's while this track is loaded, and a way to start anywhere in it
 * otherwise. */

import { clsx } from 'clsx';
import { useMemo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { WaveformLook } from '@/components/waveform/bars';
import { Waveform, type WaveformClock } from '@/components/waveform/Waveform';
import { useWaveform } from '@/lib/api/tracks/waveform';
import { useInView } from '@/lib/dom/useInView';
import { clock } from '@/lib/player/clock';
import type { Playable } from '@/lib/player/contract';
import { usePlayer } from '@/lib/player/store';
import { seekTrack, type PlayContext } from './usePlayFrom';

/** A clock that stands at zero. */
const resting = (duration: number): WaveformClock => ({ position: 0, bufferedEnd: duration, duration, subscribe: () => () => undefined });

interface TrackWaveformProps {
  track: Playable;
  /** What plays after it when it is started here. */
  context: PlayContext;
  look?: WaveformLook;
  /** Sets the height. */
  className: string;
  /** Called with the second that was chosen. */
  onSeek?: (seconds: number) => void;
  /** Drawn over it, without a part in what the pointer does. */
  children?: ReactNode;
}

export function TrackWaveform({ track, context, look = 'fine', className, onSeek, children }: TrackWaveformProps) {
  const { t } = useTranslation();
  const [ref, seen] = useInView<HTMLDivElement>();
  const { data } = useWaveform(track, seen);
  const isCurrent = usePlayer((s) => s.current?.id === track.id);
  const seconds = (track.duration_ms ?? 0) / 1000;
  const still = useMemo(() => resting(seconds), [seconds]);

  return (
    <div ref={ref} className={clsx(children !== undefined && 'relative', className)}>
      <Waveform
        waveform={data}
        seed={track.id}
        clock={isCurrent ? clock : still}
        look={look}
        onSeek={(to, byKey) => seekTrack(track, context, to, byKey) && onSeek?.(to)}
        label={t('player.seek', { title: track.title })}
        className="h-full"
      />
      {children}
    </div>
  );
}
