import { Compass, House, Library, Upload, type LucideIcon } from 'lucide-react';

export interface NavItem {
  to: string;
  /** Key below frame.nav. */
  key: string;
  icon: LucideIcon;
  /** Only for people who are signed in. */
  member: boolean;
}

export const navItems: readonly NavItem[] = [
  { to: '/discover', key: 'discover', icon: Compass, member: false },
  { to: '/dashboard', key: 'dashboard', icon: House, member: true },
  { to: '/library', key: 'library', icon: Library, member: true },
  { to: '/upload', key: 'upload', icon: Upload, member: true },
];
