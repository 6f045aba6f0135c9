/* Music apps that play from here: each has a password of its own. */

import { Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { Button } from '@/components/ui/Button';
import { ConfirmDialog } from '@/components/ui/ConfirmDialog';
import { ErrorState } from '@/components/ui/ErrorState';
import { IconButton } from '@/components/ui/IconButton';
import { useAppPasswords } from '@/lib/api/apps/list';
import { useRemoveAppPassword } from '@/lib/api/apps/remove';
import { problemText } from '@/lib/api/problemText';
import type { AppPassword } from '@/lib/api/schema';
import { useTitle } from '@/lib/dom/useTitle';
import { useFormat } from '@/lib/format/useFormat';
import { toast } from '@/lib/toast/store';
import { NewAppDialog } from './NewAppDialog';
import { PrivateFeeds } from './PrivateFeeds';
import { Section } from './Section';

function AppRow({ app, onRemove }: { app: AppPassword; onRemove: () => void }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <li className="flex items-center gap-4 py-3">
      <div className="min-w-0 flex-1">
        <p dir="auto" className="font-semibold break-words">{app.name}</p>
        <p className="flex flex-wrap gap-x-3 text-xs text-muted">
          <span>{t('common.created', { date: format.day(app.created_at) })}</span>
          <span>{app.last_used_at ? t('common.used', { when: format.ago(app.last_used_at) }) : t('common.never_used')}</span>
          {app.last_client && <span dir="auto" className="break-words">{t('apps.by', { client: app.last_client })}</span>}
        </p>
      </div>
      <IconButton size="sm" label={t('apps.remove', { name: app.name })} onClick={onRemove}>
        <Trash2 size={16} aria-hidden />
      </IconButton>
    </li>
  );
}

function RemoveApp({ app, onClose }: { app: AppPassword; onClose: () => void }) {
  const { t } = useTranslation();
  const remove = useRemoveAppPassword();
  return (
    <ConfirmDialog
      title={t('apps.remove_title', { name: app.name })}
      text={t('apps.remove_text')}
      confirm={t('apps.remove_sure')}
      busy={remove.isPending}
      onClose={onClose}
      onConfirm={() =>
        remove.mutate(app.id, {
          onSuccess: () => toast(t('apps.removed', { name: app.name })),
          onError: (error) => toast(problemText(error, t), 'danger'),
          onSettled: onClose,
        })
      }
    />
  );
}

export function Component() {
  const { t } = useTranslation();
  const apps = useAppPasswords();
  const [making, setMaking] = useState(false);
  const [leaving, setLeaving] = useState<AppPassword | null>(null);
  useTitle(t('settings.tab.apps'));
  return (
    <>
      <Section title={t('settings.tab.apps')} lead={t('apps.lead')}>
        {apps.isPending && <PeaksSkeleton />}
        {apps.isLoadingError && <ErrorState error={apps.error} onRetry={() => void apps.refetch()} />}
        {apps.data && (
          <>
            {apps.data.items.length > 0 ? (
              <ul aria-label={t('settings.tab.apps')} className="divide-y divide-line border-y border-line">
                {apps.data.items.map((app) => (
                  <AppRow key={app.id} app={app} onRemove={() => setLeaving(app)} />
                ))}
              </ul>
            ) : (
              <p className="text-muted">{t('apps.empty')}</p>
            )}
            <Button tone="accent" className="mt-5" onClick={() => setMaking(true)}>
              <Plus size={18} aria-hidden />
              {t('apps.new')}
            </Button>
          </>
        )}
        {making && <NewAppDialog onClose={() => setMaking(false)} />}
        {leaving && <RemoveApp app={leaving} onClose={() => setLeaving(null)} />}
      </Section>
      <PrivateFeeds />
    </>
  );
}
