import { useTranslation } from 'react-i18next';
import { EmbedCode, type EmbedCodeProps } from './EmbedCode';

/** Part of a dialog that shares something. Nothing while there is no address that visitors may open. */
export function EmbedSection({ path, ...props }: Omit<EmbedCodeProps, 'path'> & { path: string | undefined }) {
  const { t } = useTranslation();
  if (path === undefined) return null;
  return (
    <section aria-labelledby="embed" className="space-y-3">
      <h3 id="embed" className="text-sm font-semibold">
        {t('sharing.embed')}
      </h3>
      <p className="text-sm text-muted">{t('sharing.embed_text')}</p>
      <EmbedCode key={path} path={path} {...props} />
    </section>
  );
}
