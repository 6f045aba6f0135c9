/* How much a person, or everybody with a role, may store. */

import { useTranslation } from 'react-i18next';
import { Dialog } from '@/components/ui/Dialog';
import { TextField } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { FormButtons } from '@/components/ui/FormButtons';
import { useSetQuota, type QuotaOf } from '@/lib/api/admin/storage';
import { useForm } from '@/lib/form/useForm';
import { useFormat } from '@/lib/format/useFormat';
import { toast } from '@/lib/toast/store';
import { z } from '@/lib/zod';

const GB = 1e9;

/** Nothing, or a number of gigabytes with a point or a comma. */
const schema = z.object({
  gb: z.string().trim().refine((value) => /^(\d+([.,]\d+)?)?$/.test(value), 'invalid').refine((value) => (bytesOf(value) ?? 0) <= Number.MAX_SAFE_INTEGER, 'out_of_range'),
});

const bytesOf = (gb: string) => (gb.trim() === '' ? null : Math.round(Number(gb.trim().replace(',', '.')) * GB));
const gbOf = (bytes: number | null) => (bytes === null ? '' : String(Math.round((bytes / GB) * 1000) / 1000));

export interface QuotaTarget extends QuotaOf {
  name: string;
  /** What it says now; null: nothing of its own. */
  max_bytes: number | null;
}

export default function QuotaDialog({ target, onClose }: { target: QuotaTarget; onClose: () => void }) {
  const { t } = useTranslation();
  const f = useFormat();
  const set = useSetQuota();
  const { kind, id, name, max_bytes } = target;
  const form = useForm({
    schema,
    values: { gb: gbOf(max_bytes) },
    async send({ gb }) {
      if (gb !== gbOf(max_bytes)) await set.mutateAsync({ kind, id, max_bytes: bytesOf(gb) });
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
          trailing={<span className="pe-3 text-xs text-muted">{f.bytes(GB).replace(/[\d\s]/g, '')}</span>}
          {...form.field('gb')}
        />
        <FormButtons busy={form.busy} onCancel={onClose}>
          {t('common.save')}
        </FormButtons>
      </Form>
    </Dialog>
  );
}
