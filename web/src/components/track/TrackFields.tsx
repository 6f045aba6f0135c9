/* The fields of a track's form, shared by upload and edit. The first few are what most people need. */

import { ChevronDown } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import { useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { SelectField, TextArea, TextField } from '@/components/ui/Field';
import { Toggle } from '@/components/ui/Toggle';
import type { FormOf } from '@/lib/form/useForm';
import { GENRES, genreName } from '@/lib/genres';
import { keyName } from '@/lib/musicalKey';
import { TagsField } from './TagsField';
import { DownloadFormatsField } from './DownloadFormatsField';
import { VISIBILITIES, type TrackForm } from './trackSchema';

interface TrackFieldsProps {
  form: FormOf<TrackForm>;
  /** Shows every field at once. */
  open?: boolean;
  /** Tempo and key that are shown where the form says none. */
  measured?: { measured_bpm: number | null; measured_key: string | null } | undefined;
}

/** Those that are folded away at first, as long as nothing is wrong with them. */
const FOLDED = ['album', 'year', 'bpm', 'musical_key', 'comments_days', 'description'] as const;

export function TrackFields({ form, open = false, measured }: TrackFieldsProps) {
  const { t } = useTranslation();
  const genres = useId();
  const { control, field, register, formState } = form;
  const isWrong = FOLDED.some((name) => formState.errors[name]);
  const [shown, setShown] = useState(false);
  /* It opens for what is wrong, and stays open while that is corrected. */
  useEffect(() => {
    if (isWrong) setShown(true);
  }, [isWrong, formState.submitCount]);
  const [visibility, zone, offers, isOpen] = useWatch({ control, name: ['visibility', 'publish_zone', 'is_downloadable', 'comments_open'] });
  const measuredHint = (value: string | undefined) => (value ? { hint: t('track.hint.measured', { value }) } : {});
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <TextField label={t('track.field.title')} {...field('title')} autoComplete="off" />
      <TextField label={t('track.field.artist')} {...field('artist')} autoComplete="off" />
      <TextField label={t('track.field.genre')} {...field('genre')} list={genres} autoComplete="off" />
      <datalist id={genres}>
        {GENRES.map((genre) => (
          <option key={genre} value={genreName(genre)} />
        ))}
      </datalist>
      <TagsField form={form} />
      <SelectField label={t('track.field.visibility')} hint={t(`track.hint.visibility.${visibility}`)} {...field('visibility')}>
        {VISIBILITIES.map((value) => (
          <option key={value} value={value}>
            {t(`track.status.${value}`)}
          </option>
        ))}
      </SelectField>
      {visibility === 'scheduled' && (
        <TextField
          label={t('track.field.publish_at')}
          hint={t('track.hint.zone', { zone: zone.replaceAll('_', ' ') })}
          type="datetime-local"
          mono
          {...field('publish_at')}
        />
      )}
      <div className="grid gap-3 sm:col-span-2 sm:grid-cols-3">
        <Toggle label={t('track.field.is_downloadable')} hint={t('track.hint.is_downloadable')} {...register('is_downloadable')} />
        <Toggle label={t('track.field.is_explicit')} {...register('is_explicit')} />
        <Toggle label={t('track.field.comments_open')} hint={t('track.hint.comments_open')} {...register('comments_open')} />
      </div>
      {offers && <DownloadFormatsField register={register} />}
      <details className="group sm:col-span-2" open={open || shown} onToggle={(event) => setShown(event.currentTarget.open)}>
        <summary className="flex w-fit items-center gap-1.5 py-1 text-sm text-muted hover:text-ink">
          <ChevronDown size={16} aria-hidden className="transition-transform duration-150 group-open:rotate-180" />
          {t('track.more_fields')}
        </summary>
        <div className="mt-3 grid gap-4 sm:grid-cols-6">
          <TextField className="sm:col-span-6" label={t('track.field.album')} {...field('album')} autoComplete="off" />
          <TextField className="sm:col-span-2" label={t('track.field.year')} {...field('year')} inputMode="numeric" mono />
          <TextField className="sm:col-span-2" label={t('track.field.bpm')} {...measuredHint(measured?.measured_bpm?.toString())} {...field('bpm')} inputMode="numeric" mono />
          <TextField
            className="sm:col-span-2"
            label={t('track.field.musical_key')}
            {...measuredHint(measured?.measured_key ? keyName(measured.measured_key, t) : undefined)}
            {...field('musical_key')}
            placeholder="F#m"
            mono
          />
          {/* not needed where comments are closed, unless something is wrong with it */}
          <TextField
            className={isOpen || formState.errors.comments_days ? 'sm:col-span-2' : 'hidden'}
            label={t('track.field.comments_days')}
            hint={t('track.hint.comments_days')}
            {...field('comments_days')}
            inputMode="numeric"
            mono
          />
          <TextArea className="sm:col-span-6" label={t('track.field.description')} {...field('description')} />
        </div>
      </details>
    </div>
  );
}
