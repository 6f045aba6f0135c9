import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { Button } from '@/components/ui/Button';
import { ConfirmDialog } from '@/components/ui/ConfirmDialog';
import { ErrorState } from '@/components/ui/ErrorState';
import { usePasskeys } from '@/lib/api/passkeys/list';
import { useRemovePasskey } from '@/lib/api/passkeys/remove';
import { problemText } from '@/lib/api/problemText';
import type { Passkey } from '@/lib/api/schema';
import { passkeysWork } from '@/lib/passkeys/device';
import { toast } from '@/lib/toast/store';
import { Section } from '../Section';
import { AddPasskey } from './AddPasskey';
import { PasskeyRow } from './PasskeyRow';

/** A passkey that is gone cannot be brought back, so it asks. */
function RemovePasskey({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  const { t } = useTranslation();
  const remove = useRemovePasskey();
  return (
    <ConfirmDialog
      title={t('security.passkeys.remove_title', { name: passkey.name })}
      text={t('security.passkeys.remove_text')}
      confirm={t('security.passkeys.remove_sure')}
      busy={remove.isPending}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(passkey.id, {
          onSuccess: () => toast(t('security.passkeys.removed', { name: passkey.name })),
          onError: (error) => toast(problemText(error, t), 'danger'),
          onSettled: onClose,
        })
      }
    />
  );
}

export function Passkeys() {
  const { t } = useTranslation();
  const passkeys = usePasskeys();
  const [adding, setAdding] = useState(false);
  const [leaving, setLeaving] = useState<Passkey | null>(null);
  return (
    <Section id="passkeys" title={t('security.passkeys.title')} lead={t('security.passkeys.lead')}>
      {passkeys.isPending && <PeaksSkeleton />}
      {passkeys.isLoadingError && <ErrorState error={passkeys.error} onRetry={() => void passkeys.refetch()} />}
      {passkeys.data && passkeys.data.items.length === 0 && (
        <p className="flex items-center gap-4 text-muted">
          <KeyRound size={24} aria-hidden className="shrink-0" />
          {t('security.passkeys.none')}
        </p>
      )}
      {passkeys.data && passkeys.data.items.length > 0 && (
        <ul className="divide-y divide-line">
          {passkeys.data.items.map((passkey) => (
            <PasskeyRow key={passkey.id} passkey={passkey} onRemove={() => setLeaving(passkey)} />
          ))}
        </ul>
      )}
      <div className="mt-5">
        {passkeysWork() ? (
          <Button onClick={() => setAdding(true)}>
            <Plus size={18} aria-hidden />
            {t('security.passkeys.add')}
          </Button>
        ) : (
          <p className="text-muted">{t('security.passkeys.unsupported')}</p>
        )}
      </div>
      {adding && <AddPasskey onClose={() => setAdding(false)} />}
      {leaving && <RemovePasskey passkey={leaving} onClose={() => setLeaving(null)} />}
    </Section>
  );
}
