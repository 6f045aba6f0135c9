/* Who may hear the stems of a track besides its owner. */

import { useQuery } from '@tanstack/react-query';
import { UserMinus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { FindPerson } from '@/components/people/FindPerson';
import { PersonName } from '@/components/people/PersonName';
import { Avatar } from '@/components/ui/Avatar';
import { Dialog } from '@/components/ui/Dialog';
import { ErrorState } from '@/components/ui/ErrorState';
import { IconButton } from '@/components/ui/IconButton';
import { Toggle } from '@/components/ui/Toggle';
import { problemText } from '@/lib/api/problemText';
import { stemGuestsQuery, useInviteToStems, useUninviteFromStems } from '@/lib/api/tracks/stems';
import { useUpdateTrack } from '@/lib/api/tracks/update';
import type { Track } from '@/lib/api/schema';
import { toast } from '@/lib/toast/store';

export default function StemPeopleDialog({ track, onClose }: { track: Track; onClose: () => void }) {
  const { t } = useTranslation();
  const guests = useQuery(stemGuestsQuery(track.id));
  const update = useUpdateTrack();
  const invite = useInviteToStems(track.id);
  const uninvite = useUninviteFromStems(track.id);
  const invited = guests.data?.items ?? [];
  const refused = (error: unknown) => toast(problemText(error, t), 'danger');
  return (
    <Dialog open wide onOpenChange={(open) => !open && onClose()} title={t('stems.people')} description={t('stems.people_text')}>
      <div className="space-y-5">
        <Toggle
          label={t('stems.open')}
          hint={t(track.visibility === 'private' ? 'stems.open_private' : 'stems.open_hint')}
          checked={track.stems_open}
          onChange={(event) => update.mutate({ id: track.id, changes: { stems_open: event.target.checked } }, { onError: refused })}
        />
        <FindPerson
          label={t('stems.invite')}
          known={[track.creator.id, ...invited.map(({ person }) => person.id)]}
          actionOf={(name) => t('stems.invite_this', { name })}
          action={t('stems.invite_short')}
          busy={invite.isPending ? invite.variables : null}
          onChoose={({ id }, done) => invite.mutate(id, { onSuccess: done, onError: refused })}
        />
        {guests.isLoadingError && <ErrorState error={guests.error} onRetry={() => void guests.refetch()} />}
        {guests.isSuccess && invited.length === 0 && <p className="text-sm text-muted">{t('stems.nobody')}</p>}
        <ul className="divide-y divide-line">
          {invited.map(({ id, person }) => (
            <li key={id} className="flex items-center gap-3 py-3">
              <Avatar user={person} size={40} />
              <div className="min-w-0 flex-1">
                <PersonName user={person} />
              </div>
              <IconButton size="sm" label={t('stems.uninvite', { name: person.display_name })} onClick={() => uninvite.mutate(person.id, { onError: refused })}>
                <UserMinus size={18} aria-hidden />
              </IconButton>
            </li>
          ))}
        </ul>
      </div>
    </Dialog>
  );
}
