import { zodResolver } from '@hookform/resolvers/zod';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import { FormError } from '@/components/ui/FormError';
import { Unsaved } from '@/components/ui/Unsaved';
import { applyProblem } from '@/lib/api/formErrors';
import { useChangeCover } from '@/lib/api/tracks/cover';
import { useUpdateTrack } from '@/lib/api/tracks/update';
import type { Track } from '@/lib/api/schema';
import { toast } from '@/lib/toast/store';
import { CoverField, type CoverChange } from './CoverField';
import { TrackFields } from './TrackFields';
import { changesOf, emptyTrackForm, formOf, trackSchema, type TrackForm } from './trackSchema';

interface EditTrackDialogProps {
  track: Track;
  onClose: () => void;
}

const names = Object.keys(emptyTrackForm) as (keyof TrackForm)[];

export default function EditTrackDialog({ track, onClose }: EditTrackDialogProps) {
  const { t } = useTranslation();
  const update = useUpdateTrack();
  const changeCover = useChangeCover();
  const [cover, setCover] = useState<CoverChange>();
  const [problem, setProblem] = useState<string | null>(null);
  const { register, handleSubmit, setError, formState } = useForm<TrackForm>({
    resolver: zodResolver(trackSchema),
    defaultValues: formOf(track),
  });

  const save = handleSubmit(async (form) => {
    setProblem(null);
    try {
      if (cover !== undefined) await changeCover.mutateAsync({ id: track.id, file: cover });
      setCover(undefined);
      await update.mutateAsync({ id: track.id, changes: changesOf(form) });
      toast(t('track.saved'), 'ok');
      onClose();
    } catch (error) {
      setProblem(applyProblem(error, names, setError, t));
    }
  });

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('track.edit_title')} wide>
      <form onSubmit={(event) => void save(event)} noValidate className="space-y-5">
        <Unsaved when={formState.isDirty} />
        {problem && <FormError>{problem}</FormError>}
        <CoverField track={track} value={cover} onChange={setCover} />
        <TrackFields register={register} errors={formState.errors} open />
        <div className="flex justify-end gap-2">
          <Button tone="quiet" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" tone="accent" busy={formState.isSubmitting}>
            {t('common.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
