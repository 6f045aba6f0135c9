/* Messages: one's conversations, and the one that is open. Two panes side by side; on a phone one of them. */

import { useQueryClient } from '@tanstack/react-query';
import { clsx } from 'clsx';
import { MessagesSquare } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { Button } from '@/components/ui/Button';
import { useMe } from '@/lib/api/auth/me';
import { invalidateConversations } from '@/lib/api/chat/cache';
import { openOutbox } from '@/lib/chat/outbox';
import { useTitle } from '@/lib/dom/useTitle';
import { putMessage } from '@/lib/realtime/useRoom';
import { ConversationList, type Asked } from './ConversationList';
import { Room } from './Room';

const NewConversationDialog = lazy(() => import('./NewConversationDialog'));
const PublicRoomsDialog = lazy(() => import('./PublicRoomsDialog'));
const SearchDialog = lazy(() => import('./SearchDialog'));

/** Nothing is open: what to do. */
function Welcome({ onNew }: { onNew: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="flex h-full flex-col items-center justify-center gap-3 p-8 text-center">
      <MessagesSquare size={40} aria-hidden className="text-muted" />
      <h2 className="text-lg">{t('chat.welcome')}</h2>
      <p className="max-w-sm text-base text-muted">{t('chat.welcome_text')}</p>
      <Button onClick={onNew}>{t('chat.new')}</Button>
    </div>
  );
}

/** What was written goes on its way for as long as the page is there. */
function useSending(): void {
  const client = useQueryClient();
  useEffect(
    () =>
      openOutbox((message) => {
        putMessage(client, message);
        invalidateConversations(client);
      }),
    [client],
  );
}

export function Component() {
  const { t } = useTranslation();
  const { id } = useParams();
  const { data: me } = useMe();
  const navigate = useNavigate();
  const [asked, setAsked] = useState<Asked | null>(null);
  useTitle(t('chat.title'));
  useSending();
  if (!me) return null;
  const close = () => setAsked(null);
  const open = (room: string) => {
    close();
    void navigate(`/chat/${room}`);
  };
  return (
    <div className="flex h-[calc(100dvh-var(--header-h)-var(--player-h)-var(--tabs-h))] min-h-80">
      <div className={clsx('w-full shrink-0 overflow-y-auto border-line min-[900px]:w-80 min-[900px]:border-e', id && 'max-[899px]:hidden')}>
        <ConversationList me={me} openId={id} onAsk={setAsked} />
      </div>
      <div className={clsx('min-w-0 flex-1', !id && 'max-[899px]:hidden')}>{id ? <Room key={id} id={id} me={me} /> : <Welcome onNew={() => setAsked('new')} />}</div>
      <Suspense fallback={null}>
        {asked === 'new' && <NewConversationDialog me={me} onOpen={open} onClose={close} />}
        {asked === 'public' && <PublicRoomsDialog onOpen={open} onClose={close} />}
        {asked === 'search' && <SearchDialog onClose={close} />}
      </Suspense>
    </div>
  );
}
