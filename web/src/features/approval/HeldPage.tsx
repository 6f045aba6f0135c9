/* The comments on all of one's tracks that wait for approval. */

import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { LibraryTabs } from '@/components/track/LibraryTabs';
import { Button } from '@/components/ui/Button';
import { Empty } from '@/components/ui/Empty';
import { ErrorState } from '@/components/ui/ErrorState';
import { LongList } from '@/components/ui/LongList';
import { More } from '@/components/ui/More';
import { Page, PageHeader } from '@/components/ui/Page';
import { useCommentStatus } from '@/lib/api/comments/change';
import { useHeldComments } from '@/lib/api/comments/held';
import { useTitle } from '@/lib/dom/useTitle';
import { HeldRow } from './HeldRow';

export function Component() {
  const { t } = useTranslation();
  const list = useHeldComments();
  const { mutate: decide } = useCommentStatus();
  const rows = useRef<HTMLDivElement>(null);
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  useTitle(t('approval.title'));
  return (
    <Page>
      <PageHeader title={t('approval.title')}>{t('approval.text')}</PageHeader>
      <LibraryTabs />
      <div ref={rows} tabIndex={-1} className="outline-none">
        {list.isPending && <PeaksSkeleton />}
        {list.isLoadingError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
        {items.length > 0 && (
          <LongList items={items} keyOf={({ id }) => id} rowHeight={150} className="border-t border-line">
            {(comment) => (
              <HeldRow
                comment={comment}
                onDecide={(status) => {
                  rows.current?.focus({ preventScroll: true }); // the button goes with its row
                  decide({ comment, status });
                }}
              />
            )}
          </LongList>
        )}
        {list.isSuccess && items.length === 0 && !list.hasNextPage && (
          <Empty
            title={t('approval.empty')}
            action={
              <Button asChild>
                <Link to="/settings/privacy">{t('approval.settings')}</Link>
              </Button>
            }
          >
            {t('approval.empty_text')}
          </Empty>
        )}
        <More list={list} />
      </div>
    </Page>
  );
}
