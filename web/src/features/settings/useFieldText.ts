import { useTranslation } from 'react-i18next';

/** The schema's codes in words; what is no code came from the server and is shown as it is. */
export function useFieldText() {
  const { t } = useTranslation();
  return (code: string | undefined) => (code && /^[a-z_]+$/.test(code) ? t(`settings.field_error.${code}`) : code);
}
