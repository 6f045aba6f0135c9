import { SlidersHorizontal } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '@/components/ui/IconButton';
import { Menu, MenuChoice, MenuSeparator } from '@/components/ui/Menu';
import { LOUDNESS_TARGETS, type LoudnessTarget } from '@/lib/audio/gain';
import { QUALITIES } from '@/lib/audio/quality';
import { usePlayer } from '@/lib/player/store';

/** Quality and loudness. */
export function SoundMenu() {
  const { t } = useTranslation();
  const quality = usePlayer((s) => s.quality);
  const rendition = usePlayer((s) => s.rendition);
  const loudness = usePlayer((s) => s.loudness);
  const { setQuality, setLoudness } = usePlayer.getState();
  return (
    <Menu
      side="top"
      trigger={
        <IconButton label={t('player.settings')}>
          <SlidersHorizontal size={18} aria-hidden />
        </IconButton>
      }
    >
      <MenuChoice
        label={t('player.quality.label')}
        value={quality}
        options={QUALITIES.map((value) => ({ value, label: t(`player.quality.${value}`) }))}
        onChange={setQuality}
      />
      {rendition && <p className="num px-2.5 pb-2 text-xs text-muted">{t('player.playing_at', { quality: t(`player.heard.${rendition}`) })}</p>}
      <MenuSeparator />
      <MenuChoice
        label={t('player.loudness.label')}
        value={String(loudness)}
        options={LOUDNESS_TARGETS.map((value) => ({ value: String(value), label: t(`player.loudness.${value}`) }))}
        onChange={(value) => setLoudness((value === 'off' ? 'off' : Number(value)) as LoudnessTarget)}
      />
    </Menu>
  );
}
