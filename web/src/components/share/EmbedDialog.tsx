import { useTranslation } from 'react-i18next';
import { Dialog } from '@/components/ui/Dialog';
import { EmbedCode, type EmbedCodeProps } from './EmbedCode';

export default function EmbedDialog({ onClose, ...props }: EmbedCodeProps & { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog open wide onOpenChange={(open) => !open && onClose()} title={t('sharing.embed')} description={t('sharing.embed_text')}>
      <EmbedCode {...props} />
    </Dialog>
  );
}
