import { GripVertical } from 'lucide-react';
import type { KeyboardEvent, PointerEvent } from 'react';

/** What a ReorderList gives to the handle of each row. */
export interface HandleProps {
  'data-handle': string;
  onPointerDown: (event: PointerEvent<HTMLButtonElement>) => void;
  onKeyDown: (event: KeyboardEvent<HTMLButtonElement>) => void;
}

/** By what a row is carried to another place: by pointer, or with the arrow keys. */
export function DragHandle({ label, ...handle }: HandleProps & { label: string }) {
  return (
    <button
      type="button"
      data-arrow-keys
      aria-label={label}
      {...handle}
      className="grid h-10 w-6 shrink-0 cursor-grab touch-none place-items-center select-none rounded-sm text-muted hover:text-ink active:cursor-grabbing"
    >
      <GripVertical size={16} aria-hidden />
    </button>
  );
}
