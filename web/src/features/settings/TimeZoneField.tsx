import { useTranslation } from 'react-i18next';
import { ErrorState } from '@/components/ui/ErrorState';
import { SelectField } from '@/components/ui/Field';
import { problemText } from '@/lib/api/problemText';
import { useSettings } from '@/lib/api/users/settings';
import { useUpdateSettings } from '@/lib/api/users/updateSettings';
import { toast } from '@/lib/toast/store';

/** Every zone that this browser knows, with the saved one and this device's, which it may leave out or call otherwise (UTC, Asia/Calcutta). */
function zones(saved: string): string[] {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return [...new Set([...Intl.supportedValuesOf('timeZone'), 'UTC', here, saved])].sort();
}

/** Of the times that mails name. */
export function TimeZoneField() {
  const { t } = useTranslation();
  const settings = useSettings();
  const update = useUpdateSettings();
  if (settings.isError) return <ErrorState error={settings.error} onRetry={() => void settings.refetch()} />;
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
