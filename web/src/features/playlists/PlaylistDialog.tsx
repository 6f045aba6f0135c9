/* The form of a playlist: for a new one, and to change one. */

import { useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Dialog } from '@/components/ui/Dialog';
import { SelectField, TextArea, TextField } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { FormButtons } from '@/components/ui/FormButtons';
import type { Playlist } from '@/lib/api/schema';
import type { NewPlaylist } from '@/lib/api/playlists/create';
import { useForm } from '@/lib/form/useForm';
import { z } from '@/lib/zod';

const VISIBILITIES = ['public', 'unlisted', 'private'] as const;

const schema = z.object({
  name: z.string().trim().min(1, 'required').max(200, 'too_long'),
  description: z.string().trim().max(5000, 'too_long'),
  visibility: z.enum(VISIBILITIES),
});

interface PlaylistDialogProps {
  /** The one that is changed. */
  playlist?: Playlist;
  onSave: (form: NewPlaylist) => Promise<unknown>;
  onClose: () => void;
}

export function PlaylistDialog({ playlist, onSave, onClose }: PlaylistDialogProps) {
  const { t } = useTranslation();
  const form = useForm({
    schema,
    values: { name: playlist?.name ?? '', description: playlist?.description ?? '', visibility: playlist?.visibility ?? ('private' as const) },
    send: ({ description, ...rest }) => onSave({ ...rest, description: description || null }),
  });
  const visibility = useWatch({ control: form.control, name: 'visibility' });

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t(playlist ? 'playlists.edit_title' : 'playlists.new')}>
      <Form form={form} guarded>
        <TextField label={t('playlists.name')} {...form.field('name')} autoComplete="off" />
        <TextArea label={t('playlists.description')} {...form.field('description')} />
        <SelectField label={t('playlists.visibility')} hint={t(`playlists.hint.${visibility}`)} {...form.field('visibility')}>
          {VISIBILITIES.map((value) => (
            <option key={value} value={value}>
              {t(`playlists.${value}`)}
            </option>
          ))}
        </SelectField>
        <FormButtons busy={form.busy} onCancel={onClose}>
          {t(playlist ? 'common.save' : 'playlists.create')}
        </FormButtons>
      </Form>
    </Dialog>
  );
}
