/* The form of a playlist: for a new one, and to change one. */

import { zodResolver } from '@hookform/resolvers/zod';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import { TextArea, TextField } from '@/components/ui/Field';
import { FormError } from '@/components/ui/FormError';
import { Toggle } from '@/components/ui/Toggle';
import { Unsaved } from '@/components/ui/Unsaved';
import { applyProblem } from '@/lib/api/formErrors';
import { fieldText } from '@/lib/api/problemText';
import type { Playlist } from '@/lib/api/schema';
import type { NewPlaylist } from '@/lib/api/playlists/create';
import { z } from '@/lib/zod';

const schema = z.object({
  name: z.string().trim().min(1, 'required').max(200, 'too_long'),
  description: z.string().trim().max(5000, 'too_long'),
  is_public: z.boolean(),
});

type Form = z.infer<typeof schema>;

const names = Object.keys(schema.shape) as (keyof Form)[];

interface PlaylistDialogProps {
  /** The one that is changed. */
  playlist?: Playlist;
  onSave: (form: NewPlaylist) => Promise<unknown>;
  onClose: () => void;
}

export function PlaylistDialog({ playlist, onSave, onClose }: PlaylistDialogProps) {
  const { t } = useTranslation();
  const [problem, setProblem] = useState<string | null>(null);
  const { register, handleSubmit, setError, formState } = useForm<Form>({
    resolver: zodResolver(schema),
    defaultValues: { name: playlist?.name ?? '', description: playlist?.description ?? '', is_public: playlist?.is_public ?? false },
  });
  const error = (name: keyof Form) => {
    const message = formState.errors[name]?.message;
    return message ? fieldText(message, message, t) : undefined;
  };

  const save = handleSubmit(async ({ description, ...form }) => {
    setProblem(null);
    try {
      await onSave({ ...form, description: description || null });
    } catch (refused) {
      setProblem(applyProblem(refused, names, setError, t));
    }
  });

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t(playlist ? 'playlists.edit_title' : 'playlists.new')}>
      <form onSubmit={(event) => void save(event)} noValidate className="space-y-5">
        <Unsaved when={formState.isDirty} />
        {problem && <FormError>{problem}</FormError>}
        <TextField label={t('playlists.name')} {...register('name')} error={error('name')} autoComplete="off" />
        <TextArea label={t('playlists.description')} {...register('description')} error={error('description')} />
        <Toggle label={t('playlists.public')} hint={t('playlists.public_hint')} {...register('is_public')} />
        <div className="flex justify-end gap-2">
          <Button tone="quiet" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" tone="accent" busy={formState.isSubmitting}>
            {t(playlist ? 'common.save' : 'playlists.create')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
