import { Check, X } from 'lucide-react';
import { clsx } from 'clsx';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Avatar } from '@/components/ui/Avatar';
import { IconButton } from '@/components/ui/IconButton';
import type { Notification } from '@/lib/api/schema';
import { deviceText } from '@/lib/format/device';
import { useFormat } from '@/lib/format/useFormat';
import { isText } from '@/lib/i18n';

/** What nobody else caused: such kinds have a dot in their name. */
const isOwn = (type: string) => type.includes('.');

/** In the reader's words where we know the kind; else as the server says it. */
function useWords({ type, title, content, actor, others, data }: Notification): { words: string; detail: string } {
  const { t } = useTranslation();
  const format = useFormat();
  const until = data.until ?? data.expires_at;
  const values = {
    ...data,
    name: actor?.display_name ?? '',
    count: others,
    ...(typeof data.device === 'string' && { device: deviceText(data.device, t) }),
    ...(typeof until === 'string' && { until: format.day(until) }),
  };
  const isKnown = Boolean(actor) || isOwn(type);
  const kind = `notifications.kind.${type}`;
  const words = others > 0 ? `${kind}_and` : kind;
  const detail = `notifications.detail.${type}`;
  return {
    words: isKnown && isText(words) ? t(words, values) : title,
    detail: isKnown && isText(detail) ? t(detail, values) : content,
  };
}

/** A path of our own, or nowhere. */
const inside = (link: string | null) => (link && /^\/(?![/\\])/.test(link) ? link : null);

interface NotificationRowProps {
  notification: Notification;
  onRead: (notification: Notification) => void;
  onRemove: (notification: Notification) => void;
}

export function NotificationRow({ notification, onRead, onRemove }: NotificationRowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { words, detail } = useWords(notification);
  const to = inside(notification.link);
  const read = () => {
    if (!notification.read) onRead(notification);
  };
  return (
    <li className="flex items-center gap-3 py-3">
      <span className={clsx('size-2 shrink-0 rounded-full', !notification.read && 'bg-accent')}>
        {!notification.read && <span className="sr-only">{t('notifications.new')}</span>}
      </span>
      {notification.actor && <Avatar user={notification.actor} size={40} />}
      <div className="min-w-0 flex-1">
        <p dir="auto" className={clsx('break-words', !notification.read && 'font-semibold')}>
          {to ? (
            <Link to={to} onClick={read} className="hover:underline">
              {words}
            </Link>
          ) : (
            words
          )}
        </p>
        {detail && <p dir="auto" className="break-words text-muted">{detail}</p>}
        <time dateTime={notification.created_at} className="text-xs text-muted">
          {format.ago(notification.created_at)}
        </time>
      </div>
      {!notification.read && (
        <IconButton label={t('notifications.mark_read')} size="sm" onClick={read}>
          <Check size={18} aria-hidden />
        </IconButton>
      )}
      <IconButton label={t('notifications.remove')} size="sm" onClick={() => onRemove(notification)}>
        <X size={18} aria-hidden />
      </IconButton>
    </li>
  );
}
