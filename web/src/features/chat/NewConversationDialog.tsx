/* Who or what to write to: one person, or a room for several. */

import { X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FindPerson } from '@/components/people/FindPerson';
import { PersonName } from '@/components/people/PersonName';
import { Avatar } from '@/components/ui/Avatar';
import { Choices } from '@/components/ui/Choices';
import { Dialog } from '@/components/ui/Dialog';
import { TextArea, TextField } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { FormButtons } from '@/components/ui/FormButtons';
import { IconButton } from '@/components/ui/IconButton';
import { useBeginConversation } from '@/lib/api/chat/begin';
import type { PublicUser, User } from '@/lib/api/schema';
import { useForm } from '@/lib/form/useForm';
import { tellProblem } from '@/lib/toast/problem';
import { z } from '@/lib/zod';

const schema = z.object({
  name: z.string().trim().min(1, 'required').max(100, 'too_long'),
  description: z.string().trim().max(2000, 'too_long'),
});

interface NewConversationDialogProps {
  me: User;
  onOpen: (id: string) => void;
  onClose: () => void;
}

function Direct({ me, onOpen }: NewConversationDialogProps) {
  const { t } = useTranslation();
  const begin = useBeginConversation();
  const busy = begin.isPending ? (begin.variables.user_ids?.[0] ?? null) : null;
  return (
    <FindPerson
      label={t('chat.find_person')}
      known={[me.id]}
      action={t('chat.write_to')}
      actionOf={(name) => t('chat.write_to_name', { name })}
      busy={busy}
      onChoose={({ id }) => begin.mutate({ kind: 'direct', user_ids: [id] }, { onSuccess: (room) => onOpen(room.id), onError: tellProblem })}
    />
  );
}

function NewRoom({ kind, me, onOpen, onClose }: NewConversationDialogProps & { kind: 'private' | 'public' }) {
  const { t } = useTranslation();
  const begin = useBeginConversation();
  const [people, setPeople] = useState<readonly PublicUser[]>([]);
  const form = useForm({
    schema,
    values: { name: '', description: '' },
    send: async ({ name, description }) => {
      const room = await begin.mutateAsync({ kind, name, description: description || null, user_ids: people.map(({ id }) => id) });
      onOpen(room.id);
    },
  });
  return (
    <Form form={form}>
      <TextField label={t('chat.room_name')} {...form.field('name')} autoComplete="off" />
      <TextArea label={t('chat.room_description')} {...form.field('description')} />
      <div>
        <FindPerson
          label={t('chat.people')}
          known={[me.id, ...people.map(({ id }) => id)]}
          action={t('chat.add')}
          actionOf={(name) => t('chat.add_name', { name })}
          busy={null}
          onChoose={(user, done) => {
            setPeople((old) => [...old, user]);
            done();
          }}
        />
        <ul className="mt-2">
          {people.map((person) => (
            <li key={person.id} className="flex items-center gap-3 py-1">
              <Avatar user={person} size={32} />
              <div className="min-w-0 flex-1">
                <PersonName user={person} />
              </div>
              <IconButton size="sm" label={t('chat.remove_name', { name: person.display_name })} onClick={() => setPeople((old) => old.filter((one) => one !== person))}>
                <X size={16} aria-hidden />
              </IconButton>
            </li>
          ))}
        </ul>
      </div>
      <FormButtons busy={form.busy} onCancel={onClose}>
        {t('chat.create')}
      </FormButtons>
    </Form>
  );
}

export default function NewConversationDialog(props: NewConversationDialogProps) {
  const { t } = useTranslation();
  const [kind, setKind] = useState<'direct' | 'private' | 'public'>('direct');
  return (
    <Dialog open onOpenChange={(open) => !open && props.onClose()} title={t('chat.new')}>
      <div className="space-y-5">
        <Choices label={t('chat.kind_of')} value={kind} options={(['direct', 'private', 'public'] as const).map((value) => ({ value, label: t(`chat.kind.${value}`) }))} onChange={setKind} />
        <p className="text-sm text-muted">{t(`chat.kind_hint.${kind}`)}</p>
        {kind === 'direct' ? <Direct {...props} /> : <NewRoom {...props} kind={kind} />}
      </div>
    </Dialog>
  );
}
