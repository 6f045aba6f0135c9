import { clsx } from 'clsx';
import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import { navItems } from './nav';
import { prefetchRoute } from '../routes';

export function BottomTabs() {
  const { t } = useTranslation();
  return (
    <nav
      aria-label={t('frame.main_navigation')}
      className="fixed inset-x-0 bottom-0 z-30 border-t border-line bg-paper pb-[env(safe-area-inset-bottom)] lg:hidden"
    >
      <ul className="mx-auto grid h-14 max-w-md grid-cols-4">
        {navItems.map((item) => (
          <li key={item.to} className="flex">
            <NavLink
              to={item.to}
              onPointerDown={() => prefetchRoute(item.to)}
              className={({ isActive }) =>
                clsx('flex flex-1 flex-col items-center justify-center gap-0.5 text-xs', isActive ? 'font-semibold text-ink' : 'text-muted')
              }
            >
              {({ isActive }) => (
                <>
                  <item.icon size={20} aria-hidden className={isActive ? 'text-accent-text' : ''} />
                  {t(`frame.tabs.${item.key}`)}
                </>
              )}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}
