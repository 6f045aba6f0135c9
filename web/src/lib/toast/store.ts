/* Short messages at the edge of the screen, some with an action such as undo. */

import { create } from 'zustand';

export interface Toast {
  id: number;
  text: string;
  tone: 'plain' | 'ok' | 'danger';
  action?: { label: string; run: () => void };
  /** Milliseconds on screen. */
  duration: number;
  /** Runs when the message goes away without its action having been used. */
  onClose?: () => void;
}

interface ToastStore {
  toasts: readonly Toast[];
  show(toast: Partial<Omit<Toast, 'id'>> & { text: string }): number;
  close(id: number, acted?: boolean): void;
}

let last = 0;

export const useToasts = create<ToastStore>((set, get) => ({
  toasts: [],
  show(toast) {
    last += 1;
    const id = last;
    set({ toasts: [...get().toasts.slice(-3), { tone: 'plain', duration: toast.action ? 8000 : 5000, ...toast, id }] });
    return id;
  },
  close(id, acted = false) {
    const toast = get().toasts.find((t) => t.id === id);
    if (!toast) return;
    set({ toasts: get().toasts.filter((t) => t.id !== id) });
    if (acted) toast.action?.run();
    else toast.onClose?.();
  },
}));

export const toast = (text: string, tone: Toast['tone'] = 'plain') => useToasts.getState().show({ text, tone });
