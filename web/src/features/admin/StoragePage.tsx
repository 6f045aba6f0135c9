/* For administrators: how much people store and may store, and what their roles give them. */

import { useQueryClient } from '@tanstack/react-query';
import { ShieldAlert } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { FindPerson } from '@/components/people/FindPerson';
import { PersonName } from '@/components/people/PersonName';
import { Avatar } from '@/components/ui/Avatar';
import { Button } from '@/components/ui/Button';
import { ErrorState } from '@/components/ui/ErrorState';
import { LongList } from '@/components/ui/LongList';
import { More } from '@/components/ui/More';
import { NotFound } from '@/components/ui/NotFound';
import { Page, PageHeader } from '@/components/ui/Page';
import { Progress } from '@/components/ui/Progress';
import { useAntivirus, useStorageOfPeople, useStorageOfRoles, useUsualQuota } from '@/lib/api/admin/storage';
import { hasCode } from '@/lib/api/problem';
import { problemText } from '@/lib/api/problemText';
import type { PersonStorage } from '@/lib/api/schema';
import { quotaQuery } from '@/lib/api/uploads/quota';
import { useTitle } from '@/lib/dom/useTitle';
import { useFormat } from '@/lib/format/useFormat';
import { toast } from '@/lib/toast/store';
import type { QuotaTarget } from './QuotaDialog';

const QuotaDialog = lazy(() => import('./QuotaDialog'));

/** What administrators should know of the antivirus; nothing while all is well. */
function AntivirusNotice() {
  const { t } = useTranslation();
  const f = useFormat();
  const { data } = useAntivirus();
  if (!data) return null;
  const lines = [
    data.state === 'off' && t('admin.antivirus.off'),
    data.state === 'down' && t(data.is_required ? 'admin.antivirus.down_required' : 'admin.antivirus.down'),
    data.waiting > 0 && t('admin.antivirus.waiting', { count: data.waiting, number: f.number(data.waiting) }),
    data.too_large > 0 && t('admin.antivirus.too_large', { count: data.too_large, number: f.number(data.too_large), size: f.bytes(data.max_bytes) }),
  ].filter((line) => line !== false);
  if (lines.length === 0) return null;
  return (
    <section aria-label={t('admin.antivirus.title')} className="mb-8 flex max-w-prose gap-3 rounded-card border border-line bg-raised p-4 text-sm">
      <ShieldAlert size={20} aria-hidden className="mt-0.5 shrink-0 text-accent-text" />
      <div className="space-y-1">
        {lines.map((line) => (
          <p key={line}>{line}</p>
        ))}
      </div>
    </section>
  );
}

interface PartProps {
  onChange: (target: QuotaTarget) => void;
}

function Roles({ onChange }: PartProps) {
  const { t } = useTranslation();
  const f = useFormat();
  const roles = useStorageOfRoles();
  const usual = useUsualQuota();
  return (
    <section aria-labelledby="roles" className="mb-10">
      <h2 id="roles" className="text-lg">
        {t('admin.roles')}
      </h2>
      <p className="mt-1 mb-3 max-w-prose text-muted">{usual === undefined ? ' ' : t('admin.roles_text', { size: f.bytes(usual) })}</p>
      {roles.isPending && <PeaksSkeleton className="h-14" />}
      {roles.isLoadingError && <ErrorState error={roles.error} onRetry={() => void roles.refetch()} />}
      <ul className="border-t border-line">
        {roles.data?.items.map(({ id, display_name: name, max_bytes }) => (
          <li key={id} className="flex items-center gap-4 border-b border-line py-2">
            <p dir="auto" className="min-w-0 flex-1 truncate font-semibold">
              {name}
            </p>
            <p className={max_bytes === null ? 'text-sm text-muted' : 'num text-sm'}>{max_bytes === null ? t('admin.usual') : f.bytes(max_bytes)}</p>
            <Button size="sm" aria-label={t('admin.change_of', { name })} onClick={() => onChange({ kind: 'roles', id, name, max_bytes })}>
              {t('admin.change')}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Person({ of: { user, used_bytes: used, held_bytes: held, max_bytes: max, is_own }, onChange }: { of: PersonStorage } & PartProps) {
  const { t } = useTranslation();
  const f = useFormat();
  const { id, display_name: name } = user;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line py-3">
      <Avatar user={user} size={40} />
      <div className="min-w-0 flex-1 basis-40">
        <PersonName user={user} />
      </div>
      <div className="order-last w-full sm:order-none sm:w-80">
        <p className="num flex flex-wrap justify-between gap-x-3 text-sm">
          <span>{t('admin.used', { used: f.bytes(used), max: f.bytes(max) })}</span>
          {held > 0 && <span className="text-muted">{t('admin.held', { size: f.bytes(held) })}</span>}
          {is_own && <span className="text-muted">{t('admin.own')}</span>}
        </p>
        <Progress className="mt-1.5" value={max > 0 ? Math.min(used / max, 1) : 1} label={t('admin.used_of', { name })} />
      </div>
      <Button size="sm" aria-label={t('admin.change_of', { name })} onClick={() => onChange({ kind: 'users', id, name, max_bytes: is_own ? max : null })}>
        {t('admin.change')}
      </Button>
    </div>
  );
}

function People({ onChange }: PartProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const list = useStorageOfPeople();
  const [busy, setBusy] = useState<string | null>(null);
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];

  /** Also of somebody who has stored nothing yet. */
  async function choose(user: { id: string; display_name: string }, done: () => void) {
    setBusy(user.id);
    try {
      const { max_bytes, is_own } = await client.fetchQuery(quotaQuery(user.id));
      onChange({ kind: 'users', id: user.id, name: user.display_name, max_bytes: is_own ? max_bytes : null });
      done();
    } catch (error) {
      toast(problemText(error, t), 'danger');
    }
    setBusy(null);
  }

  return (
    <section aria-labelledby="people">
      <h2 id="people" className="text-lg">
        {t('admin.people')}
      </h2>
      <p className="mt-1 mb-4 max-w-prose text-muted">{t('admin.people_text')}</p>
      <div className="mb-4 max-w-md">
        <FindPerson label={t('admin.find')} known={[]} actionOf={(name) => t('admin.change_of', { name })} action={t('admin.change')} busy={busy} onChoose={(user, done) => void choose(user, done)} />
      </div>
      {list.isPending && <PeaksSkeleton className="h-14" />}
      {list.isLoadingError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && items.length === 0 && <p className="text-muted">{t('admin.nobody')}</p>}
      {items.length > 0 && (
        <LongList items={items} keyOf={({ user }) => user.id} rowHeight={65} total={list.data?.pages[0]?.total} className="border-t border-line">
          {(one) => <Person of={one} onChange={onChange} />}
        </LongList>
      )}
      <More list={list} />
    </section>
  );
}

export function Component() {
  const { t } = useTranslation();
  const [target, setTarget] = useState<QuotaTarget | null>(null);
  useTitle(t('admin.title'));
  const { error } = useStorageOfRoles();
  if (hasCode(error, 'forbidden')) return <NotFound />;
  return (
    <Page>
      <PageHeader title={t('admin.title')}>{t('admin.text')}</PageHeader>
      <AntivirusNotice />
      <Roles onChange={setTarget} />
      <People onChange={setTarget} />
      <Suspense fallback={null}>{target && <QuotaDialog target={target} onClose={() => setTarget(null)} />}</Suspense>
    </Page>
  );
}
