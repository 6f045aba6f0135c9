import { clsx } from 'clsx';
import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';

/** Between one's tracks and one's releases. */
export function LibraryTabs() {
  const { t } = useTranslation();
  return (
    <nav aria-label={t('frame.nav.library')} className="mb-6 flex gap-6 border-b border-line">
      {(
        [
          ['/library', t('common.release.tracks')],
          ['/releases', t('common.release.releases')],
        ] as const
      ).map(([to, name]) => (
        <NavLink
          key={to}
          to={to}
          end
          className={({ isActive }) => clsx('-mb-px border-b-2 py-2 text-base', isActive ? 'border-ink font-semibold' : 'border-transparent text-muted hover:text-ink')}
        >
          {name}
        </NavLink>
      ))}
    </nav>
  );
}
