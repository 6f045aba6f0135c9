import { clsx } from 'clsx';
import { Copy, CornerUpLeft, Ellipsis, MailOpen, Pencil, Pin, PinOff, Reply, SmilePlus, Trash2 } from 'lucide-react';
import { memo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { MarkedText } from '@/components/text/MarkedText';
import { ConfirmDialog } from '@/components/ui/ConfirmDialog';
import { IconButton } from '@/components/ui/IconButton';
import { Menu, MenuItem, MenuSeparator } from '@/components/ui/Menu';
import { useDeleteMessage, usePin, useReact } from '@/lib/api/chat/messages';
import type { ChatMessage, ChatQuote } from '@/lib/api/schema';
import { trackIdIn } from '@/lib/chat/trackIn';
import { useFormat } from '@/lib/format/useFormat';
import { Attachments } from './Attachments';
import { EditForm } from './EditForm';
import type { RowTools } from './MessageGroup';
import { SharedTrack } from './SharedTrack';

const EMOJI = ['👍', '❤️', '😂', '🔥', '🎧', '🙏', '👀', '🎉'];

const isModerator = (role: string | null) => role === 'owner' || role === 'admin' || role === 'moderator';

export function Quote({ quote, onGoTo }: { quote: ChatQuote; onGoTo?: (seq: number) => void }) {
  const { t } = useTranslation();
  const text = quote.is_deleted ? t('chat.deleted') : quote.excerpt || t('chat.sent_file');
  const line = (
    <>
      <CornerUpLeft size={14} aria-hidden className="shrink-0 rtl:-scale-x-100" />
      <bdi className="shrink-0 font-semibold">{quote.sender_name ?? t('chat.gone')}</bdi>
      <bdi className="truncate">{text}</bdi>
    </>
  );
  const { seq } = quote;
  if (seq === null || !onGoTo) return <p className="flex min-w-0 items-center gap-1.5 text-xs text-muted">{line}</p>;
  return (
    <button type="button" onClick={() => onGoTo(seq)} className="flex max-w-full min-w-0 items-center gap-1.5 px-1 text-start text-xs text-muted hover:text-ink">
      {line}
    </button>
  );
}

function Reactions({ message, disabled }: { message: ChatMessage; disabled: boolean }) {
  const { t } = useTranslation();
  const { mutate: react } = useReact();
  if (message.reactions.length === 0) return null;
  return (
    <ul aria-label={t('chat.reactions')} className="mt-1 flex flex-wrap gap-1">
      {message.reactions.map(({ emoji, count, is_mine }) => (
        <li key={emoji}>
          <button
            type="button"
            disabled={disabled}
            aria-pressed={is_mine ?? false}
            aria-label={t('chat.reaction', { emoji: emoji ?? '', count: count ?? 0 })}
            onClick={() => emoji && react({ message, emoji, on: !is_mine })}
            className={clsx('num flex h-7 items-center gap-1 rounded-full border px-2 text-sm', is_mine ? 'border-accent-text bg-accent-wash' : 'border-line hover:border-line-strong')}
          >
            <span>{emoji}</span>
            <span>{count}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

interface ToolsProps extends Pick<RowTools, 'room' | 'me' | 'onReply' | 'onUnread' | 'onEdit'> {
  message: ChatMessage;
  onDelete: () => void;
}

function Tools({ message, room, me, onReply, onUnread, onEdit, onDelete }: ToolsProps) {
  const { t } = useTranslation();
  const { mutate: react } = useReact();
  const { mutate: pin } = usePin();
  const isMine = message.sender?.id === me.id;
  const mayPin = room.kind === 'direct' || isModerator(room.role);
  const name = message.sender?.display_name ?? t('chat.gone');
  const choices = EMOJI.map((emoji) => {
    const on = !message.reactions.find((one) => one.emoji === emoji)?.is_mine;
    return (
      <MenuItem key={emoji} onSelect={() => react({ message, emoji, on })} className="justify-center text-lg">
        {emoji}
      </MenuItem>
    );
  });
  return (
    <div className="absolute -top-3 end-1 z-10 flex rounded-card border border-line bg-raised">
      {room.may_write && (
        <>
          <Menu
            trigger={
              <IconButton size="sm" label={t('chat.react', { name })}>
                <SmilePlus size={16} aria-hidden />
              </IconButton>
            }
          >
            <div className="grid grid-cols-4">{choices}</div>
          </Menu>
          <IconButton size="sm" label={t('chat.reply', { name })} onClick={() => onReply(message)}>
            <Reply size={16} aria-hidden />
          </IconButton>
        </>
      )}
      <Menu
        trigger={
          <IconButton size="sm" label={t('chat.tools', { name })}>
            <Ellipsis size={16} aria-hidden />
          </IconButton>
        }
      >
        {isMine && room.may_write && (
          <MenuItem onSelect={() => onEdit(message.id)}>
            <Pencil size={16} aria-hidden />
            {t('chat.edit')}
          </MenuItem>
        )}
        {message.content && (
          <MenuItem onSelect={() => void navigator.clipboard?.writeText(message.content)}>
            <Copy size={16} aria-hidden />
            {t('chat.copy')}
          </MenuItem>
        )}
        <MenuItem onSelect={() => onUnread(message.seq)}>
          <MailOpen size={16} aria-hidden />
          {t('chat.mark_unread')}
        </MenuItem>
        {mayPin && (
          <MenuItem onSelect={() => pin({ message, on: !message.is_pinned })}>
            {message.is_pinned ? <PinOff size={16} aria-hidden /> : <Pin size={16} aria-hidden />}
            {t(message.is_pinned ? 'chat.unpin' : 'chat.pin')}
          </MenuItem>
        )}
        {(isMine || (room.kind !== 'direct' && isModerator(room.role))) && (
          <>
            <MenuSeparator />
            <MenuItem danger onSelect={onDelete}>
              <Trash2 size={16} aria-hidden />
              {t('chat.delete')}
            </MenuItem>
          </>
        )}
      </Menu>
    </div>
  );
}

function DeleteMessage({ message, onClose }: { message: ChatMessage; onClose: () => void }) {
  const { t } = useTranslation();
  const remove = useDeleteMessage();
  return (
    <ConfirmDialog
      title={t('chat.delete_title')}
      text={t(message.attachments.length > 0 ? 'chat.delete_files' : 'chat.delete_text')}
      confirm={t('chat.delete')}
      busy={remove.isPending}
      onConfirm={() => remove.mutate(message, { onSettled: onClose })}
      onClose={onClose}
    />
  );
}

const hasOpenMenu = (row: Element) => row.querySelector('[aria-expanded=true]') !== null;
const isInUse = (row: Element) => hasOpenMenu(row) || row.contains(document.activeElement);

interface MessageRowProps extends RowTools {
  message: ChatMessage;
}

export const MessageRow = memo(function MessageRow({ message, room, me, target, editing, onEdit, onReply, onGoTo, onUnread }: MessageRowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const [doomed, setDoomed] = useState(false);
  /* its tools are there while it is pointed at or has the focus */
  const [active, setActive] = useState(false);
  const isMentioned = message.mentions.includes(me.id) || (message.mentions_all && message.sender?.id !== me.id);
  const track = message.track_id ?? trackIdIn(message.content);
  return (
    <article
      data-seq={message.seq}
      tabIndex={-1}
      onPointerMove={({ pointerType }) => pointerType === 'mouse' && setActive(true)}
      onPointerLeave={({ currentTarget }) => !isInUse(currentTarget) && setActive(false)}
      onFocus={() => setActive(true)}
      onBlur={({ currentTarget, relatedTarget }) => !currentTarget.contains(relatedTarget) && !currentTarget.matches(':hover') && !hasOpenMenu(currentTarget) && setActive(false)}
      aria-label={t('chat.message_of', { name: message.sender?.display_name ?? t('chat.gone'), time: format.moment(message.created_at) })}
      className={clsx(
        'group/row relative rounded-sm px-1 py-0.5 text-base hover:bg-sunk focus-visible:bg-sunk',
        isMentioned && 'border-s-2 border-accent bg-accent-wash ps-2',
        target === message.seq && 'bg-accent-wash',
      )}
    >
      {message.reply_to && <Quote quote={message.reply_to} onGoTo={onGoTo} />}
      {message.is_deleted ? (
        <p className="text-muted italic">{t('chat.deleted')}</p>
      ) : editing === message.id ? (
        <EditForm message={message} onClose={() => onEdit(null)} />
      ) : (
        <>
          {message.content && <MarkedText text={message.content} reader={me.username} className="max-w-prose" />}
          {(message.is_edited || message.is_pinned) && (
            <p className="flex items-center gap-2 text-xs text-muted">
              {message.is_pinned && (
                <span className="inline-flex items-center gap-1">
                  <Pin size={12} aria-hidden />
                  {t('chat.pinned')}
                </span>
              )}
              {message.is_edited && <span title={message.edited_at ? format.moment(message.edited_at) : undefined}>{t('chat.edited')}</span>}
            </p>
          )}
          {track && <SharedTrack id={track} />}
          {message.attachments.length > 0 && <Attachments room={message.room_id} files={message.attachments} />}
          <Reactions message={message} disabled={!room.may_write} />
        </>
      )}
      {active && !message.is_deleted && editing !== message.id && (
        <Tools message={message} room={room} me={me} onReply={onReply} onUnread={onUnread} onEdit={onEdit} onDelete={() => setDoomed(true)} />
      )}
      {doomed && <DeleteMessage message={message} onClose={() => setDoomed(false)} />}
    </article>
  );
});
