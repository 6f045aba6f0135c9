import { ChevronDown } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EmbedCode, type EmbedCodeProps } from './EmbedCode';

/** Part of a dialog that shares something. Nothing while there is no address that visitors may open. The preview opens that address, which counts as opening a
 * link, so it is shown when it is asked for. */
export function EmbedSection({ path, ...props }: Omit<EmbedCodeProps, 'path'> & { path: string | undefined }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  if (path === undefined) return null;
  return (
    <details className="group" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="flex w-fit items-center gap-1.5 py-1 text-sm font-semibold hover:text-ink">
        <ChevronDown size={16} aria-hidden className="transition-transform duration-150 group-open:rotate-180" />
        {t('sharing.embed')}
      </summary>
      {isOpen && (
        <div className="mt-3 space-y-3">
          <p className="text-sm text-muted">{t('sharing.embed_text')}</p>
          <EmbedCode key={path} path={path} {...props} />
        </div>
      )}
    </details>
  );
}
