import { zodResolver } from '@hookform/resolvers/zod';
import { FileAudio, X } from 'lucide-react';
import { useEffect } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { TrackFields } from '@/components/track/TrackFields';
import { emptyTrackForm, splitTags, trackSchema, uploadFieldsOf, type TrackForm } from '@/components/track/trackSchema';
import { Button } from '@/components/ui/Button';
import { IconButton } from '@/components/ui/IconButton';
import { useFormat } from '@/lib/format/useFormat';
import { CoverPicker } from './CoverPicker';
import { startUpload } from './engine';
import { dropItem, patchItem, type UploadItem } from './store';

/** The form again as it was when one left the page. */
function initial(item: UploadItem): TrackForm {
  const form: Record<string, string | boolean> = { ...emptyTrackForm, title: item.title };
  for (const [name, value] of Object.entries(item.fields)) form[name] = name.startsWith('is_') ? value === 'true' : value;
  form['tags'] = splitTags(String(form['tags'])).join(', ');
  return form as TrackForm;
}

export function DraftCard({ item }: { item: UploadItem }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { register, handleSubmit, getValues, formState } = useForm<TrackForm>({
    resolver: zodResolver(trackSchema),
    defaultValues: initial(item),
  });
  useEffect(() => () => patchItem(item.key, { fields: uploadFieldsOf(getValues()) }), [item.key, getValues]);

  return (
    <form
      data-draft
      noValidate
      onSubmit={(event) => void handleSubmit((form) => startUpload(item.key, uploadFieldsOf(form)))(event)}
      className="rounded-card border border-line p-4 sm:p-6"
    >
      <div className="mb-5 flex items-center gap-3">
        <FileAudio size={20} aria-hidden className="shrink-0 text-muted" />
        <p className="min-w-0 flex-1 truncate">
          {item.file.name} <span className="num ms-1 text-muted">{format.bytes(item.file.size)}</span>
        </p>
        <IconButton label={t('upload.remove', { name: item.file.name })} size="sm" onClick={() => dropItem(item.key)}>
          <X size={18} aria-hidden />
        </IconButton>
      </div>
      <div className="grid gap-6 sm:grid-cols-[160px_1fr]">
        <CoverPicker item={item} />
        <TrackFields register={register} errors={formState.errors} />
      </div>
      <div className="mt-6 flex justify-end">
        <Button type="submit" tone="accent">
          {t('upload.publish')}
        </Button>
      </div>
    </form>
  );
}
