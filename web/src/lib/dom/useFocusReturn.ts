/* For dialogs that something else than a Radix trigger opens (a key, a menu, the player): Radix gives focus back to triggers only. */

import { useRef } from 'react';

/** Where focus was last, on the page itself. */
let onPage: HTMLElement | null = null;
document.addEventListener('focusin', ({ target }) => {
  if (target instanceof HTMLElement && !target.closest('[role=dialog], [role=menu]')) onPage = target;
});

export function useFocusReturn() {
  const opener = useRef<HTMLElement | null>(null);
  return {
    /** When the dialog opens: one that was opened from within another leads back there. */
    remember() {
      opener.current = document.activeElement?.closest('[role=dialog]') ? (document.activeElement as HTMLElement) : null;
    },
    /** When it is closed, unless focus has gone somewhere else, to a new page for example. */
    giveBack(event: Event) {
      event.preventDefault();
      if (document.activeElement === document.body) (opener.current ?? onPage)?.focus();
    },
  };
}
