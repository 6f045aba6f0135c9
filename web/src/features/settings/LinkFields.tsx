import { Plus, X } from 'lucide-react';
import { useFieldArray, type Control, type FieldErrors, type UseFormRegister } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { TextField } from '@/components/ui/Field';
import { IconButton } from '@/components/ui/IconButton';
import { MAX_LINKS, type ProfileForm } from './schema';
import { useFieldText } from './useFieldText';

interface LinkFieldsProps {
  control: Control<ProfileForm>;
  register: UseFormRegister<ProfileForm>;
  errors: FieldErrors<ProfileForm>['links'];
}

/** Names of places elsewhere, each with its address. */
export function LinkFields({ control, register, errors }: LinkFieldsProps) {
  const { t } = useTranslation();
  const text = useFieldText();
  const { fields, append, remove } = useFieldArray({ control, name: 'links' });
  return (
    <fieldset>
      <legend className="mb-1.5 font-semibold">{t('settings.profile.links')}</legend>
      <ul className="space-y-4">
        {fields.map((field, index) => (
          <li key={field.id} className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-x-2 gap-y-2 sm:grid-cols-[160px_minmax(0,1fr)_auto]">
            <TextField
              label={t('settings.profile.link_name')}
              placeholder="Bandcamp"
              {...register(`links.${index}.name`)}
              error={text(errors?.[index]?.name?.message)}
              className="max-sm:col-span-2"
            />
            <TextField
              label={t('settings.profile.link_url')}
              type="url"
              inputMode="url"
              placeholder="https://"
              {...register(`links.${index}.url`)}
              error={text(errors?.[index]?.url?.message)}
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
