import { useTranslation } from 'react-i18next';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { PersonName } from '@/components/people/PersonName';
import { Avatar } from '@/components/ui/Avatar';
import { Button } from '@/components/ui/Button';
import { ErrorState } from '@/components/ui/ErrorState';
import { More } from '@/components/ui/More';
import type { BlockedPerson } from '@/lib/api/schema';
import { useBlock } from '@/lib/api/users/block';
import { useBlocks } from '@/lib/api/users/blocks';
import { useToasts } from '@/lib/toast/store';

function useUnblock() {
  const { t } = useTranslation();
  const { mutate } = useBlock();
  return (user: BlockedPerson) => {
    mutate({ id: user.id, blocked: false });
    useToasts.getState().show({
      text: t('settings.privacy.unblocked', { name: user.display_name }),
      action: { label: t('common.undo'), run: () => mutate({ id: user.id, blocked: true }) },
    });
  };
}

export function BlockedPeople() {
  const { t } = useTranslation();
  const blocks = useBlocks();
  const unblock = useUnblock();
  if (blocks.isPending) return <PeaksSkeleton />;
  if (blocks.isLoadingError) return <ErrorState error={blocks.error} onRetry={() => void blocks.refetch()} />;
  const people = blocks.data.pages.flatMap((page) => page.items);
  if (people.length === 0) return <p className="text-muted">{t('settings.privacy.nobody')}</p>;
  return (
    <>
      <ul className="divide-y divide-line">
        {people.map((user) => (
          <li key={user.id} className="flex items-center gap-3 py-2.5">
            <Avatar user={user} size={36} />
            <div className="min-w-0 flex-1">
              <PersonName user={user} />
            </div>
            <Button size="sm" aria-label={t('settings.privacy.unblock_name', { name: user.display_name })} onClick={() => unblock(user)}>
              {t('settings.privacy.unblock')}
            </Button>
          </li>
        ))}
      </ul>
      <More list={blocks} className="mt-4" />
    </>
  );
}
