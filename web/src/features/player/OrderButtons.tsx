import { clsx } from 'clsx';
import { Repeat, Repeat1, Shuffle } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '@/components/ui/IconButton';
import { usePlayer } from '@/lib/player/store';

const AFTER = { off: 'all', all: 'one', one: 'off' } as const;

/** A dot under what is switched on: colour alone does not tell. */
const on = 'relative text-accent-text after:absolute after:bottom-1 after:size-1 after:rounded-full after:bg-current hover:text-accent-text';

export function ShuffleButton() {
  const { t } = useTranslation();
  const shuffle = usePlayer((s) => s.shuffle);
  return (
    <IconButton
      label={t('player.shuffle')}
      aria-pressed={shuffle}
      onClick={() => usePlayer.getState().setShuffle(!shuffle)}
      className={clsx(shuffle && on)}
    >
      <Shuffle size={18} aria-hidden />
    </IconButton>
  );
}

export function RepeatButton() {
  const { t } = useTranslation();
  const repeat = usePlayer((s) => s.repeat);
  const Sign = repeat === 'one' ? Repeat1 : Repeat;
  return (
    <IconButton
      label={t(`player.repeat.${repeat}`)}
      data-repeat={repeat}
      onClick={() => usePlayer.getState().setRepeat(AFTER[repeat])}
      className={clsx(repeat !== 'off' && on)}
    >
      <Sign size={18} aria-hidden />
    </IconButton>
  );
}
