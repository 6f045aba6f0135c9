import { useTranslation } from 'react-i18next';
import { CheckField } from '@/components/ui/CheckField';
import { Dialog } from '@/components/ui/Dialog';
import { SelectField, TextArea, TextField } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { FormButtons } from '@/components/ui/FormButtons';
import { useUpdateRoom } from '@/lib/api/chat/rooms';
import type { Conversation } from '@/lib/api/schema';
import { useForm } from '@/lib/form/useForm';
import { useFormat } from '@/lib/format/useFormat';
import { z } from '@/lib/zod';

const schema = z.object({
  name: z.string().trim().min(1, 'required').max(100, 'too_long'),
  description: z.string().trim().max(2000, 'too_long'),
  slow: z.string(),
  is_read_only: z.boolean(),
});

/** Seconds between two messages of a member. */
const WAITS = [0, 5, 10, 30, 60, 300, 3600];

/** What a room is called, and who may write how often. */
export default function EditRoomDialog({ room, onClose }: { room: Conversation; onClose: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const update = useUpdateRoom(room.id);
  const form = useForm({
    schema,
    values: { name: room.name ?? '', description: room.description ?? '', slow: String(room.slow_mode_s), is_read_only: room.is_read_only },
    send: async ({ name, description, slow, is_read_only }) => {
      await update.mutateAsync({ name, description: description || null, slow_mode_s: Number(slow), is_read_only });
      onClose();
    },
  });
  const waits = WAITS.includes(room.slow_mode_s) ? WAITS : [...WAITS, room.slow_mode_s];
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('chat.edit_room')}>
      <Form form={form} guarded>
        <TextField label={t('chat.room_name')} {...form.field('name')} autoComplete="off" />
        <TextArea label={t('chat.room_description')} {...form.field('description')} />
        <SelectField label={t('chat.slow')} hint={t('chat.slow_hint')} {...form.field('slow')}>
          {waits.map((seconds) => (
            <option key={seconds} value={seconds}>
              {seconds === 0 ? t('chat.no_wait') : format.wait(seconds)}
            </option>
          ))}
        </SelectField>
        <CheckField label={t('chat.read_only')} {...form.register('is_read_only')} />
        <FormButtons busy={form.busy} onCancel={onClose}>
          {t('common.save')}
        </FormButtons>
      </Form>
    </Dialog>
  );
}
