/* The form of a smart playlist: a new one, or the rules of one that is there. */

import { useTranslation } from 'react-i18next';
import { Dialog } from '@/components/ui/Dialog';
import { TextField } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { FormButtons } from '@/components/ui/FormButtons';
import { hasCode } from '@/lib/api/problem';
import type { Playlist } from '@/lib/api/schema';
import { useForm } from '@/lib/form/useForm';
import { z } from '@/lib/zod';
import { formOf, rulesOf, rulesSchema, type Rules } from './rules';
import { RulesFields } from './RulesFields';

const schema = rulesSchema.extend({ name: z.string().trim().min(1, 'required').max(200, 'too_long') });

interface SmartPlaylistDialogProps {
  /** The one whose rules are changed. */
  playlist?: Playlist;
  onSave: (form: { name: string; rules: Rules }) => Promise<unknown>;
  onClose: () => void;
}

export function SmartPlaylistDialog({ playlist, onSave, onClose }: SmartPlaylistDialogProps) {
  const { t } = useTranslation();
  const form = useForm({
    schema,
    values: { name: playlist?.name ?? '', ...formOf(playlist?.rules ?? null) },
    send: async ({ name, ...rules }, { setProblem }) => {
      try {
        await onSave({ name, rules: rulesOf(rules) });
      } catch (error) {
        if (hasCode(error, 'conflict')) setProblem(t('rules.circle'));
        else if (hasCode(error, 'validation')) setProblem(t('rules.refused'));
        else throw error;
      }
    },
  });
  return (
    <Dialog open wide onOpenChange={(open) => !open && onClose()} title={t(playlist ? 'rules.edit' : 'playlists.new_smart')} description={t('rules.text')}>
      <Form form={form} guarded>
        {!playlist && <TextField label={t('playlists.name')} {...form.field('name')} autoComplete="off" />}
        <RulesFields form={form} own={playlist?.id} />
        <FormButtons busy={form.busy} onCancel={onClose}>
          {t(playlist ? 'common.save' : 'playlists.create')}
        </FormButtons>
      </Form>
    </Dialog>
  );
}
