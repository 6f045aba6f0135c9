/* A list that scrolls with the page, of rows or of cards, each as high as what is in it. Of a long one only the items near what is in sight exist. */

import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useRef, useState, type ReactNode, type RefObject } from 'react';
import { useTopOnPage } from '@/lib/dom/useTopOnPage';

interface LongListProps<T> {
  items: readonly T[];
  keyOf: (item: T) => string;
  /** How high a row is about, in pixels; of cards, a row of them. */
  rowHeight: number;
  /** How many there are with those that are not loaded, where that is known. */
  total?: number | undefined;
  label?: string | undefined;
  /** Of the list; with the classes of a grid, items stand side by side. */
  className?: string;
  itemClass?: string;
  children: (item: T, index: number) => ReactNode;
}

/** So many are all there: the browser finds words in them. */
const ALL_OF = 100;

/** How many items stand side by side, and the pixels between two rows. */
function useGrid(list: RefObject<HTMLUListElement | null>): { columns: number; gap: number } {
  const [grid, setGrid] = useState({ columns: 1, gap: 0 });
  useLayoutEffect(() => {
    const { current: ul } = list;
    if (!ul) return;
    const measure = () => {
      const { display, gridTemplateColumns, rowGap } = getComputedStyle(ul);
      const columns = display === 'grid' ? gridTemplateColumns.split(' ').length : 1;
      const gap = display === 'grid' ? Number.parseFloat(rowGap) || 0 : 0;
      setGrid((old) => (old.columns === columns && old.gap === gap ? old : { columns, gap }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(ul);
    return () => observer.disconnect();
  }, [list]);
  return grid;
}

export function LongList<T>({ items, keyOf, rowHeight, total, label, className = '', itemClass, children }: LongListProps<T>) {
  const ul = useRef<HTMLUListElement>(null);
  const above = useTopOnPage(ul);
  const { columns, gap } = useGrid(ul);
  const isLong = items.length > ALL_OF;
  const rows = useWindowVirtualizer({
    count: Math.ceil(items.length / columns),
    estimateSize: () => rowHeight,
    gap,
    overscan: isLong ? Math.max(2, Math.ceil(6 / columns)) : ALL_OF,
    scrollMargin: above,
  });
  const shown = rows.getVirtualItems();
  const first = shown[0], last = shown.at(-1);
  const from = (first?.index ?? 0) * columns;
  return (
    <ul
      ref={ul}
      aria-label={label}
      /* the list itself keeps in its place what is in sight; the browser must not do it a second time */
      className={`[overflow-anchor:none] ${className}`}
      style={{ paddingTop: first ? first.start - above : 0, paddingBottom: last ? rows.getTotalSize() - (last.end - above) : 0 }}
    >
      {items.slice(from, ((last?.index ?? -1) + 1) * columns).map((item, i) => (
        <li
          key={keyOf(item)}
          /* the first of each row stands for it: in a grid all of a row are equally high */
          ref={i % columns === 0 ? rows.measureElement : undefined}
          data-index={i % columns === 0 ? (from + i) / columns : undefined}
          aria-posinset={isLong ? from + i + 1 : undefined}
          aria-setsize={isLong ? (total ?? items.length) : undefined}
          className={itemClass}
        >
          {children(item, from + i)}
        </li>
      ))}
    </ul>
  );
}
