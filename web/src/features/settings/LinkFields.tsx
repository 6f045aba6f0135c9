import { Plus, X } from 'lucide-react';
import { useFieldArray } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { TextField } from '@/components/ui/Field';
import { IconButton } from '@/components/ui/IconButton';
import type { FormOf } from '@/lib/form/useForm';
import { MAX_LINKS, type ProfileForm } from './schema';

/** Names of places elsewhere, each with its address. */
export function LinkFields({ form }: { form: FormOf<ProfileForm> }) {
  const { t } = useTranslation();
  const { fields, append, remove } = useFieldArray({ control: form.control, name: 'links' });
  return (
    <fieldset>
      <legend className="mb-1.5 font-semibold">{t('settings.profile.links')}</legend>
      <ul className="space-y-4">
        {fields.map(({ id }, index) => (
          <li key={id} className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-x-2 gap-y-2 sm:grid-cols-[160px_minmax(0,1fr)_auto]">
            <TextField
              label={t('settings.profile.link_name')}
              placeholder="Bandcamp"
              {...form.field(`links.${index}.name`)}
              className="max-sm:col-span-2"
            />
            <TextField
              label={t('settings.profile.link_url')}
              type="url"
              inputMode="url"
              placeholder="https://"
              {...form.field(`links.${index}.url`)}
            />
            <IconButton label={t('settings.profile.link_remove', { number: index + 1 })} className="mt-6.5" onClick={() => remove(index)}>
              <X size={18} aria-hidden />
            </IconButton>
          </li>
        ))}
      </ul>
      {fields.length < MAX_LINKS && (
        <Button size="sm" className="mt-3" onClick={() => append({ name: '', url: '' })}>
          <Plus size={16} aria-hidden />
          {t('settings.profile.link_add')}
        </Button>
      )}
    </fieldset>
  );
}
