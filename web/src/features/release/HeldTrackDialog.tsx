/* What a release says of one of its tracks: when it opens, and its ISRC. */

import { useTranslation } from 'react-i18next';
import { Dialog } from '@/components/ui/Dialog';
import { SelectField, TextField } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { FormButtons } from '@/components/ui/FormButtons';
import { useChangeTrack } from '@/lib/api/releases/changeTrack';
import type { Release, ReleaseTrack } from '@/lib/api/schema';
import { useForm } from '@/lib/form/useForm';
import { z } from '@/lib/zod';

const ACCESS = ['own', 'release', 'preview'] as const;

const schema = z.object({
  access: z.enum(ACCESS),
  isrc: z
    .string()
    .transform((value) => value.replace(/[\s-]/g, ''))
    .pipe(z.string().regex(/^([A-Za-z]{2}[A-Za-z0-9]{3}[0-9]{7})?$/, 'invalid')),
});

export default function HeldTrackDialog({ release, item, onClose }: { release: Release; item: ReleaseTrack; onClose: () => void }) {
  const { t } = useTranslation();
  const change = useChangeTrack(release.id);
  const form = useForm({
    schema,
    values: { access: item.access ?? 'own', isrc: item.isrc ?? '' },
    async send({ access, isrc }) {
      if (item.track_id !== null) await change.mutateAsync({ trackId: item.track_id, changes: { ...(access !== item.access ? { access } : {}), isrc: isrc || null } });
      onClose();
    },
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('releases.in_release')}>
      <Form form={form}>
        <p dir="auto" className="-mt-3 truncate text-muted">
          {item.title}
        </p>
        <SelectField label={t('releases.access')} hint={t('releases.access_hint')} {...form.field('access')}>
          {ACCESS.map((value) => (
            <option key={value} value={value}>
              {t(`releases.access_of.${value}`)}
            </option>
          ))}
        </SelectField>
        <TextField label={t('releases.isrc')} {...form.field('isrc')} mono autoComplete="off" placeholder="FRX012400001" />
        <FormButtons busy={form.busy} onCancel={onClose}>
          {t('common.save')}
        </FormButtons>
      </Form>
    </Dialog>
  );
}
