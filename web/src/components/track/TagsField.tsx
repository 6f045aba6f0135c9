/* Tags with commas between them. The last one is completed with tags that tracks here have. */

import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { TextField } from '@/components/ui/Field';
import { tagsQuery } from '@/lib/api/tags/suggest';
import { useDebounced } from '@/lib/dom/useDebounced';
import type { FormOf } from '@/lib/form/useForm';
import type { TrackForm } from './trackSchema';

export function TagsField({ form }: { form: FormOf<TrackForm> }) {
  const { t } = useTranslation();
  const list = useId();
  const typed = useDebounced(useWatch({ control: form.control, name: 'tags' }), 200);
  const end = Math.max(typed.lastIndexOf(','), typed.lastIndexOf(';')) + 1;
  const { data: names = [] } = useQuery(tagsQuery(typed.slice(end).trim().replace(/^#/, '').slice(0, 30)));
  const before = typed.slice(0, end).trim();
  return (
    <>
      <TextField label={t('track.field.tags')} hint={t('track.hint.tags')} {...form.field('tags')} list={list} autoComplete="off" />
      <datalist id={list}>
        {names.map((name) => (
          <option key={name} value={before ? `${before} ${name}` : name} />
        ))}
      </datalist>
    </>
  );
}
