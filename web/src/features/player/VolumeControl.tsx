import { Volume1, Volume2, VolumeX } from 'lucide-react';
import { Slider } from 'radix-ui';
import { useTranslation } from 'react-i18next';
import { IconButton } from '@/components/ui/IconButton';
import { usePlayer } from '@/lib/player/store';

export function VolumeControl() {
  const { t } = useTranslation();
  const volume = usePlayer((s) => s.volume);
  const muted = usePlayer((s) => s.muted);
  const { setVolume, setMuted } = usePlayer.getState();
  const heard = muted ? 0 : volume;
  const Sign = heard === 0 ? VolumeX : heard < 0.5 ? Volume1 : Volume2;
  return (
    <div className="flex items-center">
      <IconButton label={t(muted ? 'player.unmute' : 'player.mute')} aria-pressed={muted} onClick={() => setMuted(!muted)}>
        <Sign size={18} aria-hidden />
      </IconButton>
      <Slider.Root
        value={[Math.round(heard * 100)]}
        max={100}
        step={2}
        onValueChange={([value = 0]) => setVolume(value / 100)}
        className="relative flex h-10 w-22 cursor-pointer touch-none items-center select-none"
      >
        <Slider.Track className="fills-track relative h-1 grow rounded-full bg-line">
          <Slider.Range className="fills absolute h-full rounded-full bg-ink" />
        </Slider.Track>
        <Slider.Thumb
          aria-label={t('player.volume')}
          aria-valuetext={t('player.volume_text', { percent: Math.round(heard * 100) })}
          className="fills block size-3 rounded-full bg-ink transition-transform duration-150 hover:scale-125"
        />
      </Slider.Root>
    </div>
  );
}
