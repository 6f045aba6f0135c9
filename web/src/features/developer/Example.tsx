import { useTranslation } from 'react-i18next';
import { CopyField } from '@/components/ui/CopyField';
import { API } from '@/lib/api/client';

/** A first call, to be pasted into a terminal. */
export const curlOf = (key: string) => `curl -H "Authorization: Bearer ${key}" "${location.origin}${API}/tracks?limit=5"`;

export function Example() {
  const { t } = useTranslation();
  return (
    <section aria-labelledby="example" className="mt-12">
      <h2 id="example" className="text-lg">
        {t('developer.example')}
      </h2>
      <p className="mt-1 mb-4 max-w-prose text-muted">{t('developer.example_text')}</p>
      <CopyField label={t('developer.example')} value={curlOf('$VEZA_KEY')} />
    </section>
  );
}
