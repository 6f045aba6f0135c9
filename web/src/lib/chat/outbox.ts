/* Messages on their way. One that could not be sent stays, also when the page is closed, and is sent again with the same `client_id`, so that it arrives once.
 * Those of one conversation follow one another. What the server refuses waits for its author. */

import { create } from 'zustand';
import { sendMessage } from '@/lib/api/chat/messages';
import { mayTryAgain } from '@/lib/api/problemText';
import type { ChatAttachment, ChatMessage, ChatQuote } from '@/lib/api/schema';
import { newId } from '@/lib/player/id';
import { personHere } from '@/lib/session/hint';

export interface Outgoing {
  clientId: string;
  roomId: string;
  content: string;
  replyTo: ChatQuote | null;
  attachments: ChatAttachment[];
  trackId: string | null;
  confirmAll?: boolean;
  at: string;
  /** `waiting`: for the network. `refused`: only a change, or its author, helps. */
  state: 'sending' | 'waiting' | 'refused';
  error?: unknown;
}

interface Outbox {
  items: readonly Outgoing[];
}

export const useOutbox = create<Outbox>(() => ({ items: [] }));

const KEY = 'veza.chat.outbox';
export const RETRY_MS = 5000;

interface Kept {
  user: string;
  items: Outgoing[];
}

function keep(items: readonly Outgoing[]): void {
  const user = personHere();
  try {
    if (items.length === 0 || !user) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, JSON.stringify({ user, items: items.map(({ error: _error, ...item }) => item) }));
  } catch {
    /* lasts until the page is closed */
  }
}

function set(items: readonly Outgoing[]): void {
  useOutbox.setState({ items });
  keep(items);
}

const patch = (clientId: string, change: Partial<Outgoing>) => set(useOutbox.getState().items.map((one) => (one.clientId === clientId ? { ...one, ...change } : one)));

/** Takes a message out: it has arrived, or nobody wants it any more. */
export const dropOutgoing = (clientId: string) => {
  const { items } = useOutbox.getState();
  if (items.some((one) => one.clientId === clientId)) set(items.filter((one) => one.clientId !== clientId));
};

type Arrived = (message: ChatMessage) => void;
let arrived: Arrived = () => undefined;
const busy = new Set<string>();
let timer: ReturnType<typeof setTimeout> | undefined;

function later(): void {
  clearTimeout(timer);
  timer = setTimeout(flush, RETRY_MS);
}

async function sendRoom(roomId: string): Promise<void> {
  if (busy.has(roomId)) return;
  busy.add(roomId);
  try {
    for (;;) {
      const next = useOutbox.getState().items.find((one) => one.roomId === roomId && one.state !== 'refused');
      if (!next) return;
      patch(next.clientId, { state: 'sending' });
      try {
        const message = await sendMessage(roomId, {
          client_id: next.clientId,
          content: next.content,
          reply_to_id: next.replyTo?.id ?? null,
          attachment_ids: next.attachments.map(({ id }) => id),
          track_id: next.trackId,
          ...(next.confirmAll && { confirm_all: true }),
        });
        arrived(message);
        dropOutgoing(next.clientId);
      } catch (error) {
        if (!mayTryAgain(error)) {
          patch(next.clientId, { state: 'refused', error });
          continue;
        }
        patch(next.clientId, { state: 'waiting', error });
        later();
        return;
      }
    }
  } finally {
    busy.delete(roomId);
  }
}

function flush(): void {
  for (const roomId of new Set(useOutbox.getState().items.map((one) => one.roomId))) void sendRoom(roomId);
}

/** Puts a message on its way. */
export function sendLater(message: Pick<Outgoing, 'roomId' | 'content' | 'replyTo' | 'attachments' | 'trackId'>): void {
  set([...useOutbox.getState().items, { ...message, clientId: newId(), at: new Date().toISOString(), state: 'sending' }]);
  void sendRoom(message.roomId);
}

/** Once more, as it is. `confirmAll`: its author knows how many people it tells. */
export function sendAgain(clientId: string, confirmAll = false): void {
  patch(clientId, { state: 'sending', ...(confirmAll && { confirmAll }) });
  flush();
}

function recall(): void {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Kept | null;
    if (!kept || kept.user !== personHere()) return;
    const known = new Set(useOutbox.getState().items.map((one) => one.clientId));
    const items = kept.items.filter((one) => !known.has(one.clientId)).map((one) => (one.state === 'refused' ? one : { ...one, state: 'waiting' as const }));
    if (items.length) useOutbox.setState({ items: [...items, ...useOutbox.getState().items] });
  } catch {
    /* nothing kept */
  }
}

/** Sends what is there, and tells of each message that has arrived; the returned function ends the telling. */
export function openOutbox(onArrived: Arrived): () => void {
  arrived = onArrived;
  recall();
  flush();
  addEventListener('online', flush);
  return () => {
    arrived = () => undefined;
    removeEventListener('online', flush);
  };
}
