import { useTranslation } from 'react-i18next';
import { Navigate, Outlet, useLocation } from 'react-router';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { ErrorState } from '@/components/ui/ErrorState';
import { Page } from '@/components/ui/Page';
import { useMe } from '@/lib/api/auth/me';
import { loginPath } from '@/lib/session/next';

/** Pages for people who are signed in; a guest is asked to sign in and comes back. */
export function RequireMember() {
  const { t } = useTranslation();
  const me = useMe();
  const { pathname, search } = useLocation();
  if (me.isPending) {
    return (
      <Page>
        <h1 className="sr-only">{t('common.loading')}</h1>
        <PeaksSkeleton />
      </Page>
    );
  }
  if (me.isLoadingError) {
    return (
      <Page>
        <ErrorState page error={me.error} onRetry={() => void me.refetch()} />
      </Page>
    );
  }
  if (!me.data) return <Navigate to={loginPath(pathname + search)} replace />;
  return <Outlet />;
}
