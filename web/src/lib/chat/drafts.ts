/* What was typed and not sent, kept on this device for each conversation. */

import { create } from 'zustand';
import { personHere } from '@/lib/session/hint';

const KEY = 'veza.chat.drafts';
const MOST = 50;

interface Kept {
  user: string | null;
  texts: Record<string, string>;
}

function recall(): Record<string, string> {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Kept | null;
    return kept && kept.user === personHere() ? kept.texts : {};
  } catch {
    return {};
  }
}

export const useDrafts = create<{ texts: Record<string, string> }>(() => ({ texts: recall() }));

export function setDraft(room: string, text: string): void {
  const { [room]: _old, ...others } = useDrafts.getState().texts;
  const texts = text.trim() ? { ...Object.fromEntries(Object.entries(others).slice(1 - MOST)), [room]: text } : others;
  useDrafts.setState({ texts });
  try {
    localStorage.setItem(KEY, JSON.stringify({ user: personHere(), texts } satisfies Kept));
  } catch {
    /* lasts until the page is closed */
  }
}
