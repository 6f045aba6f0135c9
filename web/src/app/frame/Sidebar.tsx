import { clsx } from 'clsx';
import { useTranslation } from 'react-i18next';
import { Link, NavLink, useLocation } from 'react-router';
import { Logo } from '@/components/brand/Logo';
import { UploadIndicator } from '@/features/upload/UploadIndicator';
import { useHome, useNavItems, useUnreadMessages } from './nav';
import { NavCount } from './NavCount';
import { prefetchRoute } from '../routes';

export function Sidebar() {
  const { t } = useTranslation();
  const home = useHome();
  const navItems = useNavItems();
  const unread = useUnreadMessages();
  const { pathname } = useLocation();
  return (
    <aside className="fixed inset-y-0 start-0 z-20 hidden w-(--sidebar-w) flex-col border-e border-line bg-paper pb-(--player-h) lg:flex">
      <Link to={home} className="flex h-(--header-h) items-center px-5" aria-label={t('frame.home')}>
        <Logo />
      </Link>
      <nav aria-label={t('frame.main_navigation')} className="flex-1 overflow-y-auto px-3 pt-4">
        <ul className="space-y-1">
          {navItems.map((item) => (
            <li key={item.to}>
              <NavLink
                to={item.to}
                onPointerEnter={() => prefetchRoute(item.to)}
                onFocus={() => prefetchRoute(item.to)}
                className={({ isActive }) =>
                  clsx(
                    'relative flex h-10 items-center gap-3 rounded-card px-3 text-base transition-colors duration-150',
                    isActive || item.also === pathname ? 'bg-sunk font-semibold text-ink' : 'text-muted hover:text-ink',
                  )
                }
              >
                <item.icon size={20} aria-hidden />
                {t(`frame.nav.${item.key}`)}
                {item.key === 'chat' && <NavCount count={unread} className="ms-auto" />}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
      <div className="p-3">
        <UploadIndicator />
      </div>
    </aside>
  );
}
