import { Compass, House, Library, ListMusic, MessagesSquare, Upload, type LucideIcon } from 'lucide-react';
import { useMe } from '@/lib/api/auth/me';
import { useChatUnread } from '@/lib/api/chat/stats';
import { hasSessionHint } from '@/lib/session/hint';

export interface NavItem {
  to: string;
  /** Key below frame.nav and frame.tabs. */
  key: 'discover' | 'dashboard' | 'library' | 'playlists' | 'chat' | 'upload';
  icon: LucideIcon;
  /** A page of the same part of the app whose path does not begin with `to`. */
  also?: string;
  /** Only for people who are signed in: for a visitor it would only lead to the sign-in page. */
  member: boolean;
}

const navItems: readonly NavItem[] = [
  { to: '/discover', key: 'discover', icon: Compass, member: false },
  { to: '/dashboard', key: 'dashboard', icon: House, member: true },
  { to: '/library', key: 'library', icon: Library, also: '/releases', member: true },
  { to: '/playlists', key: 'playlists', icon: ListMusic, member: true },
  { to: '/chat', key: 'chat', icon: MessagesSquare, member: true },
  { to: '/upload', key: 'upload', icon: Upload, member: true },
];

/** Until the server has said who is here, the note of the last visit tells. */
function useIsMember(): boolean {
  const { data: me } = useMe();
  return me === undefined ? hasSessionHint() : me !== null;
}

export function useNavItems(): readonly NavItem[] {
  const isMember = useIsMember();
  return navItems.filter((item) => isMember || !item.member);
}

/** How many messages wait, for members. */
export function useUnreadMessages(): number {
  const { data: me } = useMe();
  return useChatUnread(!!me);
}

/** Where the logo leads: a member's own page, for visitors the first page. */
export const useHome = (): string => (useIsMember() ? '/dashboard' : '/');
