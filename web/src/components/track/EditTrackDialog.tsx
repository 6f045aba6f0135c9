import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '@/components/ui/Dialog';
import { Form } from '@/components/ui/Form';
import { FormButtons } from '@/components/ui/FormButtons';
import { Unsaved } from '@/components/ui/Unsaved';
import { analysisQuery } from '@/lib/api/tracks/analysis';
import { useChangeCover } from '@/lib/api/tracks/cover';
import { useUpdateTrack } from '@/lib/api/tracks/update';
import type { Track } from '@/lib/api/schema';
import { useForm } from '@/lib/form/useForm';
import { toast } from '@/lib/toast/store';
import { CoverField, type CoverChange } from './CoverField';
import { TrackFields } from './TrackFields';
import { changesOf, formOf, trackSchema } from './trackSchema';

interface EditTrackDialogProps {
  track: Track;
  onClose: () => void;
}

export default function EditTrackDialog({ track, onClose }: EditTrackDialogProps) {
  const { t } = useTranslation();
  const { data: measured } = useQuery(analysisQuery(track.id));
  const update = useUpdateTrack();
  const changeCover = useChangeCover();
  const [cover, setCover] = useState<CoverChange>();
  const form = useForm({
    schema: trackSchema,
    values: formOf(track),
    async send(values) {
      if (cover !== undefined) await changeCover.mutateAsync({ id: track.id, file: cover });
      setCover(undefined);
      await update.mutateAsync({ id: track.id, changes: changesOf(values) });
      toast(t('track.saved'), 'ok');
      onClose();
    },
  });

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('track.edit_title')} wide>
      <Form form={form} guarded>
        <Unsaved when={cover !== undefined} />
        <CoverField track={track} value={cover} onChange={setCover} />
        <TrackFields form={form} open measured={measured} />
        <FormButtons busy={form.busy} onCancel={onClose}>
          {t('common.save')}
        </FormButtons>
      </Form>
    </Dialog>
  );
}
