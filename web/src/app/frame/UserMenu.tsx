import { CodeXml, Globe, HardDrive, History, LogOut, ScanSearch, Settings, Tags, User } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { PersonName } from '@/components/people/PersonName';
import { useLanguageChoice, useThemeChoice } from '@/components/preferences/choices';
import { Avatar } from '@/components/ui/Avatar';
import { Button } from '@/components/ui/Button';
import { IconButton } from '@/components/ui/IconButton';
import { Menu, MenuChoice, MenuItem, MenuSeparator } from '@/components/ui/Menu';
import { useLogout } from '@/lib/api/auth/logout';
import { useMe } from '@/lib/api/auth/me';
import { problemText } from '@/lib/api/problemText';
import { toast } from '@/lib/toast/store';
import { mayLeave } from '@/lib/unsaved/store';

function Preferences() {
  return (
    <>
      <MenuChoice {...useThemeChoice()} />
      <MenuSeparator />
      <MenuChoice {...useLanguageChoice()} />
    </>
  );
}

export function UserMenu() {
  const { t } = useTranslation();
  const { data: me, isPending } = useMe();
  const logout = useLogout();

  const signOut = async () => {
    if (await mayLeave()) logout.mutate(undefined, { onError: (error) => toast(problemText(error, t), 'danger') });
  };

  if (isPending) return <div className="size-9" />;
  if (!me) {
    return (
      <div className="flex items-center gap-1">
        <Menu
          trigger={
            <IconButton label={t('frame.preferences')}>
              <Globe size={20} aria-hidden />
            </IconButton>
          }
        >
          <Preferences />
        </Menu>
        <Button asChild tone="quiet" size="sm">
          <Link to="/login">{t('frame.sign_in')}</Link>
        </Button>
        <Button asChild tone="accent" size="sm" className="max-sm:hidden">
          <Link to="/register">{t('frame.sign_up')}</Link>
        </Button>
      </div>
    );
  }
  return (
    <Menu
      trigger={
        <button type="button" aria-label={t('frame.account', { name: me.display_name })} className="rounded-full">
          <Avatar user={me} size={36} />
        </button>
      }
    >
      <div className="max-w-72 px-2.5 pt-2 pb-2">
        <PersonName user={me} />
        <p className="truncate text-xs text-muted">{me.email}</p>
      </div>
      <MenuItem asChild>
        <Link to={`/u/${me.username}`}>
          <User size={16} aria-hidden />
          {t('frame.profile')}
        </Link>
      </MenuItem>
      <MenuItem asChild>
        <Link to="/library/history">
          <History size={16} aria-hidden />
          {t('frame.history')}
        </Link>
      </MenuItem>
      <MenuItem asChild>
        <Link to="/settings">
          <Settings size={16} aria-hidden />
          {t('frame.settings')}
        </Link>
      </MenuItem>
      <MenuItem asChild>
        <Link to="/developer">
          <CodeXml size={16} aria-hidden />
          {t('frame.developer')}
        </Link>
      </MenuItem>
      {me.is_admin && (
        <>
          <MenuItem asChild>
            <Link to="/admin/storage">
              <HardDrive size={16} aria-hidden />
              {t('frame.storage')}
            </Link>
          </MenuItem>
          <MenuItem asChild>
            <Link to="/admin/search">
              <ScanSearch size={16} aria-hidden />
              {t('frame.search_index')}
            </Link>
          </MenuItem>
        </>
      )}
      {me.is_admin && (
        <MenuItem asChild>
          <Link to="/admin/labels">
            <Tags size={16} aria-hidden />
            {t('frame.labels')}
          </Link>
        </MenuItem>
      )}
      <MenuSeparator />
      <Preferences />
      <MenuSeparator />
      <MenuItem onSelect={() => void signOut()}>
        <LogOut size={16} aria-hidden />
        {t('frame.sign_out')}
      </MenuItem>
    </Menu>
  );
}
