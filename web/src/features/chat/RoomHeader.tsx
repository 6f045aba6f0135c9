import { ArrowLeft, Bell, Ellipsis, LogOut, Pencil, Pin, Search, Trash2, Users } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { ConfirmDialog } from '@/components/ui/ConfirmDialog';
import { IconButton } from '@/components/ui/IconButton';
import { Menu, MenuChoice, MenuItem, MenuSeparator } from '@/components/ui/Menu';
import { useDeleteRoom, useLeaveRoom, useLevel, type Level } from '@/lib/api/chat/rooms';
import type { Conversation, User } from '@/lib/api/schema';
import { RoomPicture } from './RoomPicture';
import { titleOf } from './title';

const MembersDialog = lazy(() => import('./MembersDialog'));
const PinsDialog = lazy(() => import('./PinsDialog'));
const SearchDialog = lazy(() => import('./SearchDialog'));
const EditRoomDialog = lazy(() => import('./EditRoomDialog'));

type Asked = 'members' | 'pins' | 'search' | 'edit' | 'leave' | 'delete';

interface RoomHeaderProps {
  room: Conversation;
  me: User;
  onJump: (seq: number) => void;
}

const LEVELS: readonly Level[] = ['all', 'mentions', 'none'];

function Name({ room, onMembers }: { room: Conversation; onMembers: () => void }) {
  const { t } = useTranslation();
  const title = titleOf(room, t);
  return (
    <div className="min-w-0 flex-1">
      <h1 className="truncate text-lg leading-tight">
        {room.kind === 'direct' && room.other ? (
          <Link to={`/u/${encodeURIComponent(room.other.username)}`} className="hover:underline">
            <bdi>{title}</bdi>
          </Link>
        ) : (
          <bdi>{title}</bdi>
        )}
      </h1>
      {room.kind === 'direct' ? (
        room.other && <p className="truncate text-xs text-muted">@{room.other.username}</p>
      ) : (
        <button type="button" onClick={onMembers} className="num block max-w-full truncate text-xs text-muted hover:text-ink hover:underline">
          {t(`chat.kind.${room.kind}`)} · {t('chat.members', { count: room.member_count })}
        </button>
      )}
    </div>
  );
}

export function RoomHeader({ room, me, onJump }: RoomHeaderProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [asked, setAsked] = useState<Asked | null>(null);
  const { mutate: setLevel } = useLevel(room.id);
  const leave = useLeaveRoom();
  const remove = useDeleteRoom();
  const close = () => setAsked(null);
  const gone = { onSuccess: () => void navigate('/chat', { replace: true }), onSettled: close };
  const isDirect = room.kind === 'direct';
  const mayEdit = !isDirect && (room.role === 'owner' || room.role === 'admin');
  const jump = (seq: number) => {
    close();
    onJump(seq);
  };
  return (
    <header className="flex items-center gap-2 border-b border-line px-2 py-2 sm:px-4">
      <Link to="/chat" aria-label={t('chat.back')} className="inline-flex size-10 shrink-0 items-center justify-center rounded-card text-muted hover:bg-sunk hover:text-ink min-[900px]:hidden">
        <ArrowLeft size={20} aria-hidden className="rtl:-scale-x-100" />
      </Link>
      <RoomPicture room={room} size={36} />
      <Name room={room} onMembers={() => setAsked('members')} />
      <IconButton label={t('chat.search_here')} onClick={() => setAsked('search')}>
        <Search size={18} aria-hidden />
      </IconButton>
      {!isDirect && (
        <IconButton label={t('chat.members_title')} onClick={() => setAsked('members')} className="max-sm:hidden">
          <Users size={18} aria-hidden />
        </IconButton>
      )}
      <Menu
        trigger={
          <IconButton label={t('chat.room_menu')}>
            <Ellipsis size={18} aria-hidden />
          </IconButton>
        }
      >
        {!isDirect && (
          <MenuItem onSelect={() => setAsked('members')}>
            <Users size={16} aria-hidden />
            {t('chat.members_title')}
          </MenuItem>
        )}
        <MenuItem onSelect={() => setAsked('pins')}>
          <Pin size={16} aria-hidden />
          {t('chat.pins')}
        </MenuItem>
        {mayEdit && (
          <MenuItem onSelect={() => setAsked('edit')}>
            <Pencil size={16} aria-hidden />
            {t('chat.edit_room')}
          </MenuItem>
        )}
        <MenuSeparator />
        <MenuChoice
          label={t('chat.level.title')}
          value={room.level ?? 'all'}
          options={LEVELS.map((value) => ({ value, label: t(`chat.level.${value}`), icon: <Bell size={16} aria-hidden /> }))}
          onChange={(level) => setLevel(level)}
        />
        <MenuSeparator />
        <MenuItem onSelect={() => setAsked('leave')}>
          <LogOut size={16} aria-hidden />
          {t(isDirect ? 'chat.hide' : 'chat.leave')}
        </MenuItem>
        {(isDirect || room.role === 'owner') && (
          <MenuItem danger onSelect={() => setAsked('delete')}>
            <Trash2 size={16} aria-hidden />
            {t(isDirect ? 'chat.delete_mine' : 'chat.delete_room')}
          </MenuItem>
        )}
      </Menu>
      <Suspense fallback={null}>
        {asked === 'members' && <MembersDialog room={room} me={me} onClose={close} />}
        {asked === 'pins' && <PinsDialog room={room} onJump={jump} onClose={close} />}
        {asked === 'search' && <SearchDialog room={room} onJump={jump} onClose={close} />}
        {asked === 'edit' && <EditRoomDialog room={room} onClose={close} />}
      </Suspense>
      {asked === 'leave' && (
        <ConfirmDialog
          title={t(isDirect ? 'chat.hide_title' : 'chat.leave_title', { name: titleOf(room, t) })}
          text={t(isDirect ? 'chat.hide_text' : room.member_count === 1 ? 'chat.leave_last' : room.kind === 'private' ? 'chat.leave_private' : 'chat.leave_text')}
          confirm={t(isDirect ? 'chat.hide' : 'chat.leave')}
          busy={leave.isPending}
          onConfirm={() => leave.mutate(room.id, gone)}
          onClose={close}
        />
      )}
      {asked === 'delete' && (
        <ConfirmDialog
          title={t(isDirect ? 'chat.delete_mine_title' : 'chat.delete_room_title', { name: titleOf(room, t) })}
          text={t(isDirect ? 'chat.delete_mine_text' : 'chat.delete_room_text')}
          confirm={t(isDirect ? 'chat.delete_mine' : 'chat.delete_room')}
          busy={remove.isPending}
          onConfirm={() => remove.mutate(room.id, gone)}
          onClose={close}
        />
      )}
    </header>
  );
}
