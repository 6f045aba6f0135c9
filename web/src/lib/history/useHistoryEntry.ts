import { useEffect, useRef } from 'react';
import { enter } from './overlays';

/** Makes an overlay an entry of the browser's history while it is open: Back calls `close`, which may return false (or a promise of it)
 * to stay open. Closing it by other means takes the entry off again. */
export function useHistoryEntry(open: boolean, close: () => unknown): void {
  const latest = useRef(close);
  useEffect(() => {
    latest.current = close;
  });
  useEffect(() => (open ? enter(() => latest.current()) : undefined), [open]);
}
