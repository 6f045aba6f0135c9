import { Pause, Play } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { isPlayable } from '@/lib/player/contract';
import type { Listed } from '@/lib/player/listed';
import { usePlayer, warmUp } from '@/lib/player/store';
import type { Entries } from './useEntries';
import { startTrack } from './usePlayFrom';

interface PlayAllProps extends Pick<Entries<Listed>, 'items' | 'tracks'> {
  title: string;
  /** How many tracks are expected: its place is kept while they are loaded. */
  count: number | null;
}

/** Plays a playlist or a release from its first track; pauses and goes on where one of its tracks is loaded. Nothing where there are no tracks. */
export function PlayAll({ title, count, items, tracks }: PlayAllProps) {
  const { t } = useTranslation();
  const current = usePlayer((s) => s.current?.id);
  const playing = usePlayer((s) => s.isPlaying);
  const isCurrent = tracks.some((track) => track.id === current);
  const first = tracks.find(isPlayable);
  const isPlaying = isCurrent && playing;
  const Icon = isPlaying ? Pause : Play;
  if (items.isPending ? count === 0 : tracks.length === 0) return null;
  return (
    <button
      type="button"
      aria-label={t(isPlaying ? 'track.pause' : 'track.play', { title })}
      disabled={!first}
      onClick={() => {
        if (isCurrent) usePlayer.getState().toggle();
        else if (first) startTrack(first, { list: tracks });
      }}
      onPointerEnter={() => void warmUp()}
      onFocus={() => void warmUp()}
      className="fills me-2 inline-flex size-16 shrink-0 items-center justify-center rounded-full bg-accent text-on-accent transition-[transform,filter,background-color] duration-150 hover:brightness-105 active:scale-95 disabled:bg-line disabled:text-muted"
    >
      <Icon size={26} aria-hidden className={Icon === Play ? 'ms-[6%] fill-current rtl:-scale-x-100' : 'fill-current'} />
    </button>
  );
}
