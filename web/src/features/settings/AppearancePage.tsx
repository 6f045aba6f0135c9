import { useTranslation } from 'react-i18next';
import { useThemeChoice } from '@/components/preferences/choices';
import { Choices } from '@/components/ui/Choices';
import { useTitle } from '@/lib/dom/useTitle';
import { Section } from './Section';

export function Component() {
  const { t } = useTranslation();
  useTitle(t('settings.tab.appearance'));
  return (
    <Section title={t('settings.tab.appearance')} lead={t('settings.appearance.lead')}>
      <Choices {...useThemeChoice()} />
    </Section>
  );
}
