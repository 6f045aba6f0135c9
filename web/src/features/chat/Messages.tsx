/* The messages of a conversation in a box that scrolls: older ones come as one scrolls up, newer ones as they are written. What was on screen while the
 * page had the focus counts as read. */

import { ArrowDown } from 'lucide-react';
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useSearchParams } from 'react-router';
import { Button } from '@/components/ui/Button';
import { useReadOn } from '@/lib/api/chat/history';
import { useMarkRead, useMarkUnread } from '@/lib/api/chat/read';
import type { ChatMessage, Conversation, User } from '@/lib/api/schema';
import { firstNew, groupMessages } from '@/lib/chat/group';
import type { Outgoing } from '@/lib/chat/outbox';
import type { MessageWindow } from '@/lib/chat/window';
import { useFormat } from '@/lib/format/useFormat';
import { tellProblem } from '@/lib/toast/problem';
import { MessageGroup } from './MessageGroup';
import { OutgoingRow } from './OutgoingRow';

interface MessagesProps {
  room: Conversation;
  me: User;
  window: MessageWindow;
  outgoing: readonly Outgoing[];
  editing: string | null;
  onEdit: (id: string | null) => void;
  onReply: (message: ChatMessage) => void;
}

/** So near to an end (pixels) more is loaded; so near to the bottom one stays there. */
const NEAR = 600;
const AT_BOTTOM = 60;
const MARK_MS = 300;

const isReading = () => document.visibilityState === 'visible' && document.hasFocus();

/** The arrows lead from one message to the next. */
function moveFocus(event: KeyboardEvent<HTMLDivElement>): void {
  const { currentTarget: box, target } = event;
  if (!(target instanceof HTMLElement) || (target !== box && !target.matches('[data-seq]'))) return;
  const rows = rowsIn(box);
  const at = rows.indexOf(target);
  const next = { ArrowUp: at === -1 ? rows.length - 1 : at - 1, ArrowDown: at === -1 ? rows.length : at + 1, Home: 0, End: rows.length - 1 }[event.key];
  const row = next === undefined ? undefined : rows[next];
  if (!row) return;
  event.preventDefault();
  row.focus();
}

interface Place {
  seq: number;
  /** Pixels from the top of the box. */
  top: number;
}

const rowsIn = (box: HTMLElement) => [...box.querySelectorAll<HTMLElement>('[data-seq]')];
const seqOf = (row: HTMLElement) => Number(row.dataset['seq']);

