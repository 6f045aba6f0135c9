import { useTranslation } from 'react-i18next';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { ErrorState } from '@/components/ui/ErrorState';
import { useMe } from '@/lib/api/auth/me';
import { usePreferences } from '@/lib/api/notifications/preferences';
import { useUpdatePreferences } from '@/lib/api/notifications/updatePreferences';
import { problemText } from '@/lib/api/problemText';
import type { NotificationPreferences, User, UserSettings } from '@/lib/api/schema';
import { useSettings } from '@/lib/api/users/settings';
import { useUpdateSettings } from '@/lib/api/users/updateSettings';
import { useTitle } from '@/lib/dom/useTitle';
import { toast } from '@/lib/toast/store';
import { PushSwitch } from './PushSwitch';
import { Section } from './Section';
import { SwitchList } from './SwitchList';

type Key = keyof NotificationPreferences;
type Event = Key extends infer K ? (K extends `notify_on_${infer E}` ? E : never) : never;

/** What one can be told of, in the order of the server. */
const eventsOf = (preferences: NotificationPreferences) =>
  Object.keys(preferences).flatMap((key) => (key.startsWith('notify_on_') ? [key.slice('notify_on_'.length) as Event] : []));

interface SwitchesProps {
  me: User;
  preferences: NotificationPreferences;
  settings: UserSettings;
}

function Switches({ me, preferences, settings }: SwitchesProps) {
  const { t } = useTranslation();
  const update = useUpdatePreferences();
  const updateSettings = useUpdateSettings();
  const refused = { onError: (error: Error) => toast(problemText(error, t), 'danger') };
  const turn = (key: Key) => (on: boolean) => update.mutate({ [key]: on }, refused);
  const one = (key: Key, label: string, disabled = false) => ({
    key,
    label,
    on: preferences[key],
    disabled,
    onChange: turn(key),
  });
  const noMail = !preferences.email_notifications;
  const events = eventsOf(preferences);
  return (
    <>
      <Section title={t('settings.notify.list')} lead={t('settings.notify.list_lead')}>
        <SwitchList switches={events.map((event) => one(`notify_on_${event}`, t(`settings.notify.event.${event}`)))} />
      </Section>
      <Section title={t('settings.push.title')} lead={t('settings.push.lead')}>
        <PushSwitch user={me.id} accountOff={!preferences.push_notifications} onAllow={() => turn('push_notifications')(true)} />
      </Section>
      <Section title={t('settings.notify.mail')} lead={t('settings.notify.mail_lead')}>
        <SwitchList
          switches={[
            one('email_notifications', t('settings.notify.mail_all')),
            ...events.map((event) => one(`email_on_${event}`, t(`settings.notify.event.${event}`), noMail)),
            {
              key: 'email_marketing',
              label: t('settings.notify.news'),
              hint: t(settings.do_not_sell ? 'settings.notify.news_off' : 'settings.notify.news_hint'),
              on: settings.email_marketing,
              disabled: noMail || settings.do_not_sell,
              onChange: (email_marketing) => updateSettings.mutate({ email_marketing }, refused),
            },
          ]}
        />
      </Section>
    </>
  );
}

export function Component() {
  const { t } = useTranslation();
  const { data: me } = useMe();
  const preferences = usePreferences();
  const settings = useSettings();
  useTitle(t('settings.tab.notifications'));
  const failed = [preferences, settings].find((one) => one.isLoadingError);
  if (failed) return <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />;
  if (!me || preferences.isPending || settings.isPending) return <PeaksSkeleton />;
  return preferences.data && settings.data && <Switches me={me} preferences={preferences.data} settings={settings.data} />;
}
