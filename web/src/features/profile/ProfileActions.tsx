/* What one can do about somebody: follow, write to them, and in a menu block. Everything shows at once and can be undone. */

import { Ban, Bell, BellRing, Ellipsis, Eye, EyeOff, MessageSquare, UserCheck, UserPlus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { Button } from '@/components/ui/Button';
import { IconButton } from '@/components/ui/IconButton';
import { Menu, MenuItem } from '@/components/ui/Menu';
import { useBeginConversation } from '@/lib/api/chat/begin';
import type { PublicUser } from '@/lib/api/schema';
import { useMutePerson } from '@/lib/api/mutes/change';
import { useBell } from '@/lib/api/users/bell';
import { useBlock } from '@/lib/api/users/block';
import { useFollow } from '@/lib/api/users/follow';
import { loginPath } from '@/lib/session/next';
import { tellProblem } from '@/lib/toast/problem';
import { useToasts } from '@/lib/toast/store';

function useActions(user: PublicUser) {
  const { t } = useTranslation();
  const { mutate: follow } = useFollow();
  const { mutate: block } = useBlock();
  const { mutate: ring } = useBell();
  const { mutate: mute } = useMutePerson();
  const tell = (text: string, undo: () => void) => useToasts.getState().show({ text, action: { label: t('common.undo'), run: undo } });
  const setFollowing = (following: boolean) => follow({ id: user.id, following });
  const setBlocked = (blocked: boolean) => block({ id: user.id, blocked });
  return {
    toggleFollow: () => {
      const following = !user.is_following;
      setFollowing(following);
      tell(t(following ? 'profile.now_following' : 'profile.unfollowed', { name: user.display_name }), () => setFollowing(!following));
    },
    block: () => {
      setBlocked(true);
      tell(t('profile.now_blocked', { name: user.display_name }), () => setBlocked(false));
    },
    unblock: () => setBlocked(false),
    toggleBell: () => {
      const on = !user.has_bell;
      ring({ id: user.id, on });
      tell(t(on ? 'profile.now_bell' : 'profile.no_bell', { name: user.display_name }), () => ring({ id: user.id, on: !on }));
    },
    toggleMute: () => {
      const on = !user.is_muted;
      mute({ id: user.id, on });
      tell(t(on ? 'profile.now_muted' : 'profile.now_unmuted', { name: user.display_name }), () => mute({ id: user.id, on: !on }));
    },
  };
}

function FollowButton({ following, onToggle }: { following: boolean; onToggle: () => void }) {
  const { t } = useTranslation();
  return (
    <Button tone={following ? 'plain' : 'accent'} aria-pressed={following} onClick={onToggle}>
      {following ? <UserCheck size={18} aria-hidden /> : <UserPlus size={18} aria-hidden />}
      {t(following ? 'profile.following' : 'profile.follow')}
    </Button>
  );
}

function MessageButton({ user }: { user: PublicUser }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const begin = useBeginConversation();
  return (
    <Button busy={begin.isPending} onClick={() => begin.mutate({ kind: 'direct', user_ids: [user.id] }, { onSuccess: ({ id }) => void navigate(`/chat/${id}`), onError: tellProblem })}>
      <MessageSquare size={18} aria-hidden />
      {t('profile.message')}
    </Button>
  );
}

interface ProfileActionsProps {
  user: PublicUser;
  /** Signed out: following begins with signing in. */
  guest: boolean;
}

export function ProfileActions({ user, guest }: ProfileActionsProps) {
  const { t } = useTranslation();
  const actions = useActions(user);
  if (guest) {
    return (
      <Button asChild tone="accent">
        <Link to={loginPath(`/u/${user.username}`)}>
          <UserPlus size={18} aria-hidden />
          {t('profile.follow')}
        </Link>
      </Button>
    );
  }
  if (user.is_blocked) {
    return (
      <div className="flex flex-wrap items-center gap-3">
        <Button onClick={actions.unblock}>{t('profile.unblock')}</Button>
        <span className="text-muted">{t('profile.is_blocked', { name: user.display_name })}</span>
      </div>
    );
  }
  return (
    <div className="flex items-center gap-2">
      <FollowButton following={user.is_following} onToggle={actions.toggleFollow} />
      <MessageButton user={user} />
      {user.is_following && (
        <IconButton label={t(user.has_bell ? 'profile.bell_off' : 'profile.bell_on')} aria-pressed={user.has_bell} onClick={actions.toggleBell} className="aria-pressed:text-accent-text">
          {user.has_bell ? <BellRing size={20} aria-hidden /> : <Bell size={20} aria-hidden />}
        </IconButton>
      )}
      <Menu
        align="start"
        trigger={
          <IconButton label={t('profile.more')}>
            <Ellipsis size={20} aria-hidden />
          </IconButton>
        }
      >
        <MenuItem onSelect={actions.toggleMute}>
          {user.is_muted ? <Eye size={16} aria-hidden /> : <EyeOff size={16} aria-hidden />}
          {t(user.is_muted ? 'profile.unmute' : 'profile.mute')}
        </MenuItem>
        <MenuItem danger onSelect={actions.block}>
          <Ban size={16} aria-hidden />
          {t('profile.block')}
        </MenuItem>
      </Menu>
    </div>
  );
}
