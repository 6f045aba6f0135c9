/* Two queues, of which the person has to choose one. The dialog is in the frame. */

import { create } from 'zustand';

export interface Conflict {
  /** How many tracks the other queue has, and what it plays. */
  count: number;
  title: string | null;
}

export type Choice = 'theirs' | 'mine' | 'later';

interface ConflictStore {
  asked: Conflict | null;
  answer(choice: Choice): void;
}

let settle: ((choice: Choice) => void) | undefined;

export const useQueueConflict = create<ConflictStore>((set) => ({
  asked: null,
  answer(choice) {
    set({ asked: null });
    settle?.(choice);
    settle = undefined;
  },
}));

export function askWhichQueue(conflict: Conflict): Promise<Choice> {
  useQueueConflict.getState().answer('later');
  return new Promise((resolve) => {
    settle = resolve;
    useQueueConflict.setState({ asked: conflict });
  });
}
