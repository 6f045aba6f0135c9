/* A list of rows of equal height that can be put in another order: by pointer, by finger, and with the arrow keys on the handle of a row. Of a
 * long list only the rows in sight exist. */

import { defaultRangeExtractor, useVirtualizer, useWindowVirtualizer, type Range, type Virtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode, type Ref } from 'react';
import { boxScroller, pageScroller, type Scroller } from '@/lib/dom/scroller';
import { useReorder } from '@/lib/dom/useReorder';
import { useTopOnPage } from '@/lib/dom/useTopOnPage';
import type { HandleProps } from './DragHandle';

export interface RowState {
  index: number;
  isDragged: boolean;
  /** For the row's DragHandle. */
  handle: HandleProps;
}

interface ReorderListProps<T> {
  items: readonly T[];
  keyOf: (item: T) => string;
  /** In pixels. */
  rowHeight: number;
  onMove: (from: number, to: number) => void;
  /** What is said to those who cannot see it, such as "Night Ferry is now number 2 of 12". `place` counts from 1. */
  movedText: (item: T, place: number) => string;
  label?: string;
  children: (item: T, row: RowState) => ReactNode;
}

interface InBox<T> extends ReorderListProps<T> {
  className: string;
  /** The index of the row that is in sight at first. */
  first: number;
  /** Below the rows. */
  after?: ReactNode;
}

/** So many rows are all there: the browser finds words in them. */
const ALL_OF = 100;

function useRows<T>({ items, keyOf, rowHeight, onMove, movedText }: ReorderListProps<T>, scroller: Scroller, list: { current: HTMLElement | null }) {
  const [spoken, setSpoken] = useState('');
  /** The handle that gets the focus once its row is where it was sent. */
  const awaited = useRef<{ key: string; at: number } | null>(null);

  const move = (from: number, to: number) => {
    const item = items[from];
    if (item === undefined) return;
    onMove(from, to);
    setSpoken(movedText(item, to + 1));
  };
  const { begin, offsetOf, dragged } = useReorder({ count: items.length, rowHeight, scroller, onMove: move });

  useEffect(() => {
    const { key, at } = awaited.current ?? { key: '', at: -1 };
    const item = items[at];
    if (item === undefined || keyOf(item) !== key) return;
    awaited.current = null;
    const handle = list.current?.querySelector<HTMLElement>(`[data-handle="${CSS.escape(key)}"]`);
    handle?.focus({ preventScroll: true });
    handle?.scrollIntoView({ block: 'nearest' });
  }, [items, keyOf, list]);

  const onHandleKey = (event: KeyboardEvent, at: number) => {
    const to = at + (event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0);
    if (to === at) return;
    event.preventDefault();
    const item = items[at];
    if (to < 0 || to >= items.length || item === undefined) return;
    awaited.current = { key: keyOf(item), at: to };
    move(at, to);
  };

  const options = {
    count: items.length,
    estimateSize: () => rowHeight,
    getItemKey: (i: number) => {
      const item = items[i];
      return item === undefined ? i : keyOf(item);
    },
    overscan: items.length > ALL_OF ? 6 : ALL_OF,
    /* the row that is carried exists also where it came from is out of sight */
    rangeExtractor: (range: Range) => [...new Set([...defaultRangeExtractor(range), ...(dragged >= 0 ? [dragged] : [])])].sort((a, b) => a - b),
  };
  return { options, spoken, begin, offsetOf, dragged, onHandleKey };
}

interface RowsProps<T> {
  list: ReorderListProps<T>;
  state: ReturnType<typeof useRows<T>>;
  rows: Virtualizer<HTMLDivElement, Element> | Virtualizer<Window, Element>;
  ref?: Ref<HTMLUListElement>;
}

function Rows<T>({ list: { items, keyOf, label, children }, state, rows, ref }: RowsProps<T>) {
  const { offsetOf, dragged, begin, onHandleKey } = state;
  return (
    <>
      <p role="status" className="sr-only">
        {state.spoken}
      </p>
      <ul ref={ref} aria-label={label} className="relative" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ key, index, start }) => {
          const item = items[index];
          if (item === undefined) return null;
          const handle: HandleProps = {
            'data-handle': keyOf(item),
            onPointerDown: (event) => begin(event, index),
            onKeyDown: (event) => onHandleKey(event, index),
          };
          return (
            <li
              key={key}
              aria-posinset={index + 1}
              aria-setsize={items.length}
              className={`absolute inset-x-0 top-0 ${dragged === index ? 'z-10' : dragged >= 0 ? 'transition-transform duration-150' : ''}`}
              style={{ transform: `translateY(${start - rows.options.scrollMargin + offsetOf(index)}px)` }}
            >
              {children(item, { index, isDragged: dragged === index, handle })}
            </li>
          );
        })}
      </ul>
    </>
  );
}

/** In a box that scrolls. */
export function ReorderBox<T>({ className, first, after, ...list }: InBox<T>) {
  const box = useRef<HTMLDivElement>(null);
  const scroller = useMemo(() => boxScroller(box), []);
  const state = useRows(list, scroller, box);
  const rows = useVirtualizer({ ...state.options, getScrollElement: () => box.current, initialOffset: Math.max(0, first) * list.rowHeight });
  return (
    <div ref={box} className={`overflow-y-auto overscroll-contain ${className}`}>
      <Rows list={list} state={state} rows={rows} />
      {after}
    </div>
  );
}

/** Scrolls with the page. */
export function ReorderList<T>(list: ReorderListProps<T>) {
  const ul = useRef<HTMLUListElement>(null);
  const above = useTopOnPage(ul);
  const state = useRows(list, pageScroller, ul);
  const rows = useWindowVirtualizer({ ...state.options, scrollMargin: above });
  return <Rows list={list} state={state} rows={rows} ref={ul} />;
}
