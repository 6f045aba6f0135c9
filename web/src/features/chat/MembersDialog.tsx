/* Who is in a room and as what; who may, brings people in, by a link too, and takes them out. */

import { Ban, Ellipsis, Link2, UserMinus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { FindPerson } from '@/components/people/FindPerson';
import { PersonName } from '@/components/people/PersonName';
import { Avatar } from '@/components/ui/Avatar';
import { Button } from '@/components/ui/Button';
import { ConfirmDialog } from '@/components/ui/ConfirmDialog';
import { CopyField } from '@/components/ui/CopyField';
import { Dialog } from '@/components/ui/Dialog';
import { ErrorState } from '@/components/ui/ErrorState';
import { TextField } from '@/components/ui/Field';
import { IconButton } from '@/components/ui/IconButton';
import { Menu, MenuChoice, MenuItem, MenuSeparator } from '@/components/ui/Menu';
import { More } from '@/components/ui/More';
import { useInvite } from '@/lib/api/chat/invitations';
import { useAddMember, useBanMember, useChangeRole, useMembers, useRemoveMember, type Role } from '@/lib/api/chat/members';
import type { ChatMember, Conversation, User } from '@/lib/api/schema';
import { useDebounced } from '@/lib/dom/useDebounced';
import { tellProblem } from '@/lib/toast/problem';

/** From the least on. */
const ROLES: readonly Role[] = ['member', 'moderator', 'admin', 'owner'];
const rank = (role: Role | null) => (role === null ? -1 : ROLES.indexOf(role));

interface Shared {
  room: Conversation;
  me: User;
}

function Row({ room, me, member, onDoomed }: Shared & { member: ChatMember; onDoomed: (member: ChatMember, ban: boolean) => void }) {
  const { t } = useTranslation();
  const change = useChangeRole(room.id);
  const { person, role } = member;
  const isOwner = room.role === 'owner';
  const isBelow = person.id !== me.id && (isOwner || rank(room.role) > rank(role));
  const roles = isOwner ? ROLES : room.role === 'admin' ? ROLES.slice(0, 2) : [];
  const mayTakeOut = isBelow && rank(room.role) >= 1;
  return (
    <li className="flex items-center gap-3 py-2">
      <Avatar user={person} size={36} />
      <Link to={`/u/${encodeURIComponent(person.username)}`} className="min-w-0 flex-1 hover:underline">
        <PersonName user={person} />
      </Link>
      {role !== 'member' && <span className="shrink-0 text-xs text-muted">{t(`chat.role.${role}`)}</span>}
      {(mayTakeOut || (isBelow && roles.length > 0)) && (
        <Menu
          trigger={
            <IconButton size="sm" label={t('chat.member_tools', { name: person.display_name })}>
              <Ellipsis size={16} aria-hidden />
            </IconButton>
          }
        >
          {roles.length > 0 && (
            <>
              <MenuChoice
                label={t('chat.role.title')}
                value={role}
                options={roles.map((value) => ({ value, label: t(`chat.role.${value}`) }))}
                onChange={(now) => change.mutate({ userId: person.id, role: now }, { onError: tellProblem })}
              />
              <MenuSeparator />
            </>
          )}
          <MenuItem onSelect={() => onDoomed(member, false)}>
            <UserMinus size={16} aria-hidden />
            {t('chat.take_out')}
          </MenuItem>
          <MenuItem danger onSelect={() => onDoomed(member, true)}>
            <Ban size={16} aria-hidden />
            {t('chat.ban')}
          </MenuItem>
        </Menu>
      )}
    </li>
  );
}

function Invite({ room }: { room: Conversation }) {
  const { t } = useTranslation();
  const invite = useInvite(room.id);
  const label = t('chat.invite_link');
  if (invite.data) {
    return (
      <div>
        <CopyField label={label} value={`${location.origin}/chat/join/${invite.data.token}`} />
        <p className="mt-1 text-xs text-muted">{t('chat.invite_hint')}</p>
      </div>
    );
  }
  return (
    <Button busy={invite.isPending} onClick={() => invite.mutate(undefined, { onError: tellProblem })}>
      <Link2 size={18} aria-hidden />
      {label}
    </Button>
  );
}

interface Doomed {
  member: ChatMember;
  ban: boolean;
}

export default function MembersDialog({ room, me, onClose }: Shared & { onClose: () => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const list = useMembers(room.id, useDebounced(text.trim(), 180));
  const add = useAddMember(room.id);
  const remove = useRemoveMember(room.id);
  const ban = useBanMember(room.id);
  const [doomed, setDoomed] = useState<Doomed | null>(null);
  const members = list.data?.pages.flatMap((page) => page.items) ?? [];
  const mayBring = room.kind === 'public' || rank(room.role) >= 1;
  const takeOut = ({ member, ban: forGood }: Doomed) => (forGood ? ban : remove).mutate(member.person.id, { onError: tellProblem, onSettled: () => setDoomed(null) });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('chat.members_title')}>
      <div className="space-y-5">
        {mayBring && (
          <>
            <FindPerson
              label={t('chat.bring')}
              known={members.map(({ person }) => person.id)}
              action={t('chat.add')}
              actionOf={(name) => t('chat.add_name', { name })}
              busy={add.isPending ? add.variables : null}
              onChoose={({ id }, done) => add.mutate(id, { onSuccess: done, onError: tellProblem })}
            />
            <Invite room={room} />
          </>
        )}
        {room.member_count > 10 && <TextField label={t('chat.find_member')} value={text} autoComplete="off" onChange={(event) => setText(event.target.value)} />}
        {list.isPending ? (
          <PeaksSkeleton className="h-10" />
        ) : list.isLoadingError ? (
          <ErrorState error={list.error} onRetry={() => void list.refetch()} />
        ) : (
          <ul aria-label={t('chat.members_title')} className="divide-y divide-line">
            {members.map((member) => (
              <Row key={member.id} room={room} me={me} member={member} onDoomed={(one, isBan) => setDoomed({ member: one, ban: isBan })} />
            ))}
          </ul>
        )}
        <More list={list} className="" small />
      </div>
      {doomed && (
        <ConfirmDialog
          title={t(doomed.ban ? 'chat.ban_title' : 'chat.take_out_title', { name: doomed.member.person.display_name })}
          text={t(doomed.ban ? 'chat.ban_text' : 'chat.take_out_text')}
          confirm={t(doomed.ban ? 'chat.ban' : 'chat.take_out')}
          busy={remove.isPending || ban.isPending}
          onConfirm={() => takeOut(doomed)}
          onClose={() => setDoomed(null)}
        />
      )}
    </Dialog>
  );
}
