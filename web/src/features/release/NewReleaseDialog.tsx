/* A new release: what it is called, what it is, and which tracks are in it. All else is said on its page. */

import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '@/components/ui/Dialog';
import { SelectField, TextField } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { FormButtons } from '@/components/ui/FormButtons';
import { Toggle } from '@/components/ui/Toggle';
import { useCreateRelease } from '@/lib/api/releases/create';
import type { Release } from '@/lib/api/schema';
import { useForm } from '@/lib/form/useForm';
import { z } from '@/lib/zod';
import { ChooseTracks } from './ChooseTracks';
import { KINDS } from './releaseSchema';

const schema = z.object({ title: z.string().trim().min(1, 'required').max(255, 'too_long'), kind: z.enum(KINDS), follow: z.boolean() });

export default function NewReleaseDialog({ onMade, onClose }: { onMade: (release: Release) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const create = useCreateRelease();
  const [chosen, setChosen] = useState<string[]>([]);
  const form = useForm({
    schema,
    values: { title: '', kind: 'album' as (typeof KINDS)[number], follow: false },
    send: async ({ title, kind, follow }) => onMade(await create.mutateAsync({ title, kind, track_ids: chosen, access: follow ? 'release' : 'own' })),
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('releases.new')}>
      <Form form={form} guarded>
        <TextField label={t('track.field.title')} {...form.field('title')} autoComplete="off" />
        <SelectField label={t('releases.kind')} {...form.field('kind')}>
          {KINDS.map((kind) => (
            <option key={kind} value={kind}>
              {t(`common.release.kind.${kind}`)}
            </option>
          ))}
        </SelectField>
        <ChooseTracks chosen={chosen} onChange={setChosen} />
        <Toggle label={t('releases.follow')} hint={t('releases.follow_hint')} {...form.register('follow')} />
        <FormButtons busy={form.busy} onCancel={onClose}>
          {t('releases.create')}
        </FormButtons>
      </Form>
    </Dialog>
  );
}
