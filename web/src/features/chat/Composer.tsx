/* The field to write a message: Enter sends, Shift+Enter begins a line. Files are chosen, pasted or dropped; what was typed and not sent is kept. */

import { clsx } from 'clsx';
import { Paperclip, SendHorizontal, X } from 'lucide-react';
import { useEffect, useImperativeHandle, useLayoutEffect, useRef, useState, type ClipboardEvent, type DragEvent, type KeyboardEvent, type Ref } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '@/components/ui/IconButton';
import { LONGEST_MESSAGE } from '@/lib/api/chat/messages';
import type { ChatMessage, Conversation } from '@/lib/api/schema';
import { setDraft, useDrafts } from '@/lib/chat/drafts';
import { sendLater } from '@/lib/chat/outbox';
import { trackIdIn } from '@/lib/chat/trackIn';
import { tellTyping } from '@/lib/realtime/client';
import { Quote } from './MessageRow';
import { StagedFiles, useStaged } from './StagedFiles';
import { titleOf } from './title';
import { NameChoices, useNameChoices } from './NameChoices';

interface ComposerProps {
  ref: Ref<HTMLTextAreaElement>;
  room: Conversation;
  replyTo: ChatMessage | null;
  onReplied: () => void;
  onEditLast: () => void;
}

const TELL_EVERY_MS = 3000;
/** So many characters before the end, their number is shown. */
const WARN = 200;

/** Tells the others that one types, not more often than it has to. */
function useTellTyping(room: string) {
  const told = useRef(0);
  const topic = `room:${room}`;
  useEffect(
    () => () => {
      if (told.current) tellTyping(topic, false);
    },
    [topic],
  );
  return (isTyping: boolean) => {
    const now = Date.now();
    if (isTyping ? now - told.current < TELL_EVERY_MS : told.current === 0) return;
    told.current = isTyping ? now : 0;
    tellTyping(topic, isTyping);
  };
}

const quoteOf = ({ id, seq, sender, content, is_deleted }: ChatMessage) => ({
  id,
  seq,
  sender_id: sender?.id ?? null,
  sender_name: sender?.display_name ?? null,
  excerpt: content.slice(0, 140),
  is_deleted,
});

export function Composer({ ref, room, replyTo, onReplied, onEditLast }: ComposerProps) {
  const { t } = useTranslation();
  const text = useDrafts((s) => s.texts[room.id]) ?? '';
  const field = useRef<HTMLTextAreaElement>(null);
  useImperativeHandle(ref, () => field.current as HTMLTextAreaElement);
  const [isOver, setOver] = useState(false);
  const tell = useTellTyping(room.id);
  const staged = useStaged(room.id);
  const names = useNameChoices(room, field, text, (now) => setDraft(room.id, now));
  const left = LONGEST_MESSAGE - [...text].length;
  const isFit = left >= 0 && (text.trim() !== '' || staged.sent.length > 0) && !staged.isBusy;

  useLayoutEffect(() => {
    const { current: area } = field;
    if (!area) return;
    area.style.height = 'auto';
    area.style.height = `${Math.min(area.scrollHeight + 2, 200)}px`;
  }, [text]);

  const send = () => {
    if (!isFit) return;
    const content = text.trim();
    sendLater({ roomId: room.id, content, replyTo: replyTo && quoteOf(replyTo), attachments: staged.sent, trackId: trackIdIn(content) });
    setDraft(room.id, '');
    staged.clear();
    tell(false);
    onReplied();
    field.current?.focus();
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || names.onKey(event)) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      send();
    } else if (event.key === 'Escape' && replyTo) onReplied();
    else if (event.key === 'ArrowUp' && text === '') {
      event.preventDefault();
      onEditLast();
    }
  };

  const take = (files: FileList, event: ClipboardEvent | DragEvent) => {
    if (files.length === 0) return;
    event.preventDefault();
    staged.add([...files]);
  };

  return (
    <form
      aria-label={t('chat.write')}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        setOver(false);
        take(event.dataTransfer.files, event);
      }}
      className={clsx('relative border-t border-line px-2 py-2 sm:px-4', isOver && 'bg-accent-wash')}
    >
      {replyTo && (
        <div className="mb-1 flex items-center gap-2">
          <div className="min-w-0 flex-1">
            <Quote quote={quoteOf(replyTo)} />
          </div>
          <IconButton size="sm" label={t('chat.no_reply')} onClick={onReplied}>
            <X size={16} aria-hidden />
          </IconButton>
        </div>
      )}
      <StagedFiles staged={staged} />
      <NameChoices names={names} />
      <div className="flex items-end gap-1">
        <label className="inline-flex size-10 shrink-0 items-center justify-center rounded-card text-muted focus-within:outline-2 focus-within:outline-accent-text hover:bg-sunk hover:text-ink" title={t('chat.attach')}>
          <Paperclip size={20} aria-hidden />
          <span className="sr-only">{t('chat.attach')}</span>
          <input
            type="file"
            multiple
            className="sr-only"
            onChange={(event) => {
              staged.add([...(event.target.files ?? [])]);
              event.target.value = '';
            }}
          />
        </label>
        <textarea
          ref={field}
          dir="auto"
          rows={1}
          value={text}
          aria-label={t('chat.message_to', { name: titleOf(room, t) })}
          placeholder={t('chat.message_to', { name: titleOf(room, t) })}
          aria-invalid={left < 0 || undefined}
          enterKeyHint="send"
          {...names.field}
          onChange={(event) => {
            setDraft(room.id, event.target.value);
            tell(event.target.value.trim() !== '');
          }}
          onPaste={(event) => take(event.clipboardData.files, event)}
          onKeyDown={onKeyDown}
          className="min-h-10 min-w-0 flex-1 resize-none rounded-card border border-line-strong bg-paper px-3 py-2 text-base text-ink placeholder:text-muted focus-visible:border-ink aria-invalid:border-danger"
        />
        <IconButton type="submit" label={t('chat.send')} disabled={!isFit} className="text-accent-text">
          <SendHorizontal size={20} aria-hidden className="rtl:-scale-x-100" />
        </IconButton>
      </div>
      {left < WARN && (
        <p role="status" className={clsx('num mt-1 text-end text-xs', left < 0 ? 'text-danger' : 'text-muted')}>
          {left < 0 ? t('chat.too_long', { count: -left }) : t('chat.left', { count: left })}
        </p>
      )}
    </form>
  );
}
