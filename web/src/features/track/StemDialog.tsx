/* Name and place of a stem. */

import { useTranslation } from 'react-i18next';
import { Dialog } from '@/components/ui/Dialog';
import { TextField } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { FormButtons } from '@/components/ui/FormButtons';
import { hasCode } from '@/lib/api/problem';
import { useChangeStem } from '@/lib/api/tracks/stems';
import type { Stem, Track } from '@/lib/api/schema';
import { useForm } from '@/lib/form/useForm';
import { z } from '@/lib/zod';

const MILLISECONDS = /^[-−]?\d{1,7}([.,]\d{1,3})?$/;
const schema = z.object({ name: z.string().trim().min(1, 'required').max(100, 'too_long'), offset: z.string().trim().regex(MILLISECONDS, 'invalid') });

const toNumber = (text: string) => Number(text.replace('−', '-').replace(',', '.'));

export default function StemDialog({ track, stem, onClose }: { track: Track; stem: Stem; onClose: () => void }) {
  const { t } = useTranslation();
  const change = useChangeStem(track.id);
  const form = useForm({
    schema,
    values: { name: stem.name, offset: String(Math.round((stem.offset_samples / stem.sample_rate) * 1_000_000) / 1000) },
    send: async ({ name, offset }) => {
      await change.mutateAsync({ stem_id: stem.id, name, offset_samples: Math.round((toNumber(offset) * stem.sample_rate) / 1000) });
      onClose();
    },
    refused: (error) => (hasCode(error, 'conflict') ? { name: t('stems.name_taken') } : undefined),
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('stems.edit_title', { name: stem.name })}>
      <Form form={form} guarded>
        <TextField label={t('stems.name')} {...form.field('name')} />
        <TextField label={t('stems.offset')} hint={t('stems.offset_hint')} mono inputMode="text" {...form.field('offset')} />
        <FormButtons busy={form.busy} onCancel={onClose}>
          {t('common.save')}
        </FormButtons>
      </Form>
    </Dialog>
  );
}
