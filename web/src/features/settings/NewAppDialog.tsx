/* A password for a music app: made, and shown this once. */

import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { CopyField } from '@/components/ui/CopyField';
import { Dialog } from '@/components/ui/Dialog';
import { TextField } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { Unsaved } from '@/components/ui/Unsaved';
import { useCreateAppPassword } from '@/lib/api/apps/create';
import type { NewAppPassword } from '@/lib/api/schema';
import { useForm } from '@/lib/form/useForm';
import { z } from '@/lib/zod';

const schema = z.object({ name: z.string().trim().min(1, 'required').max(100, 'too_long') });

function NewAppForm({ onMade }: { onMade: (made: NewAppPassword) => void }) {
  const { t } = useTranslation();
  const create = useCreateAppPassword();
  const form = useForm({ schema, values: { name: '' }, send: async (wish) => onMade(await create.mutateAsync(wish)) });
  return (
    <Form form={form} guarded>
      <TextField label={t('apps.name')} hint={t('apps.name_hint')} autoComplete="off" maxLength={100} {...form.field('name')} />
      <Button type="submit" tone="accent" busy={form.busy} className="w-full">
        {t('apps.make')}
      </Button>
    </Form>
  );
}

function Made({ made, onClose }: { made: NewAppPassword; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="space-y-5">
      <Unsaved when />
      {([['server', made.server_url], ['username', made.username], ['password', made.password]] as const).map(([what, value]) => (
        <div key={what}>
          <p className="mb-1.5 text-sm font-semibold">{t(`apps.${what}`)}</p>
          <CopyField label={t(`apps.${what}`)} value={value} />
        </div>
      ))}
      <p className="text-sm text-muted">{t('apps.key_hint')}</p>
      <Button tone="accent" className="w-full" onClick={onClose}>
        {t('apps.kept')}
      </Button>
    </div>
  );
}

export function NewAppDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [made, setMade] = useState<NewAppPassword | null>(null);
  return (
    <Dialog
      open
      closable={!made}
      onOpenChange={(open) => !open && !made && onClose()}
      title={made ? t('apps.made', { name: made.name }) : t('apps.new')}
      description={t(made ? 'apps.made_text' : 'apps.new_text')}
    >
      {made ? <Made made={made} onClose={onClose} /> : <NewAppForm onMade={setMade} />}
    </Dialog>
  );
}
