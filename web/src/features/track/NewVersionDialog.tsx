/* Chooses the file that replaces the sound of a track. */

import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '@/components/ui/Dialog';
import { TextArea } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { FormButtons } from '@/components/ui/FormButtons';
import type { Track } from '@/lib/api/schema';
import { useForm } from '@/lib/form/useForm';
import { ACCEPT } from '@/lib/uploads/soundFiles';
import { z } from '@/lib/zod';
import { sendVersion } from './versionUpload';

const schema = z.object({ changelog: z.string().max(2000, 'too_long') });

export default function NewVersionDialog({ track, onClose }: { track: Track; onClose: () => void }) {
  const { t } = useTranslation();
  const id = useId();
  const [file, setFile] = useState<File | null>(null);
  const [missing, setMissing] = useState(false);
  const form = useForm({
    schema,
    values: { changelog: '' },
    send: ({ changelog }) => {
      setMissing(!file);
      if (!file) return Promise.resolve();
      void sendVersion(track.id, file, changelog.trim());
      onClose();
      return Promise.resolve();
    },
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('versions.new')} description={t('versions.new_hint')}>
      <Form form={form}>
        <div>
          <label htmlFor={id} className="mb-1.5 block text-sm font-semibold">
            {t('versions.file')}
          </label>
          <input
            id={id}
            type="file"
            accept={ACCEPT}
            aria-invalid={missing || undefined}
            aria-describedby={missing ? `${id}-missing` : undefined}
            className="block w-full text-sm file:me-3 file:h-10 file:rounded-card file:border file:border-line-strong file:bg-transparent file:px-4 file:text-ink"
            onChange={(event) => {
              setFile(event.target.files?.[0] ?? null);
              setMissing(false);
            }}
          />
          {missing && (
            <p id={`${id}-missing`} className="mt-1.5 text-sm text-danger">
              {t('versions.file_missing')}
            </p>
          )}
        </div>
        <TextArea label={t('versions.changelog')} hint={t('versions.changelog_hint')} rows={4} {...form.field('changelog')} />
        <FormButtons busy={form.busy} onCancel={onClose}>
          {t('versions.send')}
        </FormButtons>
      </Form>
    </Dialog>
  );
}
