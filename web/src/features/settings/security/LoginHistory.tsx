import type { TFunction } from 'i18next';
import { CircleCheck, CircleX, ShieldEllipsis, type LucideIcon } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { ErrorState } from '@/components/ui/ErrorState';
import { Pagination } from '@/components/ui/Pagination';
import { useAttempts } from '@/lib/api/auth/loginHistory';
import { useProviders } from '@/lib/api/oauth/providers';
import type { LoginAttempt } from '@/lib/api/schema';
import { deviceText } from '@/lib/format/device';
import { isText } from '@/lib/i18n';
import { useFormat } from '@/lib/format/useFormat';
import { Section } from '../Section';

const icons: Record<string, LucideIcon> = { succeeded: CircleCheck, second_factor: ShieldEllipsis, failed: CircleX };
const tones: Record<string, string> = { succeeded: 'text-ok', second_factor: 'text-muted', failed: 'text-danger' };

function outcomeText(outcome: string, t: TFunction): string {
  const key = `security.history.outcome.${outcome}`;
  return isText(key) ? t(key) : outcome;
}

/** How somebody came, in words; "oauth:google" names the provider. */
function useMethodText() {
  const { t } = useTranslation();
  const { data } = useProviders();
  return (method: string) => {
    const [kind = '', id = ''] = method.split(':');
    const key = `security.history.method.${kind}`;
    return isText(key) ? t(key, { name: data?.items.find((provider) => provider.id === id)?.name ?? id }) : method;
  };
}

function AttemptRow({ attempt }: { attempt: LoginAttempt }) {
  const { t } = useTranslation();
  const format = useFormat();
  const methodText = useMethodText();
  const Icon = icons[attempt.outcome] ?? CircleX;
  return (
    <li className="flex items-start gap-4 py-3">
      <Icon size={20} aria-hidden className={`mt-0.5 shrink-0 ${tones[attempt.outcome] ?? 'text-muted'}`} />
      <div className="min-w-0 flex-1">
        <p>
          <span className={attempt.outcome === 'failed' ? 'font-semibold text-danger' : 'font-semibold'}>{outcomeText(attempt.outcome, t)}</span>{' '}
          <span className="text-muted">{methodText(attempt.method)}</span>
        </p>
        <p className="flex flex-wrap gap-x-3 text-xs text-muted">
          <span className="break-words">{deviceText(attempt.device, t)}</span>
          {attempt.country && <span>{format.country(attempt.country)}</span>}
          {attempt.ip && <span className="num break-all">{attempt.ip}</span>}
        </p>
      </div>
      <time dateTime={attempt.created_at} title={format.moment(attempt.created_at)} className="shrink-0 pt-0.5 text-xs text-muted">
        {format.ago(attempt.created_at)}
      </time>
    </li>
  );
}

/** Who came to the door, and whether it opened. */
export function LoginHistory() {
  const { t } = useTranslation();
  const [page, setPage] = useState(1);
  const attempts = useAttempts(page);
  return (
    <Section
      id="history"
      title={t('security.history.title')}
      lead={
        <>
          {t('security.history.lead')}{' '}
          <Link to="/settings/sessions" className="underline underline-offset-2 hover:text-ink">
            {t('security.history.sessions')}
          </Link>
        </>
      }
    >
      {attempts.isPending && <PeaksSkeleton />}
      {attempts.isLoadingError && <ErrorState error={attempts.error} onRetry={() => void attempts.refetch()} />}
      {attempts.data && attempts.data.items.length === 0 && <p className="text-muted">{t('security.history.none')}</p>}
      {attempts.data && (
        <>
          <ul className="divide-y divide-line">
            {attempts.data.items.map((attempt) => (
              <AttemptRow key={attempt.id} attempt={attempt} />
            ))}
          </ul>
          <Pagination page={page} limit={attempts.data.limit} total={attempts.data.total ?? 0} onPage={setPage} />
        </>
      )}
    </Section>
  );
}
