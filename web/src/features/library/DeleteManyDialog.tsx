/* Deleting several tracks destroys them for good, so it says which ones and asks for their number. */

import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import { TextField } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import type { Track } from '@/lib/api/schema';
import { sameName } from '@/lib/form/sameName';
import { useForm } from '@/lib/form/useForm';

interface DeleteManyDialogProps {
  tracks: readonly Track[];
  onDelete: () => Promise<unknown>;
  onClose: () => void;
}

export default function DeleteManyDialog({ tracks, onDelete, onClose }: DeleteManyDialogProps) {
  const { t } = useTranslation();
  const count = tracks.length;
  const form = useForm({
    schema: sameName(String(count)),
    values: { name: '' },
    async send() {
      await onDelete();
      onClose();
    },
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('library.many.delete_title', { count })} description={t('library.many.delete_text', { count })}>
      <Form form={form}>
        <ul aria-label={t('library.many.chosen')} className="max-h-40 overflow-y-auto overscroll-contain border-y border-line py-1 text-sm">
          {tracks.map(({ id, title }) => (
            <li key={id} dir="auto" className="truncate py-0.5">
              {title}
            </li>
          ))}
        </ul>
        <TextField label={t('library.many.delete_type', { count })} inputMode="numeric" autoComplete="off" {...form.field('name')} />
        <div className="flex flex-wrap justify-end gap-2">
          <Button tone="quiet" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" tone="danger" busy={form.busy} disabled={!form.formState.isValid}>
            {t('track.delete_for_good')}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
