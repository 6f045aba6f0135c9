/* The part of a conversation's history that is loaded: messages with numbers that follow one another. It is bounded, so that somebody may read
 * 100,000 messages and the page stays as quick as it was: what is added at one end goes at the other. */

import type { ChatHistory, ChatMessage } from '@/lib/api/schema';

export interface MessageWindow {
  items: ChatMessage[];
  hasBefore: boolean;
  hasAfter: boolean;
  /** Of the newest message that there is. */
  lastSeq: number;
  /** The mark when the window was read first: what is behind it was new then. */
  readSeq: number;
}

export const windowKey = (room: string) => ['chat', 'window', room];

/** So many messages are kept. */
export const MOST = 400;

export const windowOf = ({ items, has_before, has_after, last_seq, read_seq }: ChatHistory): MessageWindow => ({
  items,
  hasBefore: has_before,
  hasAfter: has_after,
  lastSeq: last_seq,
  readSeq: read_seq,
});

/** With a page that ends where the window begins. */
export function withOlder(window: MessageWindow, page: ChatHistory): MessageWindow {
  const first = window.items[0]?.seq ?? Infinity;
  const all = [...page.items.filter(({ seq }) => seq < first), ...window.items];
  return { ...window, items: all.slice(0, MOST), hasBefore: page.has_before, hasAfter: window.hasAfter || all.length > MOST, lastSeq: Math.max(window.lastSeq, page.last_seq) };
}

/** With a page that begins where the window ends. */
export function withNewer(window: MessageWindow, page: ChatHistory): MessageWindow {
  const last = window.items.at(-1)?.seq ?? 0;
  const all = [...window.items, ...page.items.filter(({ seq }) => seq > last)];
  return { ...window, items: all.slice(-MOST), hasBefore: window.hasBefore || all.length > MOST, hasAfter: page.has_after, lastSeq: Math.max(window.lastSeq, page.last_seq) };
}

/** With a message that has just come, or null where one before it is missing. */
export function withMessage(window: MessageWindow, message: ChatMessage): MessageWindow | null {
  const last = window.items.at(-1)?.seq ?? window.lastSeq;
  const lastSeq = Math.max(window.lastSeq, message.seq);
  if (window.items.some(({ seq }) => seq === message.seq)) return changeMessage(window, message.id, () => message);
  if (window.hasAfter) return { ...window, lastSeq };
  if (message.seq <= last) return window;
  if (message.seq > last + 1) return null;
  const all = [...window.items, message];
  return { ...window, items: all.slice(-MOST), hasBefore: window.hasBefore || all.length > MOST, lastSeq };
}

export function changeMessage(window: MessageWindow, id: string, change: (message: ChatMessage) => Partial<ChatMessage>): MessageWindow {
  const quoted = (one: ChatMessage, now: ChatMessage | undefined): ChatMessage =>
    now && one.reply_to?.id === id ? { ...one, reply_to: { ...one.reply_to, excerpt: now.content.slice(0, 140), is_deleted: now.is_deleted } } : one;
  const old = window.items.find((one) => one.id === id);
  const now = old && { ...old, ...change(old) };
  return { ...window, items: window.items.map((one) => (one.id === id && now ? now : quoted(one, now))) };
}

/** What is left of a message that was deleted. */
export const DELETED: Partial<ChatMessage> = { content: '', is_deleted: true, is_pinned: false, reactions: [], attachments: [], track: null, track_id: null, mentions: [] };

/** Who has put an emoji on a message or taken it back; `mine`: it was oneself. */
export function withReaction(reactions: ChatMessage['reactions'], emoji: string, count: number, mine: boolean | null): ChatMessage['reactions'] {
  const known = reactions.find((one) => one.emoji === emoji);
  if (count <= 0) return reactions.filter((one) => one !== known);
  const now = { emoji, count, is_mine: mine ?? known?.is_mine ?? false };
  return known ? reactions.map((one) => (one === known ? now : one)) : [...reactions, now];
}
