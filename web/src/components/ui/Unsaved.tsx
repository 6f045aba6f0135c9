import { createContext, useContext, useEffect } from 'react';
import { guard } from '@/lib/unsaved/store';

/** The dialog around a form; it asks before it closes over unsaved work. */
export const DialogUnsaved = createContext<Set<object> | null>(null);

/** Stands in every form that takes some work to fill in: while `when`, leaving the page or closing the dialog asks first. */
export function Unsaved({ when }: { when: boolean }) {
  const dialog = useContext(DialogUnsaved);
  useEffect(() => {
    if (!when) return undefined;
    const source = { isUnsaved: () => true };
    const release = guard(source);
    dialog?.add(source);
    return () => {
      release();
      dialog?.delete(source);
    };
  }, [when, dialog]);
  return null;
}
