/* What the server rendered stays in sight until the app has as much to show: else a page would be there, be gone, and come again. */

import { useEffect, useLayoutEffect } from 'react';
import { queryClient } from '@/lib/api/queryClient';
import { removeShell } from '@/lib/dom/shell';

/** Whatever the page still waits for then, the app is shown. */
const PATIENCE_MS = 3000;

/** The track of a page comes with it, so the app has nothing to wait for there. */
const isRendered = () => document.querySelector('#shell-page > [data-page]') !== null && !window.veza?.track;

export function useReveal(): void {
  useLayoutEffect(() => {
    const root = document.getElementById('root');
    if (isRendered()) root?.setAttribute('hidden', '');
    else removeShell(); /* before the browser paints, so that nothing flickers */
  }, []);
  useEffect(() => {
    const root = document.getElementById('root');
    const reveal = () => {
      stop();
      root?.removeAttribute('hidden');
      removeShell();
      document.documentElement.dataset['ready'] = 'true';
    };
    const look = () => {
      if (queryClient.isFetching() === 0) requestAnimationFrame(() => queryClient.isFetching() === 0 && reveal()); /* what came is drawn by then */
    };
    const unsubscribe = queryClient.getQueryCache().subscribe(look);
    const timer = setTimeout(reveal, PATIENCE_MS);
    const stop = () => {
      unsubscribe();
      clearTimeout(timer);
    };
    if (root?.hasAttribute('hidden')) look();
    else reveal();
    return stop;
  }, []);
}
