/* A guest without an account says who they are, before the first thing that they do. */

import { useTranslation } from 'react-i18next';
import { z } from 'zod';
import { Button } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import { TextField } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { joinAs } from '@/lib/api/queue/sessionActs';
import { useForm } from '@/lib/form/useForm';

const schema = z.object({ name: z.string().trim().min(1, 'required').max(50, 'too_long') });

export function GuestName({ token, onJoined, onClose }: { token: string; onJoined: () => void; onClose: () => void }) {
  const { t } = useTranslation();
  const form = useForm({
    schema,
    values: { name: '' },
    send: async ({ name }) => {
      await joinAs(token, name);
      onJoined();
    },
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('listen.who')} description={t('listen.who_hint')}>
      <Form form={form}>
        <TextField label={t('listen.name')} autoComplete="nickname" {...form.field('name')} />
        <Button type="submit" tone="accent" busy={form.busy}>
          {t('listen.join')}
        </Button>
      </Form>
    </Dialog>
  );
}
