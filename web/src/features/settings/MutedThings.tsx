import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { Button } from '@/components/ui/Button';
import { ErrorState } from '@/components/ui/ErrorState';
import { More } from '@/components/ui/More';
import { useUnmute } from '@/lib/api/mutes/change';
import { useMutes } from '@/lib/api/mutes/list';
import type { Mute } from '@/lib/api/schema';
import { toast } from '@/lib/toast/store';

function nameOf({ kind, person, label, track }: Mute, t: TFunction): string {
  if (kind === 'person') return person?.display_name ?? t('settings.privacy.hidden_person');
  if (kind === 'track') return track?.title ?? t('settings.privacy.hidden_track');
  return kind === 'tag' ? `#${label ?? ''}` : (label ?? '');
}

/** What one does not want to be shown, to take back. */
export function MutedThings() {
  const { t } = useTranslation();
  const mutes = useMutes();
  const { mutate } = useUnmute();
  if (mutes.isPending) return <PeaksSkeleton />;
  if (mutes.isLoadingError) return <ErrorState error={mutes.error} onRetry={() => void mutes.refetch()} />;
  const items = mutes.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return <p className="text-muted">{t('settings.privacy.nothing_muted')}</p>;
  return (
    <>
      <ul className="divide-y divide-line">
        {items.map((mute) => {
          const name = nameOf(mute, t);
          return (
            <li key={mute.id} className="flex items-center gap-3 py-2.5">
              <p className="min-w-0 flex-1">
                <bdi className="block truncate">{name}</bdi>
                <span className="text-xs text-muted">{t(`settings.privacy.kind.${mute.kind}`)}</span>
              </p>
              <Button
                size="sm"
                aria-label={t('settings.privacy.unmute_name', { name })}
                onClick={() => mutate(mute.id, { onSuccess: () => toast(t('settings.privacy.unmuted', { name })) })}
              >
                {t('settings.privacy.unmute')}
              </Button>
            </li>
          );
        })}
      </ul>
      <More list={mutes} className="mt-4" />
    </>
  );
}
