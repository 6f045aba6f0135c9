import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { SelectField, TextField } from '@/components/ui/Field';
import { FormError } from '@/components/ui/FormError';
import { Unsaved } from '@/components/ui/Unsaved';
import { useCreateApiKey } from '@/lib/api/developer/create';
import { problemText } from '@/lib/api/problemText';
import type { NewApiKey } from '@/lib/api/schema';
import { LIFETIMES, SCOPES, wordOf } from './scopes';

function ScopeChoice({ scope, on, onChange }: { scope: string; on: boolean; onChange: (on: boolean) => void }) {
  const { t } = useTranslation();
  return (
    <label className="flex items-start gap-3 rounded-card border border-line px-3 py-2.5 transition-colors duration-150 hover:border-line-strong has-checked:border-accent-text has-checked:bg-accent-wash">
      <input type="checkbox" checked={on} onChange={(event) => onChange(event.target.checked)} className="mt-0.5 size-4 shrink-0 accent-(--accent-text)" />
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
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly string[]>(['tracks:read']);
  const [days, setDays] = useState<number | null>(90);
  const [missing, setMissing] = useState(false);

  function send() {
    setMissing(!name.trim());
    if (!name.trim() || scopes.length === 0 || create.isPending) return;
    create.mutate({ name: name.trim(), scopes: [...scopes], expires_in_days: days }, { onSuccess: onMade });
  }

  return (
    <form
      className="space-y-5"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Unsaved when={name.trim() !== '' || scopes.length !== 1} />
      {create.isError && <FormError>{problemText(create.error, t)}</FormError>}
      <TextField
        label={t('developer.name')}
        hint={t('developer.name_hint')}
        autoComplete="off"
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={missing ? t('errors.field.required') : undefined}
      />
      <fieldset>
        <legend className="mb-1.5 text-sm font-semibold">{t('developer.scopes')}</legend>
        <div className="space-y-2">
          {SCOPES.map((scope) => (
            <ScopeChoice
              key={scope}
              scope={scope}
              on={scopes.includes(scope)}
              onChange={(on) => setScopes(on ? [...scopes, scope] : scopes.filter((one) => one !== scope))}
            />
          ))}
        </div>
        {scopes.length === 0 && (
          <p role="alert" className="mt-1.5 text-sm text-danger">
            {t('developer.no_scope')}
          </p>
        )}
      </fieldset>
      <SelectField label={t('developer.lifetime')} value={String(days)} onChange={(event) => setDays(event.target.value === 'null' ? null : Number(event.target.value))}>
        {LIFETIMES.map((one) => (
          <option key={String(one)} value={String(one)}>
            {one === null ? t('developer.forever') : t('developer.days', { count: one })}
          </option>
        ))}
      </SelectField>
      <Button type="submit" tone="accent" busy={create.isPending} className="w-full">
        {t('developer.make')}
      </Button>
    </form>
  );
}
