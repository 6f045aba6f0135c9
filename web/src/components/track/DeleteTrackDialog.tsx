/* Deleting a track destroys it for good, so it asks for the track's name. */

import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import { TextField } from '@/components/ui/Field';
import { problemText } from '@/lib/api/problemText';
import { useRemoveTrack } from '@/lib/api/tracks/remove';
import type { Track } from '@/lib/api/schema';
import { toast } from '@/lib/toast/store';

interface DeleteTrackDialogProps {
  track: Track;
  onClose: () => void;
  onDeleted?: () => void;
}

/** Generous about case and spaces: it guards against a slip, not against the owner. */
export const sameName = (typed: string, name: string) => typed.trim().toLowerCase() === name.trim().toLowerCase();

export function DeleteTrackDialog({ track, onClose, onDeleted }: DeleteTrackDialogProps) {
  const { t } = useTranslation();
  const remove = useRemoveTrack();
  const [typed, setTyped] = useState('');
  const ready = sameName(typed, track.title);

  async function confirm() {
    if (!ready) return;
    onClose();
    try {
      await remove.mutateAsync(track.id);
      toast(t('track.deleted', { title: track.title }));
      onDeleted?.();
    } catch (error) {
      toast(problemText(error, t), 'danger');
    }
  }

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('track.delete_title')} description={t('track.delete_text', { title: track.title })}>
      <form
        className="space-y-5"
        onSubmit={(event) => {
          event.preventDefault();
          void confirm();
        }}
      >
        <TextField
          label={t('track.delete_type', { title: track.title })}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          autoComplete="off"
          spellCheck={false}
        />
        <div className="flex justify-end gap-2">
          <Button tone="quiet" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" tone="danger" disabled={!ready}>
            {t('track.delete_for_good')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
