import { clsx } from 'clsx';
import { Cover } from '@/components/cover/Cover';
import { ReleaseCover } from '@/components/release/ReleaseCover';
import { Avatar } from '@/components/ui/Avatar';
import { useTranslation } from 'react-i18next';
import { ListEnd, Play } from 'lucide-react';
import type { Entry, TrackActs } from './entries';

interface PaletteItemProps {
  id: string;
  entry: Entry;
  selected: boolean;
  onRun: () => void;
  onAct: (what: keyof TrackActs, on: TrackActs) => void;
}

/* For mouse and finger. An option holds no controls of its own, so for the keyboard and screen readers they stand below the list. */
function PointerActs({ acts, onAct }: { acts: TrackActs; onAct: PaletteItemProps['onAct'] }) {
  const { t } = useTranslation();
  const tools = [
    { what: 'now', label: t('player.play'), Icon: Play },
    { what: 'last', label: t('track.queue'), Icon: ListEnd },
  ] as const;
  return (
    <span aria-hidden="true" className="flex shrink-0">
      {tools.map(({ what, label, Icon }) => (
        // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
        <span
          key={what}
          title={label}
          data-act={what}
          onClick={(event) => {
            event.stopPropagation();
            onAct(what, acts);
          }}
          className="grid size-9 place-items-center rounded-sm text-muted hover:bg-raised hover:text-ink"
        >
          <Icon size={16} aria-hidden />
        </span>
      ))}
    </span>
  );
}

/* The keyboard is handled by the field, which keeps the focus and names the active option. */
export function PaletteItem({ id, entry, selected, onRun, onAct }: PaletteItemProps) {
  return (
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events
    <li
      id={id}
      role="option"
      aria-selected={selected}
      tabIndex={-1}
      onClick={onRun}
      className={clsx('flex h-11 cursor-pointer items-center gap-3 rounded-sm px-2.5', selected ? 'bg-sunk' : 'hover:bg-sunk/60')}
    >
      <span className="flex size-7 shrink-0 items-center justify-center text-muted">
        {entry.kind === 'track' && <Cover track={entry.track} sizes="28px" className="size-7" />}
        {entry.kind === 'release' && <ReleaseCover release={entry.release} sizes="28px" className="size-7" />}
        {entry.kind === 'person' && <Avatar user={entry.user} size={28} />}
        {(entry.kind === 'command' || entry.kind === 'playlist') && <entry.icon size={18} aria-hidden />}
      </span>
      <span dir="auto" title={entry.label} className="min-w-0 flex-1 truncate text-base">{entry.label}</span>
      <span dir="auto" className="max-w-[40%] shrink-0 truncate text-xs text-muted">{entry.hint}</span>
      {entry.kind === 'track' && entry.play && <PointerActs acts={entry.play} onAct={onAct} />}
    </li>
  );
}
