import { useTranslation } from 'react-i18next';
import { useTitle } from '@/lib/dom/useTitle';
import { DeleteAccount } from './DeleteAccount';
import { Exports } from './Exports';

export function Component() {
  const { t } = useTranslation();
  useTitle(t('settings.tab.data'));
  return (
    <>
      <Exports />
      <DeleteAccount />
    </>
  );
}
