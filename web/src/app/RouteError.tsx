/* When a page breaks: the frame stays, the server is told, and there is a way on. */

import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { isRouteErrorResponse, useRouteError } from 'react-router';
import { Button } from '@/components/ui/Button';
import { NotFound } from '@/components/ui/NotFound';
import { reportError } from '@/lib/api/system/report';

/** A page's chunk that is gone: the app has been updated since this tab was opened. */
const isStale = (error: unknown) => error instanceof Error && /dynamically imported module|importing a module script|module script failed/i.test(error.message);

export function RouteError() {
  const { t } = useTranslation();
  const error = useRouteError();
  const missing = isRouteErrorResponse(error) && error.status === 404;
  const stale = isStale(error);
  useEffect(() => {
    if (!missing && !stale) reportError(error);
  }, [error, missing, stale]);
  if (missing) return <NotFound />;
  const kind = stale ? (navigator.onLine ? 'stale' : 'offline') : 'broken';
  return (
    <div role="alert" className="mx-auto max-w-[1440px] px-4 pt-16 pb-16 sm:px-6">
      <h1 className="poster max-w-[14ch]">{t(`frame.error.${kind}`)}</h1>
      <p className="mt-6 max-w-prose text-base text-muted">{t(`frame.error.${kind}_text`)}</p>
      <Button className="mt-5" tone="accent" onClick={() => location.reload()}>
        {t('frame.error.reload')}
      </Button>
    </div>
  );
}
