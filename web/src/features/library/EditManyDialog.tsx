/* The same change to several tracks. What is left empty stays as it is. */

import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '@/components/ui/Dialog';
import { SelectField, TextField } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { FormButtons } from '@/components/ui/FormButtons';
import { splitTags } from '@/components/track/trackSchema';
import type { ManyChanges } from '@/lib/api/tracks/batch';
import type { Track } from '@/lib/api/schema';
import { useForm } from '@/lib/form/useForm';
import { GENRES, genreName, genreOf } from '@/lib/genres';
import { z } from '@/lib/zod';

const MAX_TAGS = 30;
const VISIBILITIES = ['public', 'unlisted', 'private'] as const;

const tagList = z.string().trim().max(1000, 'too_long')
  .refine((value) => splitTags(value).length <= MAX_TAGS, 'too_many')
  .refine((value) => splitTags(value).every((tag) => tag.length <= 30), 'too_long');

const schema = z.object({
  visibility: z.enum(['', ...VISIBILITIES]),
  genre: z.string().trim().max(100, 'too_long'),
  add: tagList,
  take: tagList,
});

type Values = z.infer<typeof schema>;

const folded = (tag: string) => tag.toLowerCase();

/** What this makes of one track; nothing where it stays as it is. */
export function changeOf(track: Pick<Track, 'visibility' | 'genre' | 'tags'>, { visibility, genre, add, take }: Values): ManyChanges {
  const taken = new Set(splitTags(take).map(folded));
  const has = new Set(track.tags.map(folded));
  const tags = [...track.tags.filter((tag) => !taken.has(folded(tag))), ...splitTags(add).filter((tag) => !has.has(folded(tag)))].slice(0, MAX_TAGS);
  return {
    ...(visibility && visibility !== track.visibility ? { visibility } : {}),
    ...(genre && genreOf(genre) !== track.genre ? { genre: genreOf(genre) } : {}),
    ...(String(tags) !== String(track.tags) ? { tags } : {}),
  };
}

interface EditManyDialogProps {
  tracks: readonly Track[];
  onSave: (changes: ReadonlyMap<string, ManyChanges>) => Promise<unknown>;
  onClose: () => void;
}

export default function EditManyDialog({ tracks, onSave, onClose }: EditManyDialogProps) {
  const { t } = useTranslation();
  const genres = useId();
  const form = useForm({
    schema,
    values: { visibility: '', genre: '', add: '', take: '' } as Values,
    async send(values) {
      const changes = new Map(tracks.map((track) => [track.id, changeOf(track, values)] as const).filter(([, change]) => Object.keys(change).length > 0));
      await onSave(changes);
      onClose();
    },
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('library.many.edit_title', { count: tracks.length })} description={t('library.many.edit_text')}>
      <Form form={form} guarded>
        <SelectField label={t('track.field.visibility')} {...form.field('visibility')}>
          <option value="">{t('library.many.as_is')}</option>
          {VISIBILITIES.map((value) => (
            <option key={value} value={value}>
              {t(`track.status.${value}`)}
            </option>
          ))}
        </SelectField>
        <TextField label={t('track.field.genre')} placeholder={t('library.many.as_is')} list={genres} autoComplete="off" {...form.field('genre')} />
        <datalist id={genres}>
          {GENRES.map((genre) => (
            <option key={genre} value={genreName(genre)} />
          ))}
        </datalist>
        <TextField label={t('library.many.add_tags')} hint={t('track.hint.tags')} autoComplete="off" {...form.field('add')} />
        <TextField label={t('library.many.take_tags')} autoComplete="off" {...form.field('take')} />
        <FormButtons busy={form.busy} onCancel={onClose}>
          {t('common.save')}
        </FormButtons>
      </Form>
    </Dialog>
  );
}
