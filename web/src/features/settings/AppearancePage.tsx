import { useTranslation } from 'react-i18next';
import { useThemeChoice } from '@/components/preferences/choices';
import { SingleKeysToggle } from '@/components/preferences/SingleKeysToggle';
import { Button } from '@/components/ui/Button';
import { Choices } from '@/components/ui/Choices';
import { useTitle } from '@/lib/dom/useTitle';
import { useKeys } from '@/lib/keys/store';
import { Section } from './Section';

export function Component() {
  const { t } = useTranslation();
  useTitle(t('settings.tab.appearance'));
  return (
    <>
      <Section title={t('settings.tab.appearance')} lead={t('settings.appearance.lead')}>
        <Choices {...useThemeChoice()} />
      </Section>
      <Section title={t('keys.title')}>
        <SingleKeysToggle />
        <Button size="sm" className="mt-5" onClick={() => useKeys.getState().setSheet(true)}>
          {t('keys.all')}
        </Button>
      </Section>
    </>
  );
}
