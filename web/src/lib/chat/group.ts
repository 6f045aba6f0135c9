/* How messages stand below one another: by day, and those that one person wrote within some minutes under one name. */

import type { ChatMessage } from '@/lib/api/schema';

export interface MessageGroup {
  /** Number of its first message. */
  key: number;
  sender: ChatMessage['sender'];
  messages: ChatMessage[];
  /** Its first message is the first of its day. */
  day: string | null;
  /** Its first message is the first that was not read. */
  isNew: boolean;
}

const TOGETHER_MS = 5 * 60_000;

const dayOf = (iso: string) => new Date(iso).toDateString();

/** `newSeq`: number of the first message that was not read, where a line is drawn. */
export function groupMessages(messages: readonly ChatMessage[], newSeq: number | null): MessageGroup[] {
  const groups: MessageGroup[] = [];
  let last: ChatMessage | undefined;
  for (const message of messages) {
    const day = !last || dayOf(last.created_at) !== dayOf(message.created_at) ? message.created_at : null;
    const isNew = message.seq === newSeq;
    const group = groups.at(-1);
    const follows =
      last && group && !day && !isNew && !message.reply_to && last.message_type !== 'system' && message.message_type !== 'system' && last.sender?.id === message.sender?.id && Date.parse(message.created_at) - Date.parse(last.created_at) < TOGETHER_MS;
    if (follows) group.messages.push(message);
    else groups.push({ key: message.seq, sender: message.sender, messages: [message], day, isNew });
    last = message;
  }
  return groups;
}

/** The first message behind the mark that somebody else wrote, as far as it is loaded. */
export const firstNew = (messages: readonly ChatMessage[], readSeq: number, me: string): number | null =>
  messages.find(({ seq, sender, is_deleted }) => seq > readSeq && sender?.id !== me && !is_deleted)?.seq ?? null;
