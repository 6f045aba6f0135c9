import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import { useDiscard } from '@/lib/unsaved/store';

export function DiscardDialog() {
  const { t } = useTranslation();
  const answer = useDiscard((s) => s.answer);
  return (
    <Dialog open inHistory={false} onOpenChange={() => answer(false)} title={t('common.discard.title')} description={t('common.discard.text')}>
      <div className="flex flex-wrap justify-end gap-2">
        <Button tone="danger" onClick={() => answer(true)}>
          {t('common.discard.go')}
        </Button>
        <Button tone="accent" onClick={() => answer(false)}>
          {t('common.discard.stay')}
        </Button>
      </div>
    </Dialog>
  );
}
