import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChatMessage, Conversation } from '@/lib/api/schema';
import type { Typing } from '@/lib/realtime/client';

/** Without news it ends by itself. */
const LASTS_MS = 8000;

/** Ids of who types. */
export function useTypists(me: string) {
  const [typists, setTypists] = useState<readonly string[]>([]);
  const timers = useRef(new Map<string, ReturnType<typeof setTimeout>>());
  const stop = useCallback((id: string) => {
    clearTimeout(timers.current.get(id));
    timers.current.delete(id);
    setTypists((old) => (old.includes(id) ? old.filter((one) => one !== id) : old));
  }, []);
  const take = useCallback(
    ({ user_id, is_typing }: Typing) => {
      if (user_id === me) return;
      stop(user_id);
      if (!is_typing) return;
      timers.current.set(user_id, setTimeout(() => stop(user_id), LASTS_MS));
      setTypists((old) => [...old, user_id]);
    },
    [me, stop],
  );
  useEffect(() => {
    const all = timers.current;
    return () => all.forEach((timer) => clearTimeout(timer));
  }, []);
  return { typists, take, stop };
}

interface TypingLineProps {
  ids: readonly string[];
  room: Conversation;
  messages: readonly ChatMessage[];
}

/** Who types at the moment. */
export function TypingLine({ ids, room, messages }: TypingLineProps) {
  const { t } = useTranslation();
  const nameOf = (id: string) => (room.other?.id === id ? room.other : messages.findLast((one) => one.sender?.id === id)?.sender)?.display_name;
  const [first] = ids;
  const name = first && nameOf(first);
  return (
    <p className="h-5 truncate px-4 text-xs text-muted">
      {first && (ids.length === 1 && name ? t('chat.typing', { name }) : t('chat.typing_some', { count: ids.length }))}
    </p>
  );
}
