import { useTranslation } from 'react-i18next';
import { Toggle } from '@/components/ui/Toggle';
import { useKeys } from '@/lib/keys/store';

/** Switches off the shortcuts of keys that are pressed alone. */
export function SingleKeysToggle() {
  const { t } = useTranslation();
  const { single, setSingle } = useKeys();
  return <Toggle label={t('keys.single')} hint={t('keys.single_hint')} checked={single} onChange={(event) => setSingle(event.target.checked)} />;
}
