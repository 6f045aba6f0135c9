import { useEffect, useRef } from 'react';
import { useLocation } from 'react-router';

/** Moves focus to the page when the path changes, so that a keyboard or screen reader starts at its top. */
export function useFocusOnNavigation() {
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const last = useRef(pathname);
  useEffect(() => {
    if (last.current === pathname) return;
    last.current = pathname;
    main.current?.focus({ preventScroll: true });
  }, [pathname]);
  return main;
}
