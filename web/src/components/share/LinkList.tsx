/* The links that open something, with what is known of each. */

import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ErrorState } from '@/components/ui/ErrorState';
import type { PlaylistLink, TrackShare } from '@/lib/api/schema';
import { useFormat } from '@/lib/format/useFormat';

interface LinkListProps<L> {
  links: UseQueryResult<{ items: L[] }>;
  /** Draws a LinkRow. */
  children: (link: L) => ReactNode;
}

/** Nothing where there are none. */
export function LinkList<L>({ links, children }: LinkListProps<L>) {
  const { t } = useTranslation();
  if (links.isLoadingError) return <ErrorState error={links.error} onRetry={() => void links.refetch()} />;
  if (!links.data?.items.length) return null;
  return (
    <section aria-labelledby="links">
      <h3 id="links" className="text-sm font-semibold">
        {t('sharing.links')}
      </h3>
      <ul className="divide-y divide-line">{links.data.items.map(children)}</ul>
    </section>
  );
}

interface LinkRowProps {
  link: Pick<PlaylistLink & TrackShare, 'access_count' | 'last_used_at' | 'expires_at'>;
  title: ReactNode;
  /** What can be done with it. */
  children: ReactNode;
}

export function LinkRow({ link, title, children }: LinkRowProps) {
  const { t } = useTranslation();
  const { ago, moment } = useFormat();
  const over = link.expires_at !== null && Date.parse(link.expires_at) <= Date.now();
  return (
    <li className="flex items-center gap-3 py-3">
      <div className="min-w-0 flex-1 text-sm">
        <p>{title}</p>
        <p className="flex flex-wrap gap-x-3 text-xs text-muted">
          <span>{t('sharing.opened', { count: link.access_count })}</span>
          {link.last_used_at && <span>{t('common.used', { when: ago(link.last_used_at) })}</span>}
          <span className={over ? 'text-danger' : ''}>
            {link.expires_at ? t(over ? 'sharing.over' : 'sharing.until', { date: moment(link.expires_at) }) : t('sharing.forever')}
          </span>
        </p>
      </div>
      {children}
    </li>
  );
}
