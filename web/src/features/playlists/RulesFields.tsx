import { Plus, X } from 'lucide-react';
import { useFieldArray, useWatch, type FieldValues } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { SelectField, TextField } from '@/components/ui/Field';
import { IconButton } from '@/components/ui/IconButton';
import type { FormOf } from '@/lib/form/useForm';
import { PlaylistChoice } from './PlaylistChoice';
import { FIELDS, kindOf, MAX_CONDITIONS, newCondition, OPS, SORTS, type RulesForm } from './rules';

interface PartProps {
  form: FormOf<RulesForm>;
}

/** What a condition compares with. Yes or no needs nothing more. */
function Value({ form, place, own }: PartProps & { place: number; own: string | undefined }) {
  const { t } = useTranslation();
  const name = `conditions.${place}.value` as const;
  const condition = useWatch({ control: form.control, name: `conditions.${place}` });
  const kind = kindOf(condition.field);
  if (kind === 'none') return null;
  const label = t('rules.value_of', { place: place + 1 });
  if (kind === 'playlist') return <PlaylistChoice form={form} place={place} own={own} />;
  if (kind === 'text') return <TextField label={label} labelHidden autoComplete="off" maxLength={100} {...form.field(name)} />;
  return (
    <TextField
      label={label}
      labelHidden
      type="number"
      inputMode="decimal"
      step={kind === 'days' ? 1 : 'any'}
      trailing={<span className="pe-3 text-xs text-muted">{t(`rules.${kind}`)}</span>}
      {...form.field(name)}
    />
  );
}

function Condition({ form, place, own, onRemove }: PartProps & { place: number; own: string | undefined; onRemove: (() => void) | undefined }) {
  const { t } = useTranslation();
  const field = useWatch({ control: form.control, name: `conditions.${place}.field` });
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-2 border-b border-line pb-3 sm:grid-cols-[minmax(0,3fr)_minmax(0,3fr)_minmax(0,4fr)_auto]">
      <SelectField
        label={t('rules.field_of', { place: place + 1 })}
        labelHidden
        {...form.field(`conditions.${place}.field`, {
          onChange: ({ target }: { target: { value: RulesForm['conditions'][number]['field'] } }) => {
            form.setValue(`conditions.${place}.op`, OPS[target.value][0]);
            form.setValue(`conditions.${place}.value`, '');
            form.clearErrors(`conditions.${place}`);
          },
        })}
      >
        {FIELDS.map((one) => (
          <option key={one} value={one}>
            {t(`rules.field.${one}`)}
          </option>
        ))}
      </SelectField>
      <IconButton label={t('rules.remove', { place: place + 1 })} disabled={!onRemove} onClick={onRemove} className="sm:order-last">
        <X size={18} aria-hidden />
      </IconButton>
      {/* another list of choices is another element: its value is set after its choices are there */}
      <SelectField key={field} label={t('rules.op_of', { place: place + 1 })} labelHidden className="max-sm:col-span-2" {...form.field(`conditions.${place}.op`)}>
        {OPS[field].map((op) => (
          <option key={op} value={op}>
            {kindOf(field) === 'none' ? t(op === 'is' ? 'rules.yes' : 'rules.no') : t(`rules.op.${op}`)}
          </option>
        ))}
      </SelectField>
      <div className="max-sm:col-span-2">
        <Value form={form} place={place} own={own} />
      </div>
    </li>
  );
}

/** The rules of a smart playlist; `own` is its id, which its rules cannot name. */
export function RulesFields<V extends RulesForm & FieldValues>({ form: whole, own }: { form: FormOf<V>; own?: string | undefined }) {
  const { t } = useTranslation();
  const form = whole as unknown as FormOf<RulesForm>; /* of a form that has more, the part that is about rules */
  const { fields, append, remove } = useFieldArray({ control: form.control, name: 'conditions' });
  return (
    <>
      <fieldset>
        <legend className="mb-1.5 text-sm font-semibold">{t('rules.conditions')}</legend>
        <SelectField label={t('rules.match')} labelHidden {...form.field('match')} className="mb-3">
          <option value="all">{t('rules.all')}</option>
          <option value="any">{t('rules.any')}</option>
        </SelectField>
        <ul className="space-y-3">
          {fields.map(({ id }, place) => (
            <Condition key={id} form={form} place={place} own={own} onRemove={fields.length > 1 ? () => remove(place) : undefined} />
          ))}
        </ul>
        <Button size="sm" className="mt-3" disabled={fields.length >= MAX_CONDITIONS} onClick={() => append(newCondition())}>
          <Plus size={16} aria-hidden />
          {t('rules.add')}
        </Button>
      </fieldset>
      <div className="grid gap-3 sm:grid-cols-2">
        <SelectField label={t('rules.sort')} {...form.field('sort')}>
          {SORTS.map((sort) => (
            <option key={sort} value={sort}>
              {t(`rules.sort_by.${sort}`)}
            </option>
          ))}
        </SelectField>
        <TextField label={t('rules.limit')} type="number" inputMode="numeric" min={1} max={500} {...form.field('limit')} />
      </div>
    </>
  );
}
