import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ApiProblem, hasCode } from '@/lib/api/problem';
import { problemText } from '@/lib/api/problemText';
import { loginPath } from '@/lib/session/next';
import { Button } from './Button';

interface ErrorStateProps {
  error: unknown;
  onRetry?: () => void;
  /** It stands for the whole page, and so carries the page's heading. */
  page?: boolean;
}

/** What went wrong and what to do, in place of what should have been here. */
export function ErrorState({ error, onRetry, page = false }: ErrorStateProps) {
  const { t } = useTranslation();
  const Heading = page ? 'h1' : 'h2';
  const id = error instanceof ApiProblem ? error.requestId : undefined;
  return (
    <section role="alert" className="py-10">
      <Heading className="text-lg">{t('common.error_title')}</Heading>
      <p className="mt-2 max-w-prose text-base text-muted">{problemText(error, t)}</p>
      {id && <p className="num mt-2 text-xs text-muted">{t('common.request_id', { id })}</p>}
      {hasCode(error, 'unauthenticated', 'token_expired') ? (
        <Button asChild tone="accent" className="mt-5">
          <Link to={loginPath(location.pathname + location.search)}>{t('frame.sign_in')}</Link>
        </Button>
      ) : onRetry && (
        <Button className="mt-5" onClick={onRetry}>
          {t('common.retry')}
        </Button>
      )}
    </section>
  );
}
