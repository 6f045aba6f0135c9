import { clsx } from 'clsx';
import { CheckCheck, Compass, Ellipsis, Search, SquarePen } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { Button } from '@/components/ui/Button';
import { ErrorState } from '@/components/ui/ErrorState';
import { IconButton } from '@/components/ui/IconButton';
import { Menu, MenuItem } from '@/components/ui/Menu';
import { More } from '@/components/ui/More';
import { useConversations } from '@/lib/api/chat/conversations';
import { useMarkAllRead } from '@/lib/api/chat/read';
import type { Conversation, User } from '@/lib/api/schema';
import { useDrafts } from '@/lib/chat/drafts';
import { useFormat } from '@/lib/format/useFormat';
import { useLargeRoom } from '@/lib/realtime/useRoom';
import { RoomPicture } from './RoomPicture';
import { titleOf } from './title';

export type Asked = 'new' | 'public' | 'search';

/** The server tells each member of what comes, up to so many. */
const LARGE = 50;

function Large({ id }: { id: string }) {
  useLargeRoom(id);
  return null;
}

function LastLine({ room, me }: { room: Conversation; me: User }) {
  const { t } = useTranslation();
  const draft = useDrafts((s) => s.texts[room.id]);
  if (draft?.trim()) return t('chat.draft', { text: draft });
  const last = room.last_message;
  if (!last) return t('chat.no_messages');
  if (last.is_deleted) return t('chat.deleted');
  const text = last.excerpt?.trim() || t('chat.sent_file');
  if (last.sender_id === me.id) return t('chat.own_line', { text });
  return room.kind === 'direct' ? text : t('chat.line', { name: last.sender_name ?? t('chat.gone'), text });
}

function Row({ room, me, isOpen }: { room: Conversation; me: User; isOpen: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const unread = room.unread_count;
  const title = titleOf(room, t);
  return (
    <Link
      to={`/chat/${room.id}`}
      aria-current={isOpen ? 'page' : undefined}
      className={clsx('flex items-center gap-3 rounded-card px-3 py-2.5 transition-colors duration-150', isOpen ? 'bg-sunk' : 'hover:bg-sunk')}
    >
      <RoomPicture room={room} />
      <span className="min-w-0 flex-1">
        <span className="flex items-baseline gap-2">
          <bdi className={clsx('min-w-0 flex-1 truncate text-base', unread > 0 ? 'font-bold' : 'font-semibold')}>{title}</bdi>
          <time dateTime={room.last_active_at} className="shrink-0 text-xs text-muted">
            {format.ago(room.last_active_at)}
          </time>
        </span>
        <span className="mt-0.5 flex items-center gap-2">
          <bdi className={clsx('min-w-0 flex-1 truncate text-sm', unread > 0 ? 'text-ink' : 'text-muted')}>
            <LastLine room={room} me={me} />
          </bdi>
          {unread > 0 && (
            <span
              className={clsx('num min-w-5 shrink-0 rounded-full px-1.5 text-center text-xs leading-5', room.kind === 'direct' || room.mention_count > 0 ? 'bg-accent text-on-accent' : 'bg-line text-ink')}
            >
              <span className="sr-only">{t('chat.unread', { count: unread })}</span>
              <span aria-hidden="true">
                {room.mention_count > 0 && room.kind !== 'direct' && '@'}
                {unread > 99 ? '99+' : unread}
              </span>
            </span>
          )}
        </span>
      </span>
    </Link>
  );
}

interface ConversationListProps {
  me: User;
  openId: string | undefined;
  onAsk: (asked: Asked) => void;
}

function Rows({ me, openId, onAsk }: ConversationListProps) {
  const { t } = useTranslation();
  const list = useConversations();
  if (list.isPending) return <PeaksSkeleton className="mx-3 mt-4 h-10" />;
  if (list.isLoadingError) return <div className="px-3"><ErrorState error={list.error} onRetry={() => void list.refetch()} /></div>;
  const rooms = list.data.pages.flatMap((page) => page.items);
  if (rooms.length === 0) {
    return (
      <div className="px-3 pt-6">
        <h2 className="text-lg">{t('chat.empty')}</h2>
        <p className="mt-2 text-base text-muted">{t('chat.empty_text')}</p>
        <div className="mt-5 flex flex-wrap gap-2">
          <Button tone="accent" onClick={() => onAsk('new')}>
            {t('chat.new')}
          </Button>
          <Button onClick={() => onAsk('public')}>{t('chat.public_rooms')}</Button>
        </div>
      </div>
    );
  }
  return (
    <>
      <ul aria-label={t('chat.conversations')} className="space-y-0.5">
        {rooms.map((room) => (
          <li key={room.id}>
            <Row room={room} me={me} isOpen={room.id === openId} />
            {room.member_count > LARGE && <Large id={room.id} />}
          </li>
        ))}
      </ul>
      <More list={list} className="mt-3 justify-center" small />
    </>
  );
}

export function ConversationList(props: ConversationListProps) {
  const { t } = useTranslation();
  const { mutate: markAll } = useMarkAllRead();
  const Heading = props.openId ? 'h2' : 'h1';
  return (
    <nav aria-label={t('chat.conversations')} className="px-2 pb-6">
      <div className="sticky top-0 z-10 flex items-center gap-1 bg-paper px-3 py-3">
        <Heading className="flex-1 text-xl font-extrabold">{t('chat.title')}</Heading>
        <IconButton label={t('chat.search')} size="sm" onClick={() => props.onAsk('search')}>
          <Search size={18} aria-hidden />
        </IconButton>
        <IconButton label={t('chat.new')} size="sm" onClick={() => props.onAsk('new')}>
          <SquarePen size={18} aria-hidden />
        </IconButton>
        <Menu
          trigger={
            <IconButton label={t('chat.more')} size="sm">
              <Ellipsis size={18} aria-hidden />
            </IconButton>
          }
        >
          <MenuItem onSelect={() => props.onAsk('public')}>
            <Compass size={16} aria-hidden />
            {t('chat.public_rooms')}
          </MenuItem>
          <MenuItem onSelect={() => markAll()}>
            <CheckCheck size={16} aria-hidden />
            {t('chat.all_read')}
          </MenuItem>
        </Menu>
      </div>
      <Rows {...props} />
    </nav>
  );
}
