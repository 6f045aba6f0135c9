/* For administrators: what finds, what it does not know yet, and how to make its index anew. */

import { TriangleAlert } from 'lucide-react';
import { useId, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { Button } from '@/components/ui/Button';
import { ErrorState } from '@/components/ui/ErrorState';
import { NotFound } from '@/components/ui/NotFound';
import { Page, PageHeader } from '@/components/ui/Page';
import { Progress } from '@/components/ui/Progress';
import { useReindex, useSearchIndex } from '@/lib/api/admin/search';
import { hasCode } from '@/lib/api/problem';
import { problemText } from '@/lib/api/problemText';
import { useTitle } from '@/lib/dom/useTitle';
import { useFormat } from '@/lib/format/useFormat';
import { toast } from '@/lib/toast/store';

type State = NonNullable<ReturnType<typeof useSearchIndex>['data']>;

function Fact({ name, children, more }: { name: string; children: ReactNode; more?: string | false | undefined }) {
  return (
    <div className="border-b border-line py-3 sm:flex sm:gap-4">
      <dt className="text-muted sm:w-56 sm:shrink-0">{name}</dt>
      <dd className="min-w-0">
        <p className="num">{children}</p>
        {more && <p className="text-sm text-muted">{more}</p>}
      </dd>
    </div>
  );
}

function Facts({ state }: { state: State }) {
  const { t } = useTranslation();
  const f = useFormat();
  const { missing, extra, stale } = state;
  return (
    <dl className="mb-10 border-t border-line">
      <Fact name={t('admin.search.entries')}>{f.number(state.entries)}</Fact>
      {state.engine === 'elasticsearch' && (
        <Fact name={t('admin.search.backlog')} more={state.oldest_at ? t('admin.search.oldest', { ago: f.ago(state.oldest_at) }) : t('admin.search.none_waits')}>
          {f.number(state.backlog)}
        </Fact>
      )}
      <Fact name={t('admin.search.reindexed')}>{state.reindexed_at ? f.ago(state.reindexed_at) : t('admin.search.never')}</Fact>
      {state.engine === 'elasticsearch' && (
        <Fact
          name={t('admin.search.checked')}
          more={
            state.checked_at !== null &&
            (missing + extra + stale === 0 ? t('admin.search.same') : t('admin.search.differed', { missing: f.number(missing), extra: f.number(extra), stale: f.number(stale) }))
          }
        >
          {state.checked_at ? f.ago(state.checked_at) : t('admin.search.not_yet')}
        </Fact>
      )}
    </dl>
  );
}

function Rebuild({ state }: { state: State }) {
  const { t } = useTranslation();
  const f = useFormat();
  const heading = useId();
  const reindex = useReindex();
  const { reindex_state: at, filled, fill_total: total } = state;
  const isUnderWay = at === 'queued' || at === 'running';
  const ask = () =>
    reindex.mutate(undefined, {
      onSuccess: ({ started }) => toast(t(started ? 'admin.search.started' : 'admin.search.already'), 'ok'),
      onError: (error) => toast(problemText(error, t), 'danger'),
    });
  return (
    <section aria-labelledby={heading} className="mb-10 max-w-prose">
      <h2 id={heading} className="text-lg">
        {t('admin.search.rebuild')}
      </h2>
      <p className="mt-1 mb-3 text-muted">{t('admin.search.rebuild_text')}</p>
      {isUnderWay ? (
        <>
          <p className="num text-sm">{at === 'queued' ? t('admin.search.queued') : t('admin.search.running', { done: f.number(Math.min(filled, total)), total: f.number(total) })}</p>
          <Progress className="mt-1.5" value={at === 'queued' || total === 0 ? null : filled / total} label={t('admin.search.progress')} />
        </>
      ) : (
        <Button busy={reindex.isPending} onClick={ask}>
          {t('admin.search.rebuild')}
        </Button>
      )}
      {state.reindex_error !== null && (
        <p dir="auto" className="mt-3 text-sm break-words">
          {t('admin.search.failed', { error: state.reindex_error })}
        </p>
      )}
    </section>
  );
}

function Refused({ state }: { state: State }) {
  const { t } = useTranslation();
  const f = useFormat();
  const heading = useId();
  if (state.refused.length === 0) return null;
  return (
    <section aria-labelledby={heading}>
      <h2 id={heading} className="text-lg">
        {t('admin.search.refused')}
      </h2>
      <p className="mt-1 mb-3 max-w-prose text-muted">
        {t('admin.search.refused_text')} {state.dead > state.refused.length && t('admin.search.more_refused', { number: f.number(state.dead) })}
      </p>
      <ul className="border-t border-line">
        {state.refused.map(({ kind, id, error }) => (
          <li key={`${kind}${id}`} className="border-b border-line py-2 text-sm">
            <p className="num break-all">
              {t(`admin.search.kind.${kind as 'track' | 'release' | 'user' | 'playlist'}`)} {id}
            </p>
            <p dir="auto" className="break-words text-muted">
              {error}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Component() {
  const { t } = useTranslation();
  useTitle(t('admin.search.title'));
  const { data: state, error, isPending, isLoadingError, refetch } = useSearchIndex();
  if (hasCode(error, 'forbidden')) return <NotFound />;
  const wrong = state?.state === 'down' ? t('admin.search.down') : state?.state === 'up' && !state.is_live ? t('admin.search.not_live') : null;
  return (
    <Page>
      <PageHeader title={t('admin.search.title')}>{t('admin.search.text')}</PageHeader>
      {isPending && <PeaksSkeleton className="h-14" />}
      {isLoadingError && <ErrorState error={error} onRetry={() => void refetch()} />}
      {state && (
        <>
          {wrong !== null && (
            <p role="status" className="mb-8 flex max-w-prose gap-3 rounded-card border border-line bg-raised p-4 text-sm">
              <TriangleAlert size={20} aria-hidden className="mt-0.5 shrink-0 text-accent-text" />
              {wrong}
            </p>
          )}
          <p className="mb-6 max-w-prose">{t(`admin.search.engine.${state.engine === 'elasticsearch' ? 'elasticsearch' : 'postgresql'}`)}</p>
          <Facts state={state} />
          <Rebuild state={state} />
          <Refused state={state} />
        </>
      )}
    </Page>
  );
}
