/* Messages of one person that stand together. */

import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Avatar } from '@/components/ui/Avatar';
import type { ChatMessage, Conversation, User } from '@/lib/api/schema';
import type { MessageGroup as Group } from '@/lib/chat/group';
import { MessageRow } from './MessageRow';

export interface RowTools {
  room: Conversation;
  me: User;
  /** Number of the message that one was led to. */
  target: number | null;
  /** Id of the message that is being changed. */
  editing: string | null;
  onEdit: (id: string | null) => void;
  onReply: (message: ChatMessage) => void;
  onGoTo: (seq: number) => void;
  onUnread: (seq: number) => void;
}

const time = (iso: string, language: string) => new Intl.DateTimeFormat(language, { timeStyle: 'short' }).format(new Date(iso));

export function MessageGroup({ group, ...tools }: RowTools & { group: Group }) {
  const { t, i18n } = useTranslation();
  const { sender, messages } = group;
  const [first] = messages;
  if (!first) return null;
  if (first.message_type === 'system') {
    return (
      <p data-seq={first.seq} dir="auto" className="px-2 py-1 text-center text-xs text-muted">
        {first.content}
      </p>
    );
  }
  return (
    <div className="mt-2 flex gap-3">
      <div className="w-9 shrink-0 ps-2 pt-1.5 sm:ps-0">{sender && <Avatar user={sender} size={32} />}</div>
      <div className="min-w-0 flex-1">
        <h3 className="flex items-baseline gap-2 px-1 text-base font-semibold">
          {sender ? (
            <Link to={`/u/${encodeURIComponent(sender.username)}`} title={`@${sender.username}`} className="truncate hover:underline">
              <bdi>{sender.display_name}</bdi>
            </Link>
          ) : (
            <span className="text-muted">{t('chat.gone')}</span>
          )}
          <time dateTime={first.created_at} className="num shrink-0 text-xs font-normal text-muted">
            {time(first.created_at, i18n.language)}
          </time>
        </h3>
        {messages.map((message) => (
          <MessageRow key={message.id} message={message} {...tools} />
        ))}
      </div>
    </div>
  );
}
