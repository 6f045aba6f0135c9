import { useTranslation } from 'react-i18next';
import type { WaveformLook } from '@/components/waveform/bars';
import { Waveform } from '@/components/waveform/Waveform';
import { useWaveform } from '@/lib/api/tracks/waveform';
import { clock } from '@/lib/player/clock';
import type { QueueEntry } from '@/lib/player/queue';
import { usePlayer } from '@/lib/player/store';

/** The waveform of what is loaded, as its progress bar. */
export function Progress({ track, look = 'fine', className }: { track: QueueEntry; look?: WaveformLook; className: string }) {
  const { t } = useTranslation();
  const { data } = useWaveform(track, true);
  return (
    <Waveform
      waveform={data}
      seed={track.id}
      clock={clock}
      look={look}
      onSeek={usePlayer.getState().seek}
      label={t('player.seek', { title: track.title })}
      className={className}
    />
  );
}
