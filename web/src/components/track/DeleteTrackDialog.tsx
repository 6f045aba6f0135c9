/* Deleting a track destroys it for good, so it asks for the track's name. */

import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import { TextField } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { problemText } from '@/lib/api/problemText';
import type { Track } from '@/lib/api/schema';
import { useRemoveTrack } from '@/lib/api/tracks/remove';
import { sameName } from '@/lib/form/sameName';
import { useForm } from '@/lib/form/useForm';
import { toast } from '@/lib/toast/store';

interface DeleteTrackDialogProps {
  track: Track;
  onClose: () => void;
  onDeleted?: () => void;
}

export function DeleteTrackDialog({ track, onClose, onDeleted }: DeleteTrackDialogProps) {
  const { t } = useTranslation();
  const remove = useRemoveTrack();
  const form = useForm({
    schema: sameName(track.title),
    values: { name: '' },
    async send() {
      onClose();
      try {
        await remove.mutateAsync(track.id);
        toast(t('track.deleted', { title: track.title }));
        onDeleted?.();
      } catch (error) {
        toast(problemText(error, t), 'danger');
      }
    },
  });

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('track.delete_title')} description={t('track.delete_text', { title: track.title })}>
      <Form form={form}>
        <TextField label={t('track.delete_type', { title: track.title })} autoComplete="off" spellCheck={false} {...form.field('name')} />
        <div className="flex justify-end gap-2">
          <Button tone="quiet" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" tone="danger" disabled={!form.formState.isValid}>
            {t('track.delete_for_good')}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
