import { Code } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { withTexts } from '@/lib/i18n';
import type { EmbedCodeProps } from './EmbedCode';

const EmbedDialog = lazy(withTexts(() => import('./EmbedDialog'), 'sharing'));

/** For something that visitors may open. */
export function EmbedButton(props: EmbedCodeProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <Code size={18} aria-hidden />
        {t('track.embed')}
      </Button>
      <Suspense>{open && <EmbedDialog {...props} onClose={() => setOpen(false)} />}</Suspense>
    </>
  );
}
