import { clsx } from 'clsx';
import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';

/** Between one's tracks and releases, and those that one likes and heard. */
export function LibraryTabs() {
  const { t } = useTranslation();
  return (
    <nav aria-label={t('frame.nav.library')} className="mb-6 flex gap-6 overflow-x-auto border-b border-line">
      {(
        [
          ['/library', t('common.release.tracks')],
          ['/releases', t('common.release.releases')],
          ['/library/likes', t('common.likes')],
          ['/library/history', t('frame.history')],
        ] as const
      ).map(([to, name]) => (
        <NavLink
          key={to}
          to={to}
          end
          className={({ isActive }) => clsx('shrink-0 border-b-2 py-2 text-base', isActive ? 'border-ink font-semibold' : 'border-transparent text-muted hover:text-ink')}
        >
          {name}
        </NavLink>
      ))}
    </nav>
  );
}
