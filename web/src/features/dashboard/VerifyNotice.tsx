import { Mail } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';

export function VerifyNotice() {
  const { t } = useTranslation();
  return (
    <p className="mb-8 flex flex-wrap items-center gap-x-3 gap-y-1 border-y border-line py-3">
      <Mail size={18} aria-hidden className="text-accent-text" />
      {t('dashboard.unverified')}
      <Link to="/verify-email" className="font-semibold underline underline-offset-2">
        {t('common.confirm_email')}
      </Link>
    </p>
  );
}
