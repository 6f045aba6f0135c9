import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { TextField } from '@/components/ui/Field';
import { FormError } from '@/components/ui/FormError';
import { problemText } from '@/lib/api/problemText';

interface NameFormProps {
  name: string;
  submit: string;
  onName: (name: string) => Promise<unknown>;
}

/** For accounts without a password: one's name, typed out, guards against a slip. */
export function NameForm({ name, submit, onName }: NameFormProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const ready = typed.trim().toLowerCase() === name.toLowerCase();

  async function send() {
    if (!ready || busy) return;
    setBusy(true);
    setError(null);
    try {
      await onName(name);
    } catch (refusal) {
      setError(refusal);
    } finally {
      setBusy(false);
    }
  }

  return (
    <form
      className="space-y-5"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      {error != null && <FormError>{problemText(error, t)}</FormError>}
      <TextField label={t('data.delete.type', { name })} autoComplete="off" spellCheck={false} value={typed} onChange={(event) => setTyped(event.target.value)} />
      <Button type="submit" tone="danger" busy={busy} disabled={!ready} className="w-full">
        {submit}
      </Button>
    </form>
  );
}
