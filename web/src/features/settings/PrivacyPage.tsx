import { useTranslation } from 'react-i18next';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { ErrorState } from '@/components/ui/ErrorState';
import { useMe } from '@/lib/api/auth/me';
import { problemText } from '@/lib/api/problemText';
import type { User, UserSettings } from '@/lib/api/schema';
import { usePrivacyOptOut } from '@/lib/api/users/privacyOptOut';
import { useSettings } from '@/lib/api/users/settings';
import { useUpdateProfile } from '@/lib/api/users/updateProfile';
import { useUpdateSettings } from '@/lib/api/users/updateSettings';
import { useTitle } from '@/lib/dom/useTitle';
import { toast } from '@/lib/toast/store';
import { BlockedPeople } from './BlockedPeople';
import { MutedThings } from './MutedThings';
import { Section } from './Section';
import { SwitchList } from './SwitchList';

function Switches({ me, settings }: { me: User; settings: UserSettings }) {
  const { t } = useTranslation();
  const profile = useUpdateProfile();
  const update = useUpdateSettings();
  const optOut = usePrivacyOptOut();
  const refused = { onError: (error: Error) => toast(problemText(error, t), 'danger') };
  const words = <Key extends 'public' | 'indexing' | 'activity' | 'explicit' | 'autoplay' | 'history' | 'hold' | 'do_not_sell'>(key: Key) => ({ key, label: t(`settings.privacy.${key}.label`), hint: t(`settings.privacy.${key}.hint`) });
  return (
    <>
      <Section title={t('settings.privacy.seen')}>
        <SwitchList
          switches={[
            { ...words('public'), on: me.is_public, onChange: (is_public) => profile.mutate({ id: me.id, changes: { is_public } }, refused) },
            {
              ...words('indexing'),
              on: settings.allow_search_indexing,
              onChange: (allow_search_indexing) => update.mutate({ allow_search_indexing }, refused),
            },
            { ...words('activity'), on: settings.show_activity, onChange: (show_activity) => update.mutate({ show_activity }, refused) },
          ]}
        />
      </Section>
      <Section title={t('settings.privacy.shown')}>
        <SwitchList
          switches={[{ ...words('explicit'), on: settings.explicit_content, onChange: (explicit_content) => update.mutate({ explicit_content }, refused) }]}
        />
      </Section>
      <Section title={t('settings.privacy.listening')}>
        <SwitchList
          switches={[
            { ...words('autoplay'), on: settings.autoplay, onChange: (autoplay) => update.mutate({ autoplay }, refused) },
            { ...words('history'), on: settings.listening_history, onChange: (listening_history) => update.mutate({ listening_history }, refused) },
          ]}
        />
      </Section>
      <Section title={t('settings.privacy.comments')}>
        <SwitchList
          switches={[{ ...words('hold'), on: settings.hold_first_comments, onChange: (hold_first_comments) => update.mutate({ hold_first_comments }, refused) }]}
        />
      </Section>
      <Section title={t('settings.privacy.data')}>
        <SwitchList switches={[{ ...words('do_not_sell'), on: settings.do_not_sell, onChange: (on) => optOut.mutate(on, refused) }]} />
      </Section>
    </>
  );
}

export function Component() {
  const { t } = useTranslation();
  const { data: me } = useMe();
  const settings = useSettings();
  useTitle(t('settings.tab.privacy'));
  if (settings.isLoadingError) return <ErrorState error={settings.error} onRetry={() => void settings.refetch()} />;
  if (!me || settings.isPending) return <PeaksSkeleton />;
  return (
    <>
      <Switches me={me} settings={settings.data} />
      <Section title={t('settings.privacy.blocked')} lead={t('settings.privacy.blocked_lead')}>
        <BlockedPeople />
      </Section>
      <Section title={t('settings.privacy.muted')} lead={t('settings.privacy.muted_lead')}>
        <MutedThings />
      </Section>
    </>
  );
}
