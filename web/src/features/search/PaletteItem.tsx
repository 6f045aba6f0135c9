import { clsx } from 'clsx';
import { Cover } from '@/components/cover/Cover';
import { Avatar } from '@/components/ui/Avatar';
import type { Entry } from './entries';

interface PaletteItemProps {
  id: string;
  entry: Entry;
  selected: boolean;
  onRun: () => void;
}

/* The keyboard is handled by the field, which keeps the focus and names the active option. */
export function PaletteItem({ id, entry, selected, onRun }: PaletteItemProps) {
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
        {entry.kind === 'person' && <Avatar user={entry.user} size={28} />}
        {entry.kind === 'command' && <entry.icon size={18} aria-hidden />}
      </span>
      <span className="min-w-0 flex-1 truncate text-base">{entry.label}</span>
      <span className="shrink-0 text-xs text-muted">{entry.hint}</span>
    </li>
  );
}
