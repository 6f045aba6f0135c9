import { Bell } from 'lucide-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useMe } from '@/lib/api/auth/me';
import { useUnreadCount } from '@/lib/api/notifications/unreadCount';
import { toldServer } from '@/lib/push/memory';
import { usePresence } from '@/lib/realtime/usePresence';
import { useRealtime } from '@/lib/realtime/useRealtime';
import { prefetchRoute } from '../routes';

/** Where this browser gets push messages, the server is to know its present address. */
function useFreshPush(user: string): void {
  useEffect(() => {
    if (toldServer()) void import('@/lib/push/device').then(({ renewPush }) => renewPush(user)).catch(() => undefined);
  }, [user]);
}

function MemberBell({ user }: { user: string }) {
  const { t } = useTranslation();
  const { data } = useUnreadCount();
  useRealtime();
  usePresence();
  useFreshPush(user);
  const unread = data?.unread ?? 0;
  return (
    <Link
      to="/notifications"
      aria-label={unread > 0 ? t('frame.unread', { count: unread }) : t('frame.notifications')}
      title={t('frame.notifications')}
      onPointerEnter={() => prefetchRoute('/notifications')}
      className="relative inline-flex size-10 shrink-0 items-center justify-center rounded-card text-muted transition-colors duration-150 hover:bg-sunk hover:text-ink"
    >
      <Bell size={20} aria-hidden />
      {unread > 0 && (
        <span aria-hidden="true" className="num absolute end-0.5 top-0.5 min-w-4.5 rounded-full bg-accent px-1 text-center text-xs leading-4.5 text-on-accent">
          {unread > 99 ? '99+' : unread}
        </span>
      )}
    </Link>
  );
}

/** Leads to the notifications and tells how many are new, as they come. Guests have none. */
export function NotificationBell() {
  const { data: me } = useMe();
  return me ? <MemberBell key={me.id} user={me.id} /> : null;
}
