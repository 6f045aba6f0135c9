import { KeyRound, Pencil, Trash2 } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { inputClass } from '@/components/ui/Field';
import { IconButton } from '@/components/ui/IconButton';
import { Unsaved } from '@/components/ui/Unsaved';
import { useRenamePasskey } from '@/lib/api/passkeys/rename';
import { problemText } from '@/lib/api/problemText';
import type { Passkey } from '@/lib/api/schema';
import { useFormat } from '@/lib/format/useFormat';
import { toast } from '@/lib/toast/store';

interface RenameProps {
  passkey: Passkey;
  onDone: () => void;
}

/** In place: Enter keeps the new name, Escape the old one. */
function Rename({ passkey, onDone }: RenameProps) {
  const { t } = useTranslation();
  const rename = useRenamePasskey();
  const field = useRef<HTMLInputElement>(null);
  const [name, setName] = useState(passkey.name);
  useEffect(() => field.current?.select(), []);

  function save() {
    const typed = name.trim();
    onDone();
    if (typed && typed !== passkey.name) rename.mutate({ id: passkey.id, name: typed }, { onError: (error) => toast(problemText(error, t), 'danger') });
  }

  return (
    <form
      className="flex min-w-0 flex-1 flex-wrap gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <Unsaved when={name !== passkey.name} />
      <input
        dir="auto"
        ref={field}
        aria-label={t('security.passkeys.name')}
        className={`${inputClass} h-8 max-w-60 min-w-0 flex-1`}
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && onDone()}
      />
      <Button type="submit" size="sm">
        {t('common.save')}
      </Button>
    </form>
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
            <span className="me-3">{t('security.created', { date: format.day(passkey.created_at) })}</span>
            {passkey.last_used_at ? t('security.used', { when: format.ago(passkey.last_used_at) }) : t('security.never_used')}
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
