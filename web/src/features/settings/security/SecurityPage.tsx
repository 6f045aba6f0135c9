import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useMe } from '@/lib/api/auth/me';
import { useTitle } from '@/lib/dom/useTitle';
import { Section } from '../Section';
import { Connections } from './Connections';
import { LoginHistory } from './LoginHistory';
import { Passkeys } from './Passkeys';
import { PasswordSection } from './PasswordSection';
import { TwoFactor } from './TwoFactor';

function Identity() {
  const { t } = useTranslation();
  const { data: me } = useMe();
  return (
    <Section title={t('settings.account.identity')}>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-2">
        <dt className="text-muted">{t('common.username')}</dt>
        <dd className="break-words">{me?.username}</dd>
        <dt className="text-muted">{t('common.email')}</dt>
        <dd className="break-words">
          {me?.email}{' '}
          {me && !me.is_verified && (
            <Link to="/verify-email" className="font-semibold underline underline-offset-2">
              {t('common.confirm_email')}
            </Link>
          )}
        </dd>
      </dl>
    </Section>
  );
}

export function Component() {
  const { t } = useTranslation();
  useTitle(t('settings.tab.security'));
  return (
    <>
      <Identity />
      <PasswordSection />
      <TwoFactor />
      <Passkeys />
      <Connections />
      <LoginHistory />
    </>
  );
}
