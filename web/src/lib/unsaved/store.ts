/* What would be lost by leaving: forms that were changed, files that were chosen, secrets that are shown once. */

import { create } from 'zustand';
import { isLeaving } from '@/lib/session/leaving';

interface Source {
  isUnsaved: () => boolean;
  /** It outlives the page it is on, though not the app. */
  outlivesPage?: boolean;
}

const sources = new Set<Source>();

/** Returns how to take it out again. */
export function guard(source: Source): () => void {
  sources.add(source);
  return () => sources.delete(source);
}

export const pageHasUnsaved = () => [...sources].some((source) => !source.outlivesPage && source.isUnsaved());

const appHasUnsaved = () => [...sources].some((source) => source.isUnsaved());

interface DiscardStore {
  asked: boolean;
  answer(discard: boolean): void;
}

let settle: ((discard: boolean) => void) | null = null;

export const useDiscard = create<DiscardStore>((set) => ({
  asked: false,
  answer(discard) {
    set({ asked: false });
    settle?.(discard);
    settle = null;
  },
}));

/** Asks in a dialog of the frame; true when what is unsaved may go. */
export function confirmDiscard(): Promise<boolean> {
  useDiscard.getState().answer(false);
  return new Promise((resolve) => {
    settle = resolve;
    useDiscard.setState({ asked: true });
  });
}

/** Before signing out: true when nothing is unsaved, or may go. */
export const mayLeave = async () => !appHasUnsaved() || confirmDiscard();

addEventListener('beforeunload', (event) => {
  if (!isLeaving() && appHasUnsaved()) event.preventDefault();
});
