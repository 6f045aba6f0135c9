/* A second factor, or the password, that the server wants proven once more. Whoever meets `mfa_required` or `sign_in_again` waits here for
 * the dialog in the frame; all who wait at the same time share one. */

import { create } from 'zustand';

/** `code`: prove the second factor; `setup`: there is none yet; `password`: prove that. */
export type Asked = 'code' | 'setup' | 'password';

interface StepUpStore {
  asked: Asked | null;
  ask(what: Asked): void;
  answer(proven: boolean): void;
}

let waiting: { promise: Promise<boolean>; settle: (proven: boolean) => void } | null = null;

export const useStepUp = create<StepUpStore>((set) => ({
  asked: null,
  ask: (what) => set({ asked: what }),
  answer(proven) {
    set({ asked: null });
    waiting?.settle(proven);
    waiting = null;
  },
}));

/** True once it has been proven; false when the person would rather not. */
export function proveOnceMore(what: 'code' | 'password'): Promise<boolean> {
  if (!waiting) {
    let settle: (proven: boolean) => void = () => undefined;
    const promise = new Promise<boolean>((resolve) => (settle = resolve));
    waiting = { promise, settle };
    useStepUp.getState().ask(what);
  }
  return waiting.promise;
}
