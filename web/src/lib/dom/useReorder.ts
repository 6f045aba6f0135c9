/* Carrying a row of equal height to another place, with mouse, pen or finger. */

import { useCallback, useEffect, useRef, useState, type PointerEvent } from 'react';
import type { Scroller } from './scroller';

interface Drag {
  from: number;
  to: number;
  /** How far the row was carried, in pixels. */
  carried: number;
}

interface Options {
  count: number;
  rowHeight: number;
  scroller: Scroller;
  onMove: (from: number, to: number) => void;
}

/** Close to an edge, the list scrolls under the row. */
const EDGE = 48;
const SCROLL_STEP = 8;

export function useReorder({ count, rowHeight, scroller, onMove }: Options) {
  const [drag, setDrag] = useState<Drag | null>(null);
  const stop = useRef<() => void>(() => undefined);
  useEffect(() => () => stop.current(), []);

  const begin = useCallback(
    (event: PointerEvent<HTMLElement>, from: number) => {
      if (event.button !== 0) return;
      const handle = event.currentTarget;
      const start = event.clientY + scroller.offset();
      let at = event.clientY;
      let hasMoved = false;
      let last: Drag = { from, to: from, carried: 0 };
      handle.setPointerCapture(event.pointerId);
      setDrag(last);

      const place = () => {
        const carried = at + scroller.offset() - start;
        const to = Math.min(count - 1, Math.max(0, from + Math.round(carried / rowHeight)));
        if (to === last.to && carried === last.carried) return;
        last = { from, to, carried };
        setDrag(last);
      };
      /* it goes on scrolling while the pointer rests at the edge */
      const scroll = () => {
        const { top, bottom } = scroller.edges();
        if (hasMoved && at < top + EDGE) scroller.by(-SCROLL_STEP);
        else if (hasMoved && at > bottom - EDGE) scroller.by(SCROLL_STEP);
        place();
        frame = requestAnimationFrame(scroll);
      };
      let frame = requestAnimationFrame(scroll);

      const onPointerMove = (e: globalThis.PointerEvent) => {
        at = e.clientY;
        hasMoved = true;
        place();
      };
      const end = () => {
        cancelAnimationFrame(frame);
        handle.removeEventListener('pointermove', onPointerMove);
        handle.removeEventListener('pointerup', onUp);
        handle.removeEventListener('pointercancel', onCancel);
        stop.current = () => undefined;
      };
      const onUp = () => {
        end();
        setDrag(null);
        if (last.to !== from) onMove(from, last.to);
      };
      const onCancel = () => {
        end();
        setDrag(null);
      };
      stop.current = end;
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
