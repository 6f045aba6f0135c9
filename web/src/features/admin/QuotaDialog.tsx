/* How much a person, or everybody with a role, may store. */

import { useTranslation } from 'react-i18next';
import { Dialog } from '@/components/ui/Dialog';
import { TextField } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { FormButtons } from '@/components/ui/FormButtons';
import { useSetQuota, type QuotaOf } from '@/lib/api/admin/storage';
import { useForm } from '@/lib/form/useForm';
import { toast } from '@/lib/toast/store';
import { z } from '@/lib/zod';

const GIB = 2 ** 30;

/** Nothing, or a number of gibibytes with a point or a comma. */
const schema = z.object({
  gib: z.string().trim().refine((value) => /^(\d+([.,]\d+)?)?$/.test(value), 'invalid').refine((value) => bytesOf(value) === null || bytesOf(value)! <= Number.MAX_SAFE_INTEGER, 'out_of_range'),
});

export const bytesOf = (gib: string) => (gib.trim() === '' ? null : Math.round(Number(gib.trim().replace(',', '.')) * GIB));
const gibOf = (bytes: number | null) => (bytes === null ? '' : String(Math.round((bytes / GIB) * 1000) / 1000));

export interface QuotaTarget extends QuotaOf {
  name: string;
  /** What it says now; null: nothing of its own. */
  max_bytes: number | null;
}

export default function QuotaDialog({ target, onClose }: { target: QuotaTarget; onClose: () => void }) {
  const { t } = useTranslation();
  const set = useSetQuota();
  const { kind, id, name, max_bytes } = target;
  const form = useForm({
    schema,
    values: { gib: gibOf(max_bytes) },
    async send({ gib }) {
      await set.mutateAsync({ kind, id, max_bytes: bytesOf(gib) });
      toast(t('admin.saved', { name }), 'ok');
      onClose();
    },
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('admin.change_title', { name })} description={t(`admin.change_text.${kind}`)}>
      <Form form={form} guarded>
        <TextField
          label={t('admin.may_store')}
          hint={t(`admin.empty_means.${kind}`)}
          inputMode="decimal"
          autoComplete="off"
          mono
          trailing={<span className="pe-3 text-xs text-muted">GiB</span>}
          {...form.field('gib')}
        />
        <FormButtons busy={form.busy} onCancel={onClose}>
          {t('common.save')}
        </FormButtons>
      </Form>
    </Dialog>
  );
}
