import type { UseFormRegisterReturn } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { SelectField, TextField } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { useCreateApiKey } from '@/lib/api/developer/create';
import type { NewApiKey } from '@/lib/api/schema';
import { useForm } from '@/lib/form/useForm';
import { z } from '@/lib/zod';
import { LIFETIMES, SCOPES, wordOf } from './scopes';

const FOREVER = 'forever';

const schema = z.object({
  name: z.string().trim().min(1, 'required').max(100, 'too_long'),
  scopes: z.array(z.string()).min(1, 'no_scope'),
  lifetime: z.string(),
});

function ScopeChoice({ scope, ...props }: { scope: (typeof SCOPES)[number] } & UseFormRegisterReturn) {
  const { t } = useTranslation();
  return (
    <label className="flex items-start gap-3 rounded-card border border-line px-3 py-2.5 transition-colors duration-150 hover:border-line-strong has-checked:border-accent-text has-checked:bg-accent-wash">
      <input type="checkbox" value={scope} {...props} className="mt-0.5 size-4 shrink-0 accent-(--accent-text)" />
      <span className="min-w-0">
        <span className="font-semibold">{t(`developer.scope.${wordOf(scope)}.label`)}</span>{' '}
        <code className="num text-xs text-muted">{scope}</code>
        <span className="block text-xs text-muted">{t(`developer.scope.${wordOf(scope)}.hint`)}</span>
      </span>
    </label>
  );
}

export function NewKeyForm({ onMade }: { onMade: (made: NewApiKey) => void }) {
  const { t } = useTranslation();
  const create = useCreateApiKey();
  const form = useForm({
    schema,
    mode: 'onChange',
    values: { name: '', scopes: ['tracks:read'], lifetime: '90' },
    send: async ({ name, scopes, lifetime }) => onMade(await create.mutateAsync({ name, scopes, expires_in_days: lifetime === FOREVER ? null : Number(lifetime) })),
  });
  const scopes = form.field('scopes');

  return (
    <Form form={form} guarded>
      <TextField label={t('developer.name')} hint={t('developer.name_hint')} autoComplete="off" maxLength={100} {...form.field('name')} />
      <fieldset>
        <legend className="mb-1.5 text-sm font-semibold">{t('developer.scopes')}</legend>
        <div className="space-y-2">
          {SCOPES.map((scope) => (
            <ScopeChoice key={scope} scope={scope} {...form.register('scopes')} />
          ))}
        </div>
        {scopes.error && (
          <p role="alert" className="mt-1.5 text-sm text-danger">
            {scopes.error}
          </p>
        )}
      </fieldset>
      <SelectField label={t('developer.lifetime')} {...form.field('lifetime')}>
        {LIFETIMES.map((days) => (
          <option key={days ?? FOREVER} value={days ?? FOREVER}>
            {days === null ? t('developer.forever') : t('developer.days', { count: days })}
          </option>
        ))}
      </SelectField>
      <Button type="submit" tone="accent" busy={form.busy} className="w-full">
        {t('developer.make')}
      </Button>
    </Form>
  );
}
