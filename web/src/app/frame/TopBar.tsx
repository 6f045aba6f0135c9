import { Search } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Mark } from '@/components/brand/Mark';
import { IconButton } from '@/components/ui/IconButton';
import { UploadIndicator } from '@/features/upload/UploadIndicator';
import { usePalette } from '@/lib/palette/store';
import { useHome } from './nav';
import { NotificationBell } from './NotificationBell';
import { UserMenu } from './UserMenu';

export function TopBar() {
  const { t } = useTranslation();
  const home = useHome();
  const open = usePalette((s) => s.setOpen);
  return (
    <header className="sticky top-0 flat:max-lg:static z-20 flex h-(--header-h) items-center gap-3 border-b border-line bg-paper/95 px-4 backdrop-blur-sm sm:px-6">
      <Link to={home} aria-label={t('frame.home')} className="lg:hidden">
        <Mark size={28} className="text-accent" />
      </Link>
      <button
        type="button"
        onClick={() => open(true)}
        aria-keyshortcuts="/ Control+K Meta+K"
        className="hidden h-9 w-full max-w-md items-center gap-2.5 rounded-card bg-sunk px-3 text-muted transition-colors duration-150 hover:text-ink sm:flex"
      >
        <Search size={16} aria-hidden />
        <span className="flex-1 text-start">{t('frame.search')}</span>
        <kbd className="num rounded-sm border border-line-strong px-1.5 text-xs">/</kbd>
      </button>
      <div className="ms-auto flex items-center gap-1">
        <div className="lg:hidden">
          <UploadIndicator compact />
        </div>
        <IconButton label={t('frame.search')} className="sm:hidden" onClick={() => open(true)}>
          <Search size={20} aria-hidden />
        </IconButton>
        <NotificationBell />
        <UserMenu />
      </div>
    </header>
  );
}
