/* A session that has ended under a page with somebody in front of it. Whatever needs the session waits for the dialog in the frame, in
 * which they sign in again; all that wait share one. */

import { create } from 'zustand';

interface SignInAgainStore {
  asked: boolean;
  answer(signedIn: boolean): void;
}

let waiting: { promise: Promise<boolean>; settle: (signedIn: boolean) => void } | null = null;

export const useSignInAgain = create<SignInAgainStore>((set) => ({
  asked: false,
  answer(signedIn) {
    set({ asked: false });
    waiting?.settle(signedIn);
    waiting = null;
  },
}));

/** True once the same person has signed in again. */
export function signInAgain(): Promise<boolean> {
  if (!waiting) {
    let settle: (signedIn: boolean) => void = () => undefined;
    const promise = new Promise<boolean>((resolve) => (settle = resolve));
    waiting = { promise, settle };
    useSignInAgain.setState({ asked: true });
  }
  return waiting.promise;
}
