import { useEffect, useState, type RefObject } from 'react';

/** How many bars fit, at `pitch` pixels each; follows the element's width. */
export function useBarCount(ref: RefObject<Element | null>, pitch: number): number {
  const [count, setCount] = useState(96);
  useEffect(() => {
    const element = ref.current;
    if (!element || !('ResizeObserver' in window)) return undefined;
    const measure = () => {
      const width = element.getBoundingClientRect().width;
      /* in steps of eight, so that resizing a window does not redraw on every pixel */
      if (width > 0) setCount(Math.max(16, Math.round(width / pitch / 8) * 8));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref, pitch]);
  return count;
}
