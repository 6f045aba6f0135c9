import { useTranslation } from 'react-i18next';
import { MarkedText } from '@/components/text/MarkedText';
import { Avatar } from '@/components/ui/Avatar';
import { Button } from '@/components/ui/Button';
import { hasCode } from '@/lib/api/problem';
import { problemText } from '@/lib/api/problemText';
import type { Conversation, User } from '@/lib/api/schema';
import { dropOutgoing, sendAgain, type Outgoing } from '@/lib/chat/outbox';

const NAMES_ALL = /@all(?![\w-])/i;

/** A message that is on its way, or could not be sent. */
export function OutgoingRow({ item, me, room }: { item: Outgoing; me: User; room: Conversation }) {
  const { t } = useTranslation();
  const tellsAll = hasCode(item.error, 'conflict') && NAMES_ALL.test(item.content);
  return (
    <div className="mt-2 flex gap-3" data-outgoing={item.state}>
      <div className="w-9 shrink-0 ps-2 pt-1.5 sm:ps-0">
        <Avatar user={me} size={32} />
      </div>
      <div className="min-w-0 flex-1 px-1 text-base">
        <div className={item.state === 'refused' ? '' : 'opacity-60'}>
          <MarkedText text={item.content} reader={me.username} className="max-w-prose" />
          {item.attachments.map(({ id, filename }) => (
            <p key={id} className="truncate text-sm text-muted">
              {filename}
            </p>
          ))}
        </div>
        {item.state === 'refused' ? (
          <div role="alert" className="mt-1 flex flex-wrap items-center gap-2">
            <p className="text-sm text-danger">{tellsAll ? t('chat.tells_all', { count: room.member_count - 1 }) : item.error ? problemText(item.error, t) : t('chat.not_sent')}</p>
            <Button size="sm" onClick={() => sendAgain(item.clientId, tellsAll)}>
              {t('chat.send_again')}
            </Button>
            <Button size="sm" tone="quiet" onClick={() => dropOutgoing(item.clientId)}>
              {t('chat.discard')}
            </Button>
          </div>
        ) : (
          <p role="status" className="text-xs text-muted">
            {t(item.state === 'waiting' ? 'chat.waiting' : 'chat.sending')}
          </p>
        )}
      </div>
    </div>
  );
}
