import { useTranslation } from 'react-i18next';
import { ErrorState } from '@/components/ui/ErrorState';
import { SelectField } from '@/components/ui/Field';
import { problemText } from '@/lib/api/problemText';
import { useSettings } from '@/lib/api/users/settings';
import { useUpdateSettings } from '@/lib/api/users/updateSettings';
import { deviceTimeZone } from '@/lib/format/timeZone';
import { toast } from '@/lib/toast/store';

/** Every zone that this browser lists, and three that it may not list or may list by another name (Asia/Calcutta): UTC, this device's and the saved one. */
const zones = (saved: string): string[] => [...new Set([...Intl.supportedValuesOf('timeZone'), 'UTC', deviceTimeZone(), saved])].sort();

/** The time zone in which mails give times. */
export function TimeZoneField() {
  const { t } = useTranslation();
  const settings = useSettings();
  const update = useUpdateSettings();
  if (settings.isLoadingError) return <ErrorState error={settings.error} onRetry={() => void settings.refetch()} />;
  return (
    <SelectField
      label={t('settings.language.time_zone')}
      hint={t('settings.language.time_zone_hint')}
      className="max-w-sm"
      value={settings.data?.timezone ?? ''}
      disabled={!settings.data}
      onChange={(event) => update.mutate({ timezone: event.target.value }, { onError: (error) => toast(problemText(error, t), 'danger') })}
    >
      {(settings.data ? zones(settings.data.timezone) : []).map((zone) => (
        <option key={zone} value={zone}>
          {zone.replaceAll('_', ' ')}
        </option>
      ))}
    </SelectField>
  );
}
