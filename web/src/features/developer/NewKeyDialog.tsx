/* Making a key, and showing it: the server keeps only its hash, so this is the one time. */

import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { CopyField } from '@/components/ui/CopyField';
import { Dialog } from '@/components/ui/Dialog';
import { Unsaved } from '@/components/ui/Unsaved';
import type { NewApiKey } from '@/lib/api/schema';
import { curlOf } from './Example';
import { NewKeyForm } from './NewKeyForm';

function Made({ made, onClose }: { made: NewApiKey; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="space-y-5">
      <Unsaved when />
      <CopyField label={t('developer.key')} value={made.key} />
      <div>
        <p className="mb-1.5 text-muted">{t('developer.try')}</p>
        <CopyField label={t('developer.example')} value={curlOf(made.key)} />
      </div>
      <Button tone="accent" className="w-full" onClick={onClose}>
        {t('developer.kept')}
      </Button>
    </div>
  );
}

export function NewKeyDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [made, setMade] = useState<NewApiKey | null>(null);
  return (
    <Dialog
      open
      wide={made !== null}
      closable={!made}
      onOpenChange={(open) => !open && !made && onClose()}
      title={made ? t('developer.made', { name: made.name }) : t('developer.new')}
      description={t(made ? 'developer.made_text' : 'developer.new_text')}
    >
      {made ? <Made made={made} onClose={onClose} /> : <NewKeyForm onMade={setMade} />}
    </Dialog>
  );
}
