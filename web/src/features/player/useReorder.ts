/* Dragging a row of equal height to another place, with mouse, pen or finger. */

import { useCallback, useState, type PointerEvent, type RefObject } from 'react';

interface Drag {
  from: number;
  to: number;
  /** How far the row was carried, in pixels. */
  carried: number;
}

interface Options {
  count: number;
  rowHeight: number;
  scroller: RefObject<HTMLElement | null>;
  onMove: (from: number, to: number) => void;
}

/** Close to an edge, the list scrolls under the row. */
const EDGE = 48;
const SCROLL_STEP = 10;

export function useReorder({ count, rowHeight, scroller, onMove }: Options) {
  const [drag, setDrag] = useState<Drag | null>(null);

  const begin = useCallback(
    (event: PointerEvent<HTMLElement>, from: number) => {
      if (event.button !== 0) return;
      const handle = event.currentTarget;
      const start = event.clientY + (scroller.current?.scrollTop ?? 0);
      let last: Drag = { from, to: from, carried: 0 };
      handle.setPointerCapture(event.pointerId);
      setDrag(last);

      const onPointerMove = (e: globalThis.PointerEvent) => {
        const box = scroller.current;
        if (box) {
          const rect = box.getBoundingClientRect();
          if (e.clientY < rect.top + EDGE) box.scrollTop -= SCROLL_STEP;
          else if (e.clientY > rect.bottom - EDGE) box.scrollTop += SCROLL_STEP;
        }
        const carried = e.clientY + (box?.scrollTop ?? 0) - start;
        const to = Math.min(count - 1, Math.max(0, from + Math.round(carried / rowHeight)));
        last = { from, to, carried };
        setDrag(last);
      };
      const finish = (keep: boolean) => {
        handle.removeEventListener('pointermove', onPointerMove);
        handle.removeEventListener('pointerup', onUp);
        handle.removeEventListener('pointercancel', onCancel);
        setDrag(null);
        if (keep && last.to !== from) onMove(from, last.to);
      };
      const onUp = () => finish(true);
      const onCancel = () => finish(false);
      handle.addEventListener('pointermove', onPointerMove);
      handle.addEventListener('pointerup', onUp);
      handle.addEventListener('pointercancel', onCancel);
    },
    [count, onMove, rowHeight, scroller],
  );

  /** Where a row is shown while another is carried over it, in pixels from its place. */
  const offsetOf = (index: number): number => {
    if (!drag) return 0;
    if (index === drag.from) return drag.carried;
    if (index > drag.from && index <= drag.to) return -rowHeight;
    if (index < drag.from && index >= drag.to) return rowHeight;
    return 0;
  };

  return { begin, offsetOf, dragged: drag?.from ?? -1 };
}
