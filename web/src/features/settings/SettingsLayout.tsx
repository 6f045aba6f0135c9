import { clsx } from 'clsx';
import { Archive, Bell, FolderInput, Headphones, Languages, LaptopMinimal, Lock, Radio, ShieldCheck, SunMoon, User } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { NavLink, Outlet, useLocation } from 'react-router';
import { Page, PageHeader } from '@/components/ui/Page';

const tabs = [
  { key: 'profile', icon: User },
  { key: 'security', icon: ShieldCheck },
  { key: 'sessions', icon: LaptopMinimal },
  { key: 'apps', icon: Headphones },
  { key: 'scrobbling', icon: Radio },
  { key: 'import', icon: FolderInput },
  { key: 'privacy', icon: Lock },
  { key: 'notifications', icon: Bell },
  { key: 'appearance', icon: SunMoon },
  { key: 'language', icon: Languages },
  { key: 'data', icon: Archive },
] as const;

/** On a phone the tabs are wider than the screen: the one that is open comes into sight. */
function useOpenTabInSight() {
  const nav = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  useEffect(() => {
    const bar = nav.current;
    const tab = bar?.querySelector<HTMLElement>('[aria-current=page]');
    if (bar && tab) bar.scrollLeft = tab.offsetLeft - (bar.clientWidth - tab.offsetWidth) / 2;
  }, [pathname]);
  return nav;
}

export function Component() {
  const { t } = useTranslation();
  const nav = useOpenTabInSight();
  return (
    <Page>
      <PageHeader title={t('settings.title')} />
      <div className="gap-10 lg:grid lg:grid-cols-[200px_minmax(0,1fr)]">
        <nav ref={nav} aria-label={t('settings.title')} className="relative -mx-4 mb-8 overflow-x-auto border-b border-line px-4 sm:-mx-6 sm:px-6 lg:static lg:mx-0 lg:mb-0 lg:overflow-visible lg:border-0 lg:p-0">
          <ul className="flex gap-1 lg:sticky lg:top-24 lg:flex-col">
            {tabs.map(({ key, icon: Icon }) => (
              <li key={key}>
                <NavLink
                  to={`/settings/${key}`}
                  className={({ isActive }) =>
                    clsx(
                      'flex h-10 items-center gap-3 px-3 whitespace-nowrap transition-colors duration-150 lg:rounded-card',
                      isActive
                        ? 'font-semibold text-ink max-lg:shadow-[inset_0_-2px_0_var(--accent-text)] lg:bg-sunk'
                        : 'text-muted hover:text-ink',
                    )
                  }
                >
                  <Icon size={18} aria-hidden className="max-sm:hidden" />
                  {t(`settings.tab.${key}`)}
                </NavLink>
              </li>
            ))}
          </ul>
        </nav>
        <div className="max-w-2xl min-w-0">
          <Outlet />
        </div>
      </div>
    </Page>
  );
}
