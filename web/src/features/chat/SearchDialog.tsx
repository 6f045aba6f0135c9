import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { Dialog } from '@/components/ui/Dialog';
import { ErrorState } from '@/components/ui/ErrorState';
import { SelectField, TextField } from '@/components/ui/Field';
import { More } from '@/components/ui/More';
import { CONTENTS, useMessageSearch, type Content } from '@/lib/api/chat/search';
import type { ChatMessage, Conversation } from '@/lib/api/schema';
import { useDebounced } from '@/lib/dom/useDebounced';
import { FoundMessages } from './FoundMessages';

interface SearchDialogProps {
  /** Only in this one; without, in all of one's conversations. */
  room?: Conversation;
  onJump?: (seq: number) => void;
  onClose: () => void;
}

export default function SearchDialog({ room, onJump, onClose }: SearchDialogProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const [has, setHas] = useState<Content | ''>('');
  const q = useDebounced(text.trim(), 200);
  const list = useMessageSearch({ q, has, room: room?.id ?? null });
  const messages = list.data?.pages.flatMap((page) => page.items) ?? [];
  const title = t(room ? 'chat.search_here' : 'chat.search');
  const choose = ({ room_id, seq }: ChatMessage) => {
    if (onJump) return onJump(seq);
    onClose();
    void navigate(`/chat/${room_id}?at=${seq}`);
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title}>
      <div className="flex items-end gap-2">
        <TextField className="min-w-0 flex-1" label={t('chat.search_field')} value={text} autoComplete="off" onChange={(event) => setText(event.target.value)} />
        <SelectField className="w-36 shrink-0" label={t('chat.has.label')} value={has} onChange={(event) => setHas(event.target.value as Content | '')}>
          <option value="">{t('chat.has.any')}</option>
          {CONTENTS.map((one) => (
            <option key={one} value={one}>
              {t(`chat.has.${one}`)}
            </option>
          ))}
        </SelectField>
      </div>
      <div className="mt-4 min-h-24" aria-live="polite" aria-busy={list.isFetching}>
        {list.isLoadingError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
        {list.data && messages.length === 0 && <p className="text-base text-muted">{t('chat.not_found')}</p>}
        <FoundMessages messages={messages} label={t('chat.found')} onChoose={choose} />
        <More list={list} className="mt-3" small />
      </div>
    </Dialog>
  );
}
