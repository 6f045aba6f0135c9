import { describe, expect, it } from 'vitest';
import type { ChatHistory, ChatMessage } from '@/lib/api/schema';
import { firstNew, groupMessages } from './group';
import { trackIdIn } from './trackIn';
import { changeMessage, DELETED, MOST, windowOf, withMessage, withNewer, withOlder, withReaction } from './window';

const message = (seq: number, more: Partial<ChatMessage> = {}): ChatMessage => ({
  id: `m${seq}`, room_id: 'r', seq, client_id: `c${seq}`, message_type: 'text', content: `text ${seq}`, sender: { id: 'u1', username: 'ann', avatar: null, display_name: 'Ann' },
  reply_to: null, thread_id: null, reply_count: 0, is_edited: false, edited_at: null, is_deleted: false, is_pinned: false, reactions: [], attachments: [], track_id: null, track: null,
  mentions: [], mentions_all: false, created_at: new Date(2026, 0, 1, 12, 0, seq).toISOString(), ...more,
});
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => message(from + i));
const page = (from: number, to: number, last = 1000): ChatHistory => ({ items: from > to ? [] : range(from, to), has_before: from > 1, has_after: to < last, last_seq: last, read_seq: 0 });
const seqs = ({ items }: { items: ChatMessage[] }) => [items[0]?.seq, items.at(-1)?.seq, items.length];

describe('the part of a history that is loaded', () => {
  it('grows at both ends and stays bounded', () => {
    let window = windowOf(page(951, 1000));
    for (let first = 901; first >= 501; first -= 50) window = withOlder(window, page(first, first + 49));
    expect(seqs(window)).toEqual([501, 900, MOST]);
    expect([window.hasBefore, window.hasAfter]).toEqual([true, true]);
    window = withNewer(window, page(901, 950));
    window = withNewer(window, page(951, 1000));
    expect(seqs(window)).toEqual([601, 1000, MOST]);
    expect(window.hasAfter).toBe(false);
  });

  it('takes a message once, in order, and says when one is missing', () => {
    const window = windowOf(page(990, 1000));
    expect(seqs(withMessage(window, message(1001)) ?? window)).toEqual([990, 1001, 12]);
    expect(withMessage(window, message(1002))).toBeNull();
    expect(seqs(withMessage(window, message(1000)) ?? window)).toEqual([990, 1000, 11]);
    expect(seqs(withMessage(windowOf(page(1, 0, 0)), message(1)) ?? window)).toEqual([1, 1, 1]);
  });

  it('that does not reach the newest only learns that there is one more', () => {
    const window = windowOf(page(10, 20));
    expect(withMessage(window, message(1001))).toEqual({ ...window, lastSeq: 1001 });
  });

  it('shows a deletion in the message and where it is quoted', () => {
    const window = { ...windowOf(page(1, 1, 2)), items: [message(1), message(2, { reply_to: { id: 'm1', seq: 1, sender_id: 'u1', sender_name: 'Ann', excerpt: 'text 1', is_deleted: false } })] };
    const [first, second] = changeMessage(window, 'm1', () => DELETED).items;
    expect([first?.content, first?.is_deleted, second?.reply_to?.excerpt, second?.reply_to?.is_deleted]).toEqual(['', true, '', true]);
  });

  it('counts reactions, and forgets an emoji that nobody has put there any more', () => {
    const one = withReaction([], '🔥', 1, true);
    expect(one).toEqual([{ emoji: '🔥', count: 1, is_mine: true }]);
    expect(withReaction(one, '🔥', 2, null)).toEqual([{ emoji: '🔥', count: 2, is_mine: true }]);
    expect(withReaction(one, '🔥', 0, false)).toEqual([]);
  });
});

describe('groups of messages', () => {
  it('are of one person within some minutes, and begin anew with a day, an answer, or the first that is new', () => {
    const other = { id: 'u2', username: 'ben', avatar: null, display_name: 'Ben' };
    const quote = { id: 'm1', seq: 1, sender_id: 'u1', sender_name: 'Ann', excerpt: '', is_deleted: false };
    const messages = [message(1), message(2), message(3, { sender: other }), message(4, { sender: other, reply_to: quote }), message(5, { sender: other }),
      message(6, { sender: other, created_at: new Date(2026, 0, 1, 13).toISOString() }), message(7, { sender: other, created_at: new Date(2026, 0, 2, 13).toISOString() })];
    expect(groupMessages(messages, 5).map((group) => [group.messages.map(({ seq }) => seq), group.day !== null, group.isNew])).toEqual([
      [[1, 2], true, false], [[3], false, false], [[4], false, false], [[5], false, true], [[6], false, false], [[7], true, false],
    ]);
  });

  it('have their line where the first message of somebody else is behind the mark', () => {
    const messages = [message(1), message(2, { sender: null }), message(3, { is_deleted: true, sender: null }), message(4)];
    expect([firstNew(messages, 0, 'u1'), firstNew(messages, 2, 'u1'), firstNew(messages, 2, 'u9'), firstNew(messages, 4, 'u9')]).toEqual([2, null, 4, null]);
  });
});

it.each([
  ['listen: https://veza.example/track/0a0b0c0d-1111-4222-8333-444455556666!', '0a0b0c0d-1111-4222-8333-444455556666'],
  ['https://other.example/track/0a0b0c0d-1111-4222-8333-444455556666', null],
  ['https://veza.example/track/shared/0a0b0c0d', null],
])('finds the track in %s', (text, id) => expect(trackIdIn(text, 'https://veza.example')).toBe(id));
