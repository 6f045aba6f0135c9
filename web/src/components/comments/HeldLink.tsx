import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useMe } from '@/lib/api/auth/me';
import { useHeldCount } from '@/lib/api/comments/held';

/** The way to the comments that wait for one's approval, where there are any. */
export function HeldLink({ className }: { className?: string }) {
  const { t } = useTranslation();
  const { data: me } = useMe();
  const count = useHeldCount(Boolean(me?.track_count));
  if (count === 0) return null;
  return (
    <p className={className}>
      <Link to="/library/comments" className="underline underline-offset-4 hover:text-accent-text">
        {t('common.held_comments', { count })}
      </Link>
    </p>
  );
}
