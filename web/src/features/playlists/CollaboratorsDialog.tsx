/* Who works on a playlist: everybody of them sees it and may leave; its owner, and those who administer it, decide about the others. */

import { UserMinus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { FindPerson } from '@/components/people/FindPerson';
import { PersonName } from '@/components/people/PersonName';
import { Avatar } from '@/components/ui/Avatar';
import { Dialog } from '@/components/ui/Dialog';
import { ErrorState } from '@/components/ui/ErrorState';
import { SelectField } from '@/components/ui/Field';
import { IconButton } from '@/components/ui/IconButton';
import { useAddCollaborator, useChangeCollaborator, useCollaborators, useRemoveCollaborator, type Permission } from '@/lib/api/playlists/collaborators';
import { problemText } from '@/lib/api/problemText';
import type { Collaborator, Playlist } from '@/lib/api/schema';
import { toast } from '@/lib/toast/store';

interface Shared {
  playlist: Playlist;
  /** Id of who looks at it. */
  me: string;
}

function PermissionField({ label, value, mayAdmin, onChange }: { label: string; value: Permission; mayAdmin: boolean; onChange: (value: Permission) => void }) {
  const { t } = useTranslation();
  return (
    <SelectField label={label} value={value} onChange={(event) => onChange(event.target.value as Permission)}>
      {(['read', 'write', 'admin'] as const).map((one) => (
        <option key={one} value={one} disabled={one === 'admin' && !mayAdmin}>
          {t(`playlists.permission.${one}`)}
        </option>
      ))}
    </SelectField>
  );
}

function Row({ playlist, me, one, onLeft }: Shared & { one: Collaborator; onLeft: () => void }) {
  const { t } = useTranslation();
  const change = useChangeCollaborator(playlist.id);
  const remove = useRemoveCollaborator(playlist.id);
  const { person } = one;
  if (!person) return null;
  const mine = person.id === me;
  const decides = playlist.is_mine || (playlist.may_manage && one.permission !== 'admin');
  const refused = (error: unknown) => toast(problemText(error, t), 'danger');
  const label = t(mine ? 'playlists.leave' : 'playlists.take_out', { name: person.display_name });
  return (
    <li className="flex items-center gap-3 py-3">
      <Avatar user={person} size={40} />
      <div className="min-w-0 flex-1">
        <PersonName user={person} />
      </div>
      {decides ? (
        <div className="w-36 shrink-0 [&_label]:sr-only">
          <PermissionField
            label={t('playlists.permission_of', { name: person.display_name })}
            value={one.permission}
            mayAdmin={playlist.is_mine}
            onChange={(permission) => void change.mutateAsync({ userId: person.id, permission }).catch(refused)}
          />
        </div>
      ) : (
        <span className="text-sm text-muted">{t(`playlists.permission.${one.permission}`)}</span>
      )}
      {(decides || mine) && (
        <IconButton size="sm" label={label} onClick={() => void remove.mutateAsync(person.id).then(() => mine && onLeft(), refused)}>
          <UserMinus size={18} aria-hidden />
        </IconButton>
      )}
    </li>
  );
}

function Add({ playlist, known }: { playlist: Playlist; known: readonly string[] }) {
  const { t } = useTranslation();
  const add = useAddCollaborator(playlist.id);
  const [permission, setPermission] = useState<Permission>('write');
  return (
    <FindPerson
      label={t('playlists.who')}
      known={known}
      beside={
        <div className="w-36 shrink-0">
          <PermissionField label={t('playlists.may')} value={permission} mayAdmin={playlist.is_mine} onChange={setPermission} />
        </div>
      }
      actionOf={(name) => t('playlists.invite', { name })}
      busy={add.isPending ? add.variables.user_id : null}
      onChoose={({ id: user_id }, done) => add.mutate({ user_id, permission }, { onSuccess: done, onError: (error) => toast(problemText(error, t), 'danger') })}
    />
  );
}

export function CollaboratorsDialog({ playlist, me, onClose }: Shared & { onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const list = useCollaborators(playlist.id);
  const all = list.data?.items ?? [];
  return (
    <Dialog open wide onOpenChange={(open) => !open && onClose()} title={t('playlists.people')} description={t('playlists.people_text')}>
      <div className="space-y-4">
        {playlist.may_manage && <Add playlist={playlist} known={[playlist.owner.id, ...all.flatMap(({ person }) => person?.id ?? [])]} />}
        {list.isLoadingError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
        {list.isSuccess && all.length === 0 && <p className="text-sm text-muted">{t('playlists.people_none')}</p>}
        <ul className="divide-y divide-line">
          {all.map((one) => (
            <Row key={one.id} playlist={playlist} me={me} one={one} onLeft={() => void navigate('/playlists')} />
          ))}
        </ul>
      </div>
    </Dialog>
  );
}
