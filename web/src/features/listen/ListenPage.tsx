/* A queue that several people fill, by its link: what plays, what waits, and asking for more. */

import { Play, SkipForward } from 'lucide-react';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { Cover } from '@/components/cover/Cover';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { useShare } from '@/components/track/useShare';
import { Button } from '@/components/ui/Button';
import { ConfirmDialog } from '@/components/ui/ConfirmDialog';
import { Empty } from '@/components/ui/Empty';
import { ErrorState } from '@/components/ui/ErrorState';
import { NotFound } from '@/components/ui/NotFound';
import { Page, PageHeader } from '@/components/ui/Page';
import { guestKey, setSessionOf } from '@/lib/api/queue/guest';
import { askForTrack, changeSession, endSession, goOn, newLink, takeBackItem, voteFor } from '@/lib/api/queue/sessionActs';
import { sessionKey, type ReadSession, type SharedItem } from '@/lib/api/queue/session';
import { hasCode } from '@/lib/api/problem';
import { useTitle } from '@/lib/dom/useTitle';
import { byline } from '@/lib/format/byline';
import { toast } from '@/lib/toast/store';
import { askedBy } from './askedBy';
import { AskForTrack } from './AskForTrack';
import { GuestName } from './GuestName';
import { HostPanel } from './HostPanel';
import { ListenItem } from './ListenItem';
import { useHosting } from './useHosting';
import { useAct, useSession, useSessionChanges } from './useSession';

function Now({ item }: { item: SharedItem }) {
  const { t } = useTranslation();
  const title = item.title ?? t('listen.unseen');
  return (
    <section aria-label={t('listen.now')} className="mb-6 flex items-center gap-4 rounded-card bg-accent-wash p-4">
      {item.track_id ? <Cover track={{ id: item.track_id, cover_url: item.cover_url, waveform_url: item.waveform_url }} sizes="96px" className="w-20 sm:w-24" eager /> : <div className="size-20 shrink-0 rounded-sm bg-sunk" />}
      <div className="min-w-0">
        <p className="eyebrow">{t('listen.now')}</p>
        <p dir="auto" className="mt-1 line-clamp-2 text-xl font-semibold break-words">
          {title}
        </p>
        <p className="truncate text-sm text-muted">
          {item.creator && <bdi>{byline({ artist: item.artist, creator: item.creator })}</bdi>}
          {item.creator && ' · '}
          {askedBy(t, item)}
        </p>
      </div>
    </section>
  );
}

interface LoadedProps {
  token: string;
  read: ReadSession;
  isGuest: boolean;
}

function Loaded({ token, read, isGuest }: LoadedProps) {
  const { session, items, isRemoved } = read;
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const act = useAct(token);
  const [asks, setAsks] = useState<(() => void) | null>(null);
  const [ending, setEnding] = useState(false);
  const name = session.name || t('listen.title', { name: session.host.display_name });
  const { canShare, share } = useShare({ path: `/listen/${token}`, title: name });
  const current = items.find((item) => item.is_current);
  const waiting = items.filter((item) => !item.is_current);
  const { isHosting, begin } = useHosting(token, items);
  const { is_host: isHost } = session;
  const mayAdd = isHost || session.guests_may_add;
  useTitle(name);
  useSessionChanges(token, session.id);

  /** Does it, once a guest has said who they are. */
  function doAs(work: () => Promise<unknown>): void {
    const run = () => void act(work);
    if (isGuest && !guestKey(token)) setAsks(() => run);
    else run();
  }
  const latest = useRef(doAs);
  useEffect(() => {
    latest.current = doAs;
  });
  /* The same from one rendering to the next, so that of hundreds of rows those that changed are drawn. */
  const vote = useCallback((id: string, yes: boolean) => latest.current(() => voteFor(token, id, yes)), [token]);
  const takeBack = useCallback((id: string) => latest.current(() => takeBackItem(token, id)), [token]);

  async function moveTo(link: string): Promise<void> {
    setSessionOf(link, session.id);
    client.setQueryData(sessionKey(link), read); // the page stays as it is, and what it plays too
    await navigate(`/listen/${link}`, { replace: true });
    toast(t('listen.link_made'), 'ok');
  }

  return (
    <Page>
      <PageHeader
        title={name}
        actions={
          <>
            {isHost && !isHosting && (
              <Button tone="accent" onClick={begin}>
                <Play size={18} aria-hidden className="fill-current" />
                {t('listen.play_here')}
              </Button>
            )}
            {(isHost || session.guests_may_skip) && current && (
              <Button onClick={() => doAs(() => goOn(token, current.id))}>
                <SkipForward size={18} aria-hidden />
                {t('listen.next')}
              </Button>
            )}
            <Button onClick={() => void share()}>{t(canShare ? 'track.share' : 'track.copy_link')}</Button>
          </>
        }
      >
        {t(`listen.about_${session.order}`)} {t('listen.people', { count: session.person_count })}
      </PageHeader>

      <div className="grid gap-10 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="min-w-0">
          {isRemoved && (
            <p role="status" className="mb-6 rounded-card border border-line p-4">
              {t('listen.removed')}
            </p>
          )}
          {current && <Now item={current} />}
          <h2 className="mb-1 text-lg">{t('listen.waiting', { count: waiting.length })}</h2>
          {waiting.length > 0 ? (
            <ol>
              {waiting.map((item) => (
                <ListenItem
                  key={item.id}
                  item={item}
                  onVote={vote}
                  onRemove={isHost || item.is_mine ? takeBack : null}
                />
              ))}
            </ol>
          ) : (
            <Empty title={t('listen.empty')}>{mayAdd && t(isHosting ? 'listen.empty_hosting' : 'listen.empty_hint')}</Empty>
          )}
          {isHost && (
            <HostPanel
              session={session}
              onChange={(changes) => void act(() => changeSession(token, changes))}
              onNewLink={() =>
                void act(async () => {
                  const link = await newLink(token);
                  await moveTo(link.token);
                })
              }
              onEnd={() => setEnding(true)}
            />
          )}
        </div>
        <div className="min-w-0">{mayAdd ? <AskForTrack onAsk={(id) => doAs(() => askForTrack(token, id))} /> : <p className="text-muted">{t('listen.host_adds')}</p>}</div>
      </div>

      {asks && (
        <GuestName
          token={token}
          onClose={() => setAsks(null)}
          onJoined={() => {
            setAsks(null);
            asks();
          }}
        />
      )}
      {ending && (
        <ConfirmDialog
          title={t('listen.end_title')}
          text={t('listen.end_text')}
          confirm={t('listen.end')}
          busy={false}
          onClose={() => setEnding(false)}
          onConfirm={() => {
            setEnding(false);
            void act(() => endSession(token));
          }}
        />
      )}
    </Page>
  );
}

export function Component() {
  const { t } = useTranslation();
  const { token = '' } = useParams();
  const { data, error, me, refetch } = useSession(token);

  if (hasCode(error, 'not_found')) return <NotFound title={t('listen.unknown')} />;
  if (hasCode(error, 'removed')) return <NotFound title={t('errors.removed')} />;
  if (hasCode(error, 'forbidden')) return <NotFound title={t('listen.withdrawn')} />;
  if (data && me !== undefined) return <Loaded key={data.session.id} token={token} read={data} isGuest={me === null} />;
  return (
    <Page>
      {error ? (
        <ErrorState page error={error} onRetry={() => void refetch()} />
      ) : (
        <>
          <h1 className="sr-only">{t('common.loading')}</h1>
          <PeaksSkeleton seed={token} bars={120} className="h-24" />
        </>
      )}
    </Page>
  );
}
