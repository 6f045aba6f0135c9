/* One conversation: its messages, and the field to write. */

import { ArrowLeft } from 'lucide-react';
import { useCallback, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { Button } from '@/components/ui/Button';
import { Empty } from '@/components/ui/Empty';
import { ErrorState } from '@/components/ui/ErrorState';
import { useConversation } from '@/lib/api/chat/conversations';
import { useMessages } from '@/lib/api/chat/history';
import { hasCode } from '@/lib/api/problem';
import type { ChatMessage, Conversation, User } from '@/lib/api/schema';
import { useOutbox } from '@/lib/chat/outbox';
import { useTitle } from '@/lib/dom/useTitle';
import { useFormat } from '@/lib/format/useFormat';
import { useJoinRoom } from '@/lib/api/chat/rooms';
import { tellProblem } from '@/lib/toast/problem';
import type { Typing } from '@/lib/realtime/client';
import { useRoom } from '@/lib/realtime/useRoom';
import { Composer } from './Composer';
import { Messages } from './Messages';
import { RoomHeader } from './RoomHeader';
import { titleOf } from './title';
import { TypingLine, useTypists } from './TypingLine';

/** What has just come, for screen readers; what one reads back to is not announced. */
function News({ messages }: { messages: readonly ChatMessage[] }) {
  const { t } = useTranslation();
  return (
    <div role="log" aria-live="polite" aria-relevant="additions" aria-label={t('chat.news')} className="sr-only">
      {messages.map(({ id, sender, content }) => (
        <p key={id}>{t('chat.line', { name: sender?.display_name ?? t('chat.gone'), text: content || t('chat.sent_file') })}</p>
      ))}
    </div>
  );
}

/** Why nothing can be written. */
function Closed({ room }: { room: Conversation }) {
  const { t } = useTranslation();
  const format = useFormat();
  const reason =
    room.kind === 'direct'
      ? t('chat.closed.direct')
      : room.timeout_until && Date.parse(room.timeout_until) > Date.now()
        ? t('chat.closed.timeout', { time: format.moment(room.timeout_until) })
        : t('chat.closed.read_only');
  return <p className="border-t border-line px-4 py-4 text-center text-base text-muted">{reason}</p>;
}

/** A public room that one is not in yet. */
function Outside({ room }: { room: Conversation }) {
  const { t } = useTranslation();
  const join = useJoinRoom();
  return (
    <div className="px-4 py-6 sm:px-6">
      <Link to="/chat" className="mb-4 inline-flex items-center gap-2 text-muted hover:text-ink min-[900px]:hidden">
        <ArrowLeft size={18} aria-hidden className="rtl:-scale-x-100" />
        {t('chat.back')}
      </Link>
      <h1 dir="auto" className="text-xl break-words">
        {titleOf(room, t)}
      </h1>
      <p className="num mt-1 text-sm text-muted">{t('chat.members', { count: room.member_count })}</p>
      {room.description && (
        <p dir="auto" className="mt-3 max-w-prose text-base break-words whitespace-pre-line">
          {room.description}
        </p>
      )}
      <Button tone="accent" className="mt-5" busy={join.isPending} onClick={() => join.mutate(room.id, { onError: tellProblem })}>
        {t('chat.join')}
      </Button>
    </div>
  );
}

interface Listened {
  news: ChatMessage[];
  typists: readonly string[];
}

function useListening(id: string, me: string): Listened {
  const [news, setNews] = useState<ChatMessage[]>([]);
  const { typists, take, stop } = useTypists(me);
  const listener = useMemo(
    () => ({
      onNew: (message: ChatMessage) => {
        if (message.sender) stop(message.sender.id);
        if (message.sender?.id !== me) setNews((old) => [...old.slice(-4), message]);
      },
      onTyping: (typing: Typing) => take(typing),
    }),
    [me, take, stop],
  );
  useRoom(id, me, listener);
  return { news, typists };
}

function Inside({ room, me }: { room: Conversation; me: User }) {
  const { t } = useTranslation();
  const { news, typists } = useListening(room.id, me.id);
  const messages = useMessages(room.id);
  const outbox = useOutbox((s) => s.items);
  const outgoing = useMemo(() => outbox.filter(({ roomId }) => roomId === room.id), [outbox, room.id]);
  const [replyTo, setReplyTo] = useState<ChatMessage | null>(null);
  const [editing, setEditing] = useState<string | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const navigate = useNavigate();
  useTitle(titleOf(room, t));
  const reply = useCallback((message: ChatMessage) => {
    setReplyTo(message);
    field.current?.focus();
  }, []);
  const edit = useCallback((id: string | null) => {
    setEditing(id);
    if (id === null) field.current?.focus();
  }, []);
  const editLast = () => {
    const last = messages.data?.items.findLast((one) => one.sender?.id === me.id && !one.is_deleted && one.message_type !== 'system');
    if (last) setEditing(last.id);
  };
  return (
    <section aria-label={titleOf(room, t)} className="flex h-full flex-col">
      <RoomHeader room={room} me={me} onJump={(seq) => void navigate(`/chat/${room.id}?at=${seq}`, { replace: true })} />
      {messages.isPending ? (
        <div className="flex-1 p-6">
          <PeaksSkeleton className="h-16" />
        </div>
      ) : messages.isLoadingError ? (
        <div className="flex-1 px-6">
          <ErrorState error={messages.error} onRetry={() => void messages.refetch()} />
        </div>
      ) : (
        <Messages room={room} me={me} window={messages.data} outgoing={outgoing} editing={editing} onEdit={edit} onReply={reply} />
      )}
      <News messages={news} />
      <TypingLine ids={typists} room={room} messages={messages.data?.items ?? []} />
      {room.may_write ? <Composer ref={field} room={room} replyTo={replyTo} onReplied={() => setReplyTo(null)} onEditLast={editLast} /> : <Closed room={room} />}
    </section>
  );
}

export function Room({ id, me }: { id: string; me: User }) {
  const { t } = useTranslation();
  const room = useConversation(id);
  if (room.isPending) {
    return (
      <div className="p-6">
        <h1 className="sr-only">{t('common.loading')}</h1>
        <PeaksSkeleton className="h-16" />
      </div>
    );
  }
  if (room.isLoadingError || !room.data) {
    return (
      <div className="px-4 sm:px-6">
        {hasCode(room.error, 'not_found', 'validation') ? (
          <Empty
            title={t('chat.missing')}
            action={
              <Button asChild>
                <Link to="/chat">{t('chat.back')}</Link>
              </Button>
            }
          >
            {t('chat.missing_text')}
          </Empty>
        ) : (
          <ErrorState page error={room.error} onRetry={() => void room.refetch()} />
        )}
      </div>
    );
  }
  return room.data.role === null ? <Outside room={room.data} /> : <Inside room={room.data} me={me} />;
}
