import { useTranslation } from 'react-i18next';
import { useLanguageChoice } from '@/components/preferences/choices';
import { Choices } from '@/components/ui/Choices';
import { problemText } from '@/lib/api/problemText';
import { useUpdateSettings } from '@/lib/api/users/updateSettings';
import { useTitle } from '@/lib/dom/useTitle';
import { toast } from '@/lib/toast/store';
import { Section } from './Section';
import { TimeZoneField } from './TimeZoneField';

export function Component() {
  const { t } = useTranslation();
  const choice = useLanguageChoice();
  const update = useUpdateSettings();
  useTitle(t('settings.tab.language'));
  return (
    <Section title={t('settings.tab.language')} lead={t('settings.language.lead')}>
      <Choices
        {...choice}
        onChange={(language) => {
          choice.onChange(language);
          update.mutate({ language }, { onError: (error) => toast(problemText(error, t), 'danger') });
        }}
      />
      <div className="mt-8">
        <TimeZoneField />
      </div>
    </Section>
  );
}
