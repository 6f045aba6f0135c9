import { useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { inputClass } from '@/components/ui/Field';
import { LONGEST_MESSAGE, useEditMessage } from '@/lib/api/chat/messages';
import { problemText } from '@/lib/api/problemText';
import type { ChatMessage } from '@/lib/api/schema';

/** A message being changed, in its place: Enter saves, Escape leaves it as it was. */
export function EditForm({ message, onClose }: { message: ChatMessage; onClose: () => void }) {
  const { t } = useTranslation();
  const edit = useEditMessage();
  const [text, setText] = useState(message.content);
  const isFit = [...text].length <= LONGEST_MESSAGE && (text.trim() !== '' || message.attachments.length > 0);
  const save = () => {
    if (!isFit || edit.isPending) return;
    if (text.trim() === message.content) onClose();
    else edit.mutate({ message, content: text.trim() }, { onSuccess: onClose });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Escape') onClose();
    else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      save();
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
      className="py-1"
    >
      <textarea
        ref={(field) => {
          if (field && document.activeElement !== field && !field.dataset['here']) {
            field.dataset['here'] = '';
            field.focus();
            field.setSelectionRange(field.value.length, field.value.length);
          }
        }}
        dir="auto"
        rows={Math.min(8, text.split('\n').length + 1)}
        aria-label={t('chat.edit_field')}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        className={`${inputClass} resize-none py-2`}
      />
      {edit.isError && (
        <p role="alert" className="text-sm text-danger">
          {problemText(edit.error, t)}
        </p>
      )}
      <div className="mt-1 flex gap-2">
        <Button type="submit" tone="accent" size="sm" busy={edit.isPending} disabled={!isFit}>
          {t('common.save')}
        </Button>
        <Button tone="quiet" size="sm" onClick={onClose}>
          {t('common.cancel')}
        </Button>
      </div>
    </form>
  );
}
