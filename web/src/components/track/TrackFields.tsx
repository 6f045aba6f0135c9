/* The fields of a track's form, shared by upload and edit. The first few are what most people need. */

import { ChevronDown } from 'lucide-react';
import { useId } from 'react';
import type { FieldErrors, UseFormRegister } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { TextArea, TextField } from '@/components/ui/Field';
import { Toggle } from '@/components/ui/Toggle';
import { fieldText } from '@/lib/api/problemText';
import { GENRES, genreName } from '@/lib/genres';
import type { TrackForm } from './trackSchema';

interface TrackFieldsProps {
  register: UseFormRegister<TrackForm>;
  errors: FieldErrors<TrackForm>;
  /** Shows every field at once. */
  open?: boolean;
}

export function TrackFields({ register, errors, open = false }: TrackFieldsProps) {
  const { t } = useTranslation();
  const genres = useId();
  const error = (name: keyof TrackForm) => {
    const message = errors[name]?.message;
    return message ? fieldText(message, message, t) : undefined;
  };
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <TextField label={t('track.field.title')} {...register('title')} error={error('title')} autoComplete="off" />
      <TextField label={t('track.field.artist')} {...register('artist')} error={error('artist')} autoComplete="off" />
      <TextField label={t('track.field.genre')} {...register('genre')} error={error('genre')} list={genres} autoComplete="off" />
      <datalist id={genres}>
        {GENRES.map((genre) => (
          <option key={genre} value={genreName(genre)} />
        ))}
      </datalist>
      <TextField label={t('track.field.tags')} hint={t('track.hint.tags')} {...register('tags')} error={error('tags')} autoComplete="off" />
      <div className="grid gap-3 sm:col-span-2 sm:grid-cols-3">
        <Toggle label={t('track.field.is_public')} hint={t('track.hint.is_public')} {...register('is_public')} />
        <Toggle label={t('track.field.is_downloadable')} hint={t('track.hint.is_downloadable')} {...register('is_downloadable')} />
        <Toggle label={t('track.field.is_explicit')} {...register('is_explicit')} />
      </div>
      <details className="group sm:col-span-2" open={open}>
        <summary className="flex w-fit items-center gap-1.5 py-1 text-sm text-muted hover:text-ink">
          <ChevronDown size={16} aria-hidden className="transition-transform duration-150 group-open:rotate-180" />
          {t('track.more_fields')}
        </summary>
        <div className="mt-3 grid gap-4 sm:grid-cols-6">
          <TextField className="sm:col-span-6" label={t('track.field.album')} {...register('album')} error={error('album')} autoComplete="off" />
          <TextField className="sm:col-span-2" label={t('track.field.year')} {...register('year')} error={error('year')} inputMode="numeric" mono />
          <TextField className="sm:col-span-2" label={t('track.field.bpm')} {...register('bpm')} error={error('bpm')} inputMode="numeric" mono />
          <TextField
            className="sm:col-span-2"
            label={t('track.field.musical_key')}
            {...register('musical_key')}
            error={error('musical_key')}
            placeholder="F#m"
            mono
          />
          <TextArea className="sm:col-span-6" label={t('track.field.description')} {...register('description')} error={error('description')} />
        </div>
      </details>
    </div>
  );
}
