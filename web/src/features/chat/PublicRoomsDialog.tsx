import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { Button } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import { ErrorState } from '@/components/ui/ErrorState';
import { TextField } from '@/components/ui/Field';
import { More } from '@/components/ui/More';
import { usePublicRooms } from '@/lib/api/chat/conversations';
import { useJoinRoom } from '@/lib/api/chat/rooms';
import { useDebounced } from '@/lib/dom/useDebounced';
import { tellProblem } from '@/lib/toast/problem';
import { RoomPicture } from './RoomPicture';
import { titleOf } from './title';

interface PublicRoomsDialogProps {
  onOpen: (id: string) => void;
  onClose: () => void;
}

/** Rooms that everybody may join. */
export default function PublicRoomsDialog({ onOpen, onClose }: PublicRoomsDialogProps) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const list = usePublicRooms(useDebounced(text.trim(), 200));
  const join = useJoinRoom();
  const rooms = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('chat.public_rooms')}>
      <TextField label={t('chat.find_room')} value={text} autoComplete="off" onChange={(event) => setText(event.target.value)} />
      <div className="mt-4 min-h-24">
        {list.isPending && <PeaksSkeleton className="h-10" />}
        {list.isLoadingError && <ErrorState error={list.error} onRetry={() => void list.refetch()} />}
        {list.data && rooms.length === 0 && <p className="text-base text-muted">{t('chat.no_rooms')}</p>}
        <ul aria-label={t('chat.public_rooms')} className="divide-y divide-line">
          {rooms.map((room) => {
            const title = titleOf(room, t);
            return (
              <li key={room.id} className="flex items-center gap-3 py-2.5">
                <RoomPicture room={room} />
                <div className="min-w-0 flex-1">
                  <p dir="auto" className="truncate font-semibold">
                    {title}
                  </p>
                  <p className="num text-xs text-muted">{t('chat.members', { count: room.member_count })}</p>
                  {room.description && (
                    <p dir="auto" className="line-clamp-2 text-sm text-muted">
                      {room.description}
                    </p>
                  )}
                </div>
                {room.role === null ? (
                  <Button
                    size="sm"
                    aria-label={t('chat.join_name', { name: title })}
                    busy={join.isPending && join.variables === room.id}
                    onClick={() => join.mutate(room.id, { onSuccess: () => onOpen(room.id), onError: tellProblem })}
                  >
                    {t('chat.join')}
                  </Button>
                ) : (
                  <Button size="sm" tone="quiet" aria-label={t('chat.open_name', { name: title })} onClick={() => onOpen(room.id)}>
                    {t('chat.open')}
                  </Button>
                )}
              </li>
            );
          })}
        </ul>
        <More list={list} className="mt-3" small />
      </div>
    </Dialog>
  );
}
