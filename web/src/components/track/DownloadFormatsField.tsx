/* The boxes for the formats in which a track or a release may be downloaded. */

import type { ComponentProps } from 'react';
import { useTranslation } from 'react-i18next';
import { CheckField } from '@/components/ui/CheckField';
import { FORMATS } from './downloadFormats';

/** `register` is that of the form, which has a field `download_…` for each format. */
export function DownloadFormatsField({ register }: { register: (name: `download_${(typeof FORMATS)[number]}`) => Partial<ComponentProps<typeof CheckField>> }) {
  const { t } = useTranslation();
  return (
    <fieldset className="sm:col-span-2">
      <legend className="mb-2 text-sm text-muted">{t('track.field.download_formats')}</legend>
      <div className="grid gap-2 sm:grid-cols-3">
        {FORMATS.map((format) => (
          <CheckField key={format} label={t(`track.field.download_${format}`)} {...register(`download_${format}`)} />
        ))}
      </div>
    </fieldset>
  );
}
