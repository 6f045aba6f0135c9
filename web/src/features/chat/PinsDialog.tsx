import { useTranslation } from 'react-i18next';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { Dialog } from '@/components/ui/Dialog';
import { ErrorState } from '@/components/ui/ErrorState';
import { More } from '@/components/ui/More';
import { usePins } from '@/lib/api/chat/search';
import type { Conversation } from '@/lib/api/schema';
import { FoundMessages } from './FoundMessages';

interface PinsDialogProps {
  room: Conversation;
  onJump: (seq: number) => void;
  onClose: () => void;
}

export default function PinsDialog({ room, onJump, onClose }: PinsDialogProps) {
  const { t } = useTranslation();
  const list = usePins(room.id);
  const messages = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('chat.pins')}>
      {list.isPending ? (
        <PeaksSkeleton className="h-10" />
      ) : list.isLoadingError ? (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      ) : messages.length === 0 ? (
        <p className="text-base text-muted">{t('chat.no_pins')}</p>
      ) : (
        <FoundMessages messages={messages} label={t('chat.pins')} onChoose={({ seq }) => onJump(seq)} />
      )}
      <More list={list} className="mt-3" small />
    </Dialog>
  );
}
