import { KeyRound, Pencil, Trash2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { inputClass } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { IconButton } from '@/components/ui/IconButton';
import { useRenamePasskey } from '@/lib/api/passkeys/rename';
import { problemText } from '@/lib/api/problemText';
import type { Passkey } from '@/lib/api/schema';
import { useForm } from '@/lib/form/useForm';
import { useFormat } from '@/lib/format/useFormat';
import { toast } from '@/lib/toast/store';
import { z } from '@/lib/zod';

const schema = z.object({ name: z.string().trim() });

interface RenameProps {
  passkey: Passkey;
  onDone: () => void;
}

/** In place: Enter keeps the new name, Escape the old one. */
function Rename({ passkey, onDone }: RenameProps) {
  const { t } = useTranslation();
  const rename = useRenamePasskey();
  const form = useForm({
    schema,
    values: { name: passkey.name },
    send({ name }) {
      onDone();
      if (name && name !== passkey.name) rename.mutate({ id: passkey.id, name }, { onError: (error) => toast(problemText(error, t), 'danger') });
    },
  });
  const { setFocus } = form;
  useEffect(() => setFocus('name', { shouldSelect: true }), [setFocus]);

  return (
    <Form form={form} guarded className="flex min-w-0 flex-1 flex-wrap gap-2">
      <input
        dir="auto"
        aria-label={t('security.passkeys.name')}
        className={`${inputClass} h-8 max-w-60 min-w-0 flex-1`}
        maxLength={100}
        {...form.register('name')}
        onKeyDown={(event) => event.key === 'Escape' && onDone()}
      />
      <Button type="submit" size="sm">
        {t('common.save')}
      </Button>
    </Form>
  );
}

interface PasskeyRowProps {
  passkey: Passkey;
  onRemove: () => void;
}

export function PasskeyRow({ passkey, onRemove }: PasskeyRowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const [renaming, setRenaming] = useState(false);
  const pencil = useRef<HTMLButtonElement>(null);
  const wasRenaming = useRef(false);
  useEffect(() => {
    if (wasRenaming.current && !renaming) pencil.current?.focus();
    wasRenaming.current = renaming;
  }, [renaming]);
  return (
    <li className="flex items-center gap-4 py-3">
      <KeyRound size={20} aria-hidden className="shrink-0 text-muted" />
      {renaming ? (
        <Rename passkey={passkey} onDone={() => setRenaming(false)} />
      ) : (
        <div className="min-w-0 flex-1">
          <p dir="auto" className="font-semibold break-words">{passkey.name}</p>
          <p className="text-xs text-muted">
            <span className="me-3">{t('common.created', { date: format.day(passkey.created_at) })}</span>
            {passkey.last_used_at ? t('common.used', { when: format.ago(passkey.last_used_at) }) : t('common.never_used')}
          </p>
        </div>
      )}
      {!renaming && (
        <div className="flex shrink-0">
          <IconButton ref={pencil} size="sm" label={t('security.passkeys.rename', { name: passkey.name })} onClick={() => setRenaming(true)}>
            <Pencil size={16} aria-hidden />
          </IconButton>
          <IconButton size="sm" label={t('security.passkeys.remove', { name: passkey.name })} onClick={onRemove}>
            <Trash2 size={16} aria-hidden />
          </IconButton>
        </div>
      )}
    </li>
  );
}
