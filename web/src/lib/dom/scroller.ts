/* What a list scrolls in: a box of its own, or the page. */

import type { RefObject } from 'react';

export interface Scroller {
  /** How far it is scrolled, in pixels. */
  offset(): number;
  by(pixels: number): void;
  /** What of it is in sight, in pixels from the top of the window. */
  edges(): { top: number; bottom: number };
}

export const boxScroller = (box: RefObject<HTMLElement | null>): Scroller => ({
  offset: () => box.current?.scrollTop ?? 0,
  by: (pixels) => box.current?.scrollBy({ top: pixels }),
  edges: () => box.current?.getBoundingClientRect() ?? { top: 0, bottom: innerHeight },
});

const pixels = (length: string) => Number.parseFloat(length) || 0;

/** Without what the header, the player and the tabs cover, which is the scroll padding of the document. */
export const pageScroller: Scroller = {
  offset: () => window.scrollY,
  by: (top) => window.scrollBy({ top, behavior: 'instant' }),
  edges: () => {
    const { scrollPaddingTop, scrollPaddingBottom } = getComputedStyle(document.documentElement);
    return { top: pixels(scrollPaddingTop), bottom: innerHeight - pixels(scrollPaddingBottom) };
  },
};