/** Keeps in its place what one looks at, whatever is added or taken away above it; at the bottom one stays at the bottom. */
function useScroll(window: MessageWindow, outgoing: readonly Outgoing[], newSeq: number | null) {
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const place = useRef<Place | null>(null);
  const stuck = useRef(true);
  const [isAtBottom, setAtBottom] = useState(true);

  const note = useCallback(() => {
    const { current: at } = box;
    if (!at) return;
    const top = at.getBoundingClientRect().top;
    const row = rowsIn(at).find((one) => one.getBoundingClientRect().bottom > top);
    place.current = row ? { seq: seqOf(row), top: row.getBoundingClientRect().top - top } : null;
    stuck.current = at.scrollHeight - at.scrollTop - at.clientHeight < AT_BOTTOM;
    setAtBottom(stuck.current);
  }, []);

  const keep = useCallback(() => {
    const { current: at } = box;
    if (!at) return;
    if (stuck.current) at.scrollTop = at.scrollHeight;
    else if (place.current) {
      const row = at.querySelector<HTMLElement>(`[data-seq="${place.current.seq}"]`);
      if (row) at.scrollTop += row.getBoundingClientRect().top - at.getBoundingClientRect().top - place.current.top;
    }
  }, []);

  /** Brings a message into sight; false where it is not loaded. */
  const show = useCallback(
    (seq: number, share = 0.3): boolean => {
      const row = box.current?.querySelector<HTMLElement>(`[data-seq="${seq}"]`);
      if (!box.current || !row) return false;
      stuck.current = false;
      box.current.scrollTop += row.getBoundingClientRect().top - box.current.getBoundingClientRect().top - box.current.clientHeight * share;
      note();
      return true;
    },
    [note],
  );

  const toBottom = useCallback(() => {
    stuck.current = true;
    keep();
    note();
  }, [keep, note]);

  /* opened: at the first message that is new, else at the bottom */
  const opened = useRef(false);
  useLayoutEffect(() => {
    if (opened.current) return;
    opened.current = true;
    if (newSeq === null || !show(newSeq)) toBottom();
  }, [newSeq, show, toBottom]);

  useLayoutEffect(() => {
    keep();
    note();
  }, [window.items, outgoing, keep, note]);

  /* pictures that have come, a field that grew */
  useEffect(() => {
    const observer = new ResizeObserver(keep);
    if (content.current) observer.observe(content.current);
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, [keep]);

  return { box, content, isAtBottom, note, show, toBottom };
}

/** Says what was read, and not more often than it has to. */
function useMarks(room: Conversation, box: React.RefObject<HTMLDivElement | null>) {
  const { mutate } = useMarkRead(room.id);
  const { mutate: mutateUnread } = useMarkUnread(room.id);
  const told = useRef(room.read_seq ?? 0);
  const seen = useRef(0);
  const held = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const look = useCallback(() => {
    const { current: at } = box;
    if (!at || held.current || !isReading()) return;
    const bottom = at.getBoundingClientRect().bottom + 4;
    const row = rowsIn(at).findLast((one) => one.getBoundingClientRect().bottom <= bottom || one.getBoundingClientRect().top <= bottom - at.clientHeight / 2);
    seen.current = Math.max(seen.current, row ? seqOf(row) : 0);
    if (seen.current <= told.current || timer.current !== undefined) return;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      if (held.current || seen.current <= told.current) return;
      told.current = seen.current;
      mutate(seen.current);
    }, MARK_MS);
  }, [box, mutate]);
  useEffect(() => {
    addEventListener('focus', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      removeEventListener('focus', look);
      document.removeEventListener('visibilitychange', look);
      if (timer.current === undefined) return;
      clearTimeout(timer.current);
      timer.current = undefined;
      if (!held.current) mutate(seen.current); /* left before it was told */
    };
  }, [look, mutate]);
  /** From this message on all is unread, until the conversation is opened again. */
  const unreadFrom = useCallback(
    (seq: number) => {
      held.current = true;
      mutateUnread(seq);
    },
    [mutateUnread],
  );
  return { look, unreadFrom };
}

/** Where the line "New" stands: at the first message that was new as the room was opened, or as one came back to it. */
function useNewLine({ items, readSeq, lastSeq }: MessageWindow, me: string) {
  const [newSeq, setNewSeq] = useState(() => firstNew(items, readSeq, me));
  const away = useRef<number | null>(null);
  const last = useRef(lastSeq);
  useEffect(() => {
    last.current = lastSeq;
    if (away.current === null || isReading()) return;
    const first = firstNew(items, away.current, me);
    if (first === null) return;
    away.current = null;
    setNewSeq(first);
  }, [items, lastSeq, me]);
  useEffect(() => {
    const leave = () => {
      away.current = last.current;
    };
    const back = () => {
      away.current = null;
    };
    addEventListener('blur', leave);
    addEventListener('focus', back);
    return () => {
      removeEventListener('blur', leave);
      removeEventListener('focus', back);
    };
  }, []);
  return [newSeq, setNewSeq] as const;
}

