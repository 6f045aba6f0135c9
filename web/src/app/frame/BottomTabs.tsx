import { clsx } from 'clsx';
import { useTranslation } from 'react-i18next';
import { NavLink, useLocation } from 'react-router';
import { useNavItems, useUnreadMessages } from './nav';
import { NavCount } from './NavCount';
import { prefetchRoute } from '../routes';

export function BottomTabs() {
  const { t } = useTranslation();
  const navItems = useNavItems();
  const unread = useUnreadMessages();
  const { pathname } = useLocation();
  return (
    <nav
      aria-label={t('frame.main_navigation')}
      className="fixed inset-x-0 bottom-0 z-30 border-t border-line bg-paper pb-[env(safe-area-inset-bottom)] lg:hidden"
    >
      <ul className="mx-auto flex h-14 max-w-md flat:h-10 flat:max-w-2xl">
        {navItems.map((item) => (
          <li key={item.to} className="flex min-w-0 flex-1 basis-0">
            <NavLink
              to={item.to}
              onPointerDown={() => prefetchRoute(item.to)}
              className={({ isActive }) =>
                clsx('relative flex min-w-0 flex-1 flex-col items-center justify-center gap-0.5 text-xs flat:flex-row flat:gap-2', isActive || item.also === pathname ? 'font-semibold text-ink' : 'text-muted')
              }
            >
              {({ isActive }) => (
                <>
                  <item.icon size={20} aria-hidden className={isActive || item.also === pathname ? 'text-accent-text' : ''} />
                  <span className="max-w-full truncate">{t(`frame.tabs.${item.key}`)}</span>
                  {item.key === 'chat' && <NavCount count={unread} className="absolute start-1/2 top-1 ms-1" />}
                </>
              )}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}
