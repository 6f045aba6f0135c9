import { useTranslation } from 'react-i18next';
import { Avatar } from '@/components/ui/Avatar';
import type { ChatMessage } from '@/lib/api/schema';
import { useFormat } from '@/lib/format/useFormat';

/** Messages out of their conversation, each leading to its place. */
export function FoundMessages({ messages, label, onChoose }: { messages: readonly ChatMessage[]; label: string; onChoose: (message: ChatMessage) => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <ul aria-label={label} className="divide-y divide-line">
      {messages.map((message) => (
        <li key={message.id}>
          <button type="button" onClick={() => onChoose(message)} className="flex w-full gap-3 rounded-sm px-1 py-2.5 text-start hover:bg-sunk">
            {message.sender && (
              <span className="shrink-0">
                <Avatar user={message.sender} size={28} />
              </span>
            )}
            <span className="min-w-0 flex-1">
              <span className="flex items-baseline gap-2">
                <bdi className="truncate font-semibold">{message.sender?.display_name ?? t('chat.gone')}</bdi>
                <time dateTime={message.created_at} className="shrink-0 text-xs text-muted">
                  {format.moment(message.created_at)}
                </time>
              </span>
              <span dir="auto" className="line-clamp-3 break-words whitespace-pre-line">
                {message.content || message.attachments.map(({ filename }) => filename).join(', ') || t('chat.sent_file')}
              </span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