export function Messages({ room, me, window, outgoing, editing, onEdit, onReply }: MessagesProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const [params] = useSearchParams();
  const [newSeq, setNewSeq] = useNewLine(window, me.id);
  const { box, content, isAtBottom, note, show, toBottom } = useScroll(window, outgoing, newSeq);
  const { look, unreadFrom } = useMarks(room, box);
  const { older, newer, jump } = useReadOn(room.id);
  const loading = useRef(false);
  const groups = useMemo(() => groupMessages(window.items, newSeq), [window.items, newSeq]);
  const [target, setTarget] = useState<number | null>(null);
  const shown = useRef<number | null>(null);

  const load = useCallback((more: () => Promise<void>) => {
    if (loading.current) return;
    loading.current = true;
    void more()
      .catch(tellProblem)
      .finally(() => (loading.current = false));
  }, []);

  const onScroll = useCallback(() => {
    const { current: at } = box;
    if (!at) return;
    note();
    look();
    if (window.hasBefore && at.scrollTop < NEAR) load(older);
    else if (window.hasAfter && at.scrollHeight - at.scrollTop - at.clientHeight < NEAR) load(newer);
  }, [box, note, look, load, older, newer, window.hasBefore, window.hasAfter]);

  useEffect(onScroll, [onScroll, window.items]);

  /** Leads to a message, wherever it is. */
  const goTo = useCallback(
    (seq: number) => {
      setTarget(seq);
      shown.current = null;
      if (!show(seq)) void jump(seq).catch(tellProblem);
    },
    [show, jump],
  );

  const asked = Number(params.get('at')) || null;
  const { key } = useLocation(); /* led to the same place once more */
  useEffect(() => {
    if (asked !== null) goTo(asked);
  }, [asked, key, goTo]);

  /* it is loaded now */
  useLayoutEffect(() => {
    if (target === null || shown.current === target) return;
    if (show(target)) shown.current = target;
  }, [target, window.items, show]);

  const toNewest = () => {
    setTarget(null);
    shown.current = null;
    if (window.hasAfter) void jump().then(() => requestAnimationFrame(toBottom), tellProblem);
    else toBottom();
  };

  /* what one writes oneself is seen at once */
  const own = outgoing.length;
  const before = useRef(own);
  useEffect(() => {
    const isMore = own > before.current;
    before.current = own;
    if (!isMore) return;
    setNewSeq(null);
    if (window.hasAfter) void jump().then(() => requestAnimationFrame(toBottom), tellProblem);
    else toBottom();
  }, [own, window.hasAfter, jump, toBottom, setNewSeq]);

  return (
    <div className="relative min-h-0 flex-1">
      <div ref={box} onScroll={onScroll} onKeyDown={moveFocus} tabIndex={0} role="region" aria-label={t('chat.history')} className="h-full overflow-y-auto overscroll-contain [overflow-anchor:none]">
        <div ref={content} className="flex min-h-full flex-col justify-end px-2 pt-4 pb-1 sm:px-4">
          {!window.hasBefore && <p className="px-2 pb-4 text-sm text-muted">{t(window.items.length === 0 && own === 0 ? 'chat.first' : 'chat.beginning')}</p>}
          {groups.map((group) => (
            <div key={group.key}>
              {group.day && (
                <h2 className="my-3 flex items-center gap-3 px-2 text-xs font-normal text-muted before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
                  {format.dayName(group.day)}
                </h2>
              )}
              {group.isNew && (
                <p className="my-2 flex items-center gap-3 px-2 text-xs font-semibold text-accent-text before:h-px before:flex-1 before:bg-current">{t('chat.new_line')}</p>
              )}
              <MessageGroup group={group} room={room} me={me} target={target} editing={editing} onEdit={onEdit} onReply={onReply} onGoTo={goTo} onUnread={unreadFrom} />
            </div>
          ))}
          {outgoing.map((item) => (
            <OutgoingRow key={item.clientId} item={item} me={me} room={room} />
          ))}
        </div>
      </div>
      {(!isAtBottom || window.hasAfter) && (
        <Button size="sm" onClick={toNewest} className="absolute end-4 bottom-3 bg-raised shadow-float">
          <ArrowDown size={16} aria-hidden />
          {t('chat.newest')}
        </Button>
      )}
    </div>
  );
}
