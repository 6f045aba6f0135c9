import { useTranslation } from 'react-i18next';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { ErrorState } from '@/components/ui/ErrorState';
import { usePreferences } from '@/lib/api/notifications/preferences';
import { useUpdatePreferences } from '@/lib/api/notifications/updatePreferences';
import { problemText } from '@/lib/api/problemText';
import type { NotificationPreferences } from '@/lib/api/types';
import { useTitle } from '@/lib/dom/useTitle';
import { toast } from '@/lib/toast/store';
import { Section } from './Section';
import { SwitchList } from './SwitchList';

const EVENTS = ['follow', 'like', 'comment', 'message', 'mention'] as const;

function Switches({ preferences }: { preferences: NotificationPreferences }) {
  const { t } = useTranslation();
  const update = useUpdatePreferences();
  const turn = (key: keyof NotificationPreferences) => (on: boolean) =>
    update.mutate({ [key]: on }, { onError: (error) => toast(problemText(error, t), 'danger') });
  const one = (key: keyof NotificationPreferences, label: string, disabled = false) => ({
    key,
    label,
    on: preferences[key],
    disabled,
    onChange: turn(key),
  });
  return (
    <>
      <Section title={t('settings.notify.list')} lead={t('settings.notify.list_lead')}>
        <SwitchList switches={EVENTS.map((event) => one(`notify_on_${event}`, t(`settings.notify.event.${event}`)))} />
      </Section>
      <Section title={t('settings.notify.mail')} lead={t('settings.notify.mail_lead')}>
        <SwitchList
          switches={[
            one('email_notifications', t('settings.notify.mail_all')),
            ...EVENTS.map((event) => one(`email_on_${event}`, t(`settings.notify.event.${event}`), !preferences.email_notifications)),
          ]}
        />
      </Section>
    </>
  );
}

export function Component() {
  const { t } = useTranslation();
  const preferences = usePreferences();
  useTitle(t('settings.tab.notifications'));
  if (preferences.isError) return <ErrorState error={preferences.error} onRetry={() => void preferences.refetch()} />;
  if (preferences.isPending) return <PeaksSkeleton />;
  return <Switches preferences={preferences.data} />;
}
