import { FileAudio, Pause, Play, X } from 'lucide-react';
import { useEffect } from 'react';
import { useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { TrackFields } from '@/components/track/TrackFields';
import { trackSchema, type TrackForm } from '@/components/track/trackSchema';
import { Button } from '@/components/ui/Button';
import { Form } from '@/components/ui/Form';
import { IconButton } from '@/components/ui/IconButton';
import { Progress } from '@/components/ui/Progress';
import { useForm, type FormOf } from '@/lib/form/useForm';
import { useFormat } from '@/lib/format/useFormat';
import { toast } from '@/lib/toast/store';
import { CoverPicker } from './CoverPicker';
import { draftForm, filled } from './draftForm';
import { dropDraft, mayRetry, pauseUpload, publish, resumeUpload, retryUpload, tagsRead, wasRefused } from './engine';
import { isActive, itemOf, noteTyped, overall, patchItem, stateOf, type UploadItem } from './store';
import { UploadDetail } from './UploadDetail';

function fillIn(key: string, setValue: FormOf<TrackForm>['setValue']) {
  const now = itemOf(key);
  for (const [name, value] of Object.entries(now ? filled(now) : {})) setValue(name as keyof TrackForm, value, { shouldValidate: name === 'title' });
}

export function DraftCard({ item }: { item: UploadItem }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { key, file } = item;
  const form = useForm({
    schema: trackSchema,
    values: draftForm(item),
    async before({ setValue }) {
      await tagsRead(key);
      fillIn(key, setValue);
    },
    send: (values) => publish(key, values),
  });
  const { control, getValues, setValue } = form;
  const visibility = useWatch({ control, name: 'visibility' });
  const isFailed = stateOf(item) === 'failed';
  const isRefused = wasRefused(item);

  useEffect(() => fillIn(key, setValue), [item.tags, key, setValue]);
  useEffect(
    () => () => {
      if (itemOf(key)?.saving === 'draft') patchItem(key, { form: getValues() }); /* what is published has been checked and trimmed */
    },
    [key, getValues],
  );

  return (
    <Form
      form={form}
      data-draft={isRefused ? undefined : key}
      onInput={({ target }) => noteTyped(key, (target as HTMLInputElement).name as keyof TrackForm)}
      className="rounded-card border border-line p-4 sm:p-6"
    >
      <div className="mb-5 flex items-center gap-3">
        <FileAudio size={20} aria-hidden className="shrink-0 text-muted" />
        <div className="min-w-0 flex-1">
          <p className="truncate">
            <bdi>{file.name}</bdi> <span className="num ms-1 text-muted">{format.bytes(file.size)}</span>
          </p>
          <p className="mt-0.5 text-sm text-muted" role={isFailed ? 'alert' : undefined}>
            <UploadDetail item={item} />
          </p>
          {(isActive(item) || item.phase === 'paused') && <Progress className="mt-2" value={overall(item)} label={t('upload.progress_of', { title: file.name })} />}
        </div>
        {mayRetry(item) && (
          <Button size="sm" onClick={() => retryUpload(key)}>
            {t('common.retry')}
          </Button>
        )}
        {(item.phase === 'sending' || item.phase === 'waiting') && (
          <IconButton label={t('upload.pause_one', { name: file.name })} size="sm" onClick={() => pauseUpload(key)}>
            <Pause size={18} aria-hidden />
          </IconButton>
        )}
        {item.phase === 'paused' && (
          <IconButton label={t('upload.resume_one', { name: file.name })} size="sm" onClick={() => resumeUpload(key)}>
            <Play size={18} aria-hidden />
          </IconButton>
        )}
        <IconButton label={t('upload.remove', { name: file.name })} size="sm" onClick={() => void dropDraft(key).catch(() => toast(t('upload.remove_failed'), 'danger'))}>
          <X size={18} aria-hidden />
        </IconButton>
      </div>
      <div className="grid gap-6 sm:grid-cols-[160px_1fr]">
        <CoverPicker item={item} />
        <TrackFields form={form} />
      </div>
      <div className="mt-6 flex flex-wrap items-center justify-end gap-x-4 gap-y-2">
        {visibility === 'public' && item.trackId && <p className="text-sm text-muted">{t('upload.private_until')}</p>}
        <Button type="submit" tone="accent" disabled={isRefused}>
          {t(visibility === 'public' ? 'upload.publish' : `upload.publish_${visibility}`)}
        </Button>
      </div>
    </Form>
  );
}
