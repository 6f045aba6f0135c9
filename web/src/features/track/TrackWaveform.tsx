/* The track's own waveform: the player's while this track is loaded, and a way to start anywhere in it otherwise. */

import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Waveform, type WaveformClock } from '@/components/waveform/Waveform';
import { startTrack } from '@/components/track/usePlayFrom';
import { useWaveform } from '@/lib/api/tracks/waveform';
import type { Track } from '@/lib/api/types';
import { clock } from '@/lib/player/clock';
import { isPlayable } from '@/lib/player/contract';
import { usePlayer } from '@/lib/player/store';

/** A clock that stands at zero. */
const resting = (duration: number): WaveformClock => ({ position: 0, bufferedEnd: duration, duration, subscribe: () => () => undefined });

export function TrackWaveform({ track, more }: { track: Track; more: readonly Track[] }) {
  const { t } = useTranslation();
  const { data } = useWaveform(track.id, track.waveform_url !== null);
  const isCurrent = usePlayer((s) => s.current?.id === track.id);
  const seconds = (track.duration_ms ?? 0) / 1000;
  const still = useMemo(() => resting(seconds), [seconds]);

  function seek(to: number) {
    const player = usePlayer.getState();
    if (player.current?.id !== track.id) {
      if (!isPlayable(track)) return;
      startTrack(track, { more });
    }
    player.seek(to);
  }

  return (
    <Waveform
      waveform={data}
      seed={track.id}
      clock={isCurrent ? clock : still}
      onSeek={seek}
      label={t('player.seek', { title: track.title })}
      className="h-28 sm:h-36"
    />
  );
}
