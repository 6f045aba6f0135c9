/* The form of a release. */

import { Plus, X } from 'lucide-react';
import { useState, type ComponentProps } from 'react';
import { useFieldArray, useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { DownloadFormatsField } from '@/components/track/DownloadFormatsField';
import { CoverField, type CoverChange } from '@/components/track/CoverField';
import { Button } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import { SelectField, TextArea, TextField } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { FormButtons } from '@/components/ui/FormButtons';
import { IconButton } from '@/components/ui/IconButton';
import { Toggle } from '@/components/ui/Toggle';
import { Unsaved } from '@/components/ui/Unsaved';
import { useChangeReleaseCover } from '@/lib/api/releases/cover';
import { useUpdateRelease } from '@/lib/api/releases/update';
import { unreadyTracks } from '@/lib/api/releases/tracks';
import type { Release } from '@/lib/api/schema';
import { useForm, type FormOf } from '@/lib/form/useForm';
import { toast } from '@/lib/toast/store';
import { PublishQuestion } from './PublishQuestion';
import { LICENCE_NAMES } from '@/lib/licences';
import { changesOf, formOf, KINDS, releaseSchema, ROLES, VISIBILITIES, type ReleaseForm } from './releaseSchema';

function Credits({ form }: { form: FormOf<ReleaseForm> }) {
  const { t } = useTranslation();
  const { fields, append, remove } = useFieldArray({ control: form.control, name: 'credits' });
  return (
    <fieldset className="sm:col-span-2">
      <legend className="mb-1.5 text-sm font-semibold">{t('releases.credits')}</legend>
      <ul className="space-y-3">
        {fields.map((one, i) => (
          <li key={one.id} className="flex items-start gap-2">
            <div className="grid min-w-0 flex-1 gap-2 sm:grid-cols-2">
              <TextField label={t('releases.credit_name', { place: i + 1 })} {...form.field(`credits.${i}.name`)} autoComplete="off" />
              <SelectField label={t('releases.credit_role', { place: i + 1 })} {...form.field(`credits.${i}.role`)}>
                {ROLES.map((role) => (
                  <option key={role} value={role}>
                    {t(`releases.role.${role}`)}
                  </option>
                ))}
              </SelectField>
            </div>
            <IconButton label={t('releases.credit_remove', { place: i + 1 })} onClick={() => remove(i)} className="mt-6">
              <X size={18} aria-hidden />
            </IconButton>
          </li>
        ))}
      </ul>
      <Button size="sm" className="mt-3" disabled={fields.length >= 200} onClick={() => append({ name: '', role: 'performer' })}>
        <Plus size={16} aria-hidden />
        {t('releases.credit_add')}
      </Button>
    </fieldset>
  );
}

export default function ReleaseDialog({ release, onSaved, onClose }: { release: Release; onSaved: (release: Release) => void; onClose: () => void }) {
  const { t } = useTranslation();
  const update = useUpdateRelease();
  const changeCover = useChangeReleaseCover();
  const [cover, setCover] = useState<CoverChange>();
  const [question, setQuestion] = useState<ComponentProps<typeof PublishQuestion> | null>(null);
  const form = useForm({
    schema: releaseSchema,
    values: formOf(release),
    async send(values) {
      if (values.visibility !== 'private' && values.visibility !== release.visibility) {
        const { items, total } = await unreadyTracks(release.id);
        const answer = () => new Promise<boolean>((onAnswer) => setQuestion({ tracks: items, total: total ?? items.length, onAnswer }));
        const goesOn = items.length === 0 || (await answer());
        setQuestion(null);
        if (!goesOn) return;
      }
      if (cover !== undefined) await changeCover.mutateAsync({ id: release.id, file: cover });
      setCover(undefined);
      const saved = await update.mutateAsync({ id: release.id, changes: changesOf(values, release) });
      toast(t('releases.saved'), 'ok');
      onSaved(saved);
    },
  });
  const { control, field, register } = form;
  const [visibility, publishZone, releaseZone, offers] = useWatch({ control, name: ['visibility', 'publish_zone', 'release_zone', 'is_downloadable'] });
  const zone = (name: string) => t('track.hint.zone', { zone: name.replaceAll('_', ' ') });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('releases.edit_title')} wide>
      <Form form={form} guarded>
        <Unsaved when={cover !== undefined} />
        <CoverField track={{ id: release.id, cover_url: release.cover_url, waveform_url: null }} value={cover} onChange={setCover} />
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField label={t('track.field.title')} {...field('title')} autoComplete="off" />
          <TextField label={t('track.field.artist')} {...field('artist')} placeholder={release.creator.display_name} autoComplete="off" />
          <SelectField label={t('releases.kind')} {...field('kind')}>
            {KINDS.map((kind) => (
              <option key={kind} value={kind}>
                {t(`common.release.kind.${kind}`)}
              </option>
            ))}
          </SelectField>
          <TextField label={t('releases.slug')} hint={t('releases.slug_hint')} {...field('slug')} mono autoComplete="off" />
          <SelectField label={t('track.field.visibility')} hint={t(`releases.visibility_hint.${visibility}`)} {...field('visibility')}>
            {VISIBILITIES.map((value) => (
              <option key={value} value={value}>
                {t(`track.status.${value}`)}
              </option>
            ))}
          </SelectField>
          {visibility === 'scheduled' && (
            <TextField label={t('track.field.publish_at')} hint={zone(publishZone)} type="datetime-local" mono {...field('publish_at')} />
          )}
          <TextField label={t('releases.date')} hint={`${t('releases.date_hint')} ${zone(releaseZone)}`} type="datetime-local" mono {...field('release_at')} />
          <SelectField label={t('releases.fact.licence')} {...field('licence')}>
            {LICENCE_NAMES.map((name) => (
              <option key={name} value={name}>
                {t(`releases.licence.${name}`)}
              </option>
            ))}
          </SelectField>
          <div className="sm:col-span-2">
            <Toggle label={t('releases.is_downloadable')} hint={t('releases.is_downloadable_hint')} {...register('is_downloadable')} />
          </div>
          {offers && <DownloadFormatsField register={register} />}
          <TextField label={t('releases.fact.label')} {...field('label')} autoComplete="off" />
          <TextField label={t('releases.fact.upc')} hint={t('releases.upc_hint')} {...field('upc')} inputMode="numeric" mono autoComplete="off" />
          <Credits form={form} />
          <TextArea className="sm:col-span-2" label={t('track.field.description')} {...field('description')} />
        </div>
        <FormButtons busy={form.busy} onCancel={onClose}>
          {t('common.save')}
        </FormButtons>
      </Form>
      {question && <PublishQuestion {...question} />}
    </Dialog>
  );
}
