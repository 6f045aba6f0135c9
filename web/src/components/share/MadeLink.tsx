import { useTranslation } from 'react-i18next';
import { CopyField } from '@/components/ui/CopyField';

/** A new link, which can be copied only now. `path` is undefined until there is one. */
export function MadeLink({ path }: { path: string | undefined }) {
  const { t } = useTranslation();
  return (
    <div role="status">
      {path !== undefined && (
        <>
          <CopyField label={t('sharing.link')} value={`${location.origin}${path}`} />
          <p className="mt-1.5 text-xs text-muted">{t('sharing.once')}</p>
        </>
      )}
    </div>
  );
}
