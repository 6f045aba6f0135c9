/* The stems of a track on its page: whoever may hear them plays and downloads them; its owner adds, changes and removes them, and says who else may. */

import { useQuery } from '@tanstack/react-query';
import { Upload, Users } from 'lucide-react';
import { lazy, Suspense, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { ConfirmDialog } from '@/components/ui/ConfirmDialog';
import { ErrorState } from '@/components/ui/ErrorState';
import { Progress } from '@/components/ui/Progress';
import { hasCode } from '@/lib/api/problem';
import { problemText } from '@/lib/api/problemText';
import { failureText } from '@/lib/api/tracks/outcome';
import { stemsQuery, useRemoveStem } from '@/lib/api/tracks/stems';
import type { Stem, Track } from '@/lib/api/schema';
import { useFormat } from '@/lib/format/useFormat';
import { toast } from '@/lib/toast/store';
import { ACCEPT } from '@/lib/uploads/soundFiles';
import { StemMixer } from './StemMixer';
import { cancelStem, sendStemAgain, sendStems, useStemUploads, type SendingStem } from './stemUpload';

const StemDialog = lazy(() => import('./StemDialog'));
const StemPeopleDialog = lazy(() => import('./StemPeopleDialog'));

const MOST = 32;

function SendingRow({ sending, full }: { sending: SendingStem; full: boolean }) {
  const { t } = useTranslation();
  const f = useFormat();
  const { file, sent, state, error, key } = sending;
  return (
    <li className="border-t border-line py-3">
      <p className="truncate font-semibold">
        <bdi>{file.name}</bdi>
      </p>
      {state === 'failed' ? (
        <p role="alert" className="text-sm text-danger">
          {!hasCode(error, 'conflict') ? problemText(error, t) : full ? t('stems.at_most', { most: MOST }) : t('stems.name_taken')}
        </p>
      ) : (
        <>
          <p className="num text-sm text-muted">{state === 'waiting' ? t('stems.waiting') : t('stems.sent', { sent: f.bytes(sent), total: f.bytes(file.size) })}</p>
          <Progress className="mt-2" value={file.size > 0 ? sent / file.size : null} label={t('stems.sending', { name: file.name })} />
        </>
      )}
      <div className="mt-2 flex flex-wrap gap-2">
        {state === 'failed' && (
          <Button size="sm" onClick={() => sendStemAgain(key)}>
            {t('common.retry')}
          </Button>
        )}
        <Button size="sm" tone="quiet" aria-label={t('stems.cancel', { name: file.name })} onClick={() => cancelStem(sending)}>
          {t('common.cancel')}
        </Button>
      </div>
    </li>
  );
}

/** One that is being prepared, or cannot be. */
function UnreadyRow({ stem, onRemove }: { stem: Stem; onRemove: () => void }) {
  const { t } = useTranslation();
  const percent = Math.round((stem.progress ?? 0) * 100);
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 border-t border-line py-3">
      <h3 dir="auto" className="min-w-0 truncate text-base font-semibold">
        {stem.name}
      </h3>
      {stem.state === 'failed' ? (
        <span className="text-sm text-danger">{failureText({ failure_code: stem.failure_code, status_message: stem.failure }, t)}</span>
      ) : (
        <span role="status" className="num text-sm text-muted">
          {t('stems.pending', { percent })}
        </span>
      )}
      <Button size="sm" tone="quiet" className="ms-auto" aria-label={t('stems.remove_this', { name: stem.name })} onClick={onRemove}>
        {t('stems.remove')}
      </Button>
    </li>
  );
}

export default function TrackStems({ track }: { track: Track }) {
  const { t } = useTranslation();
  const stems = useQuery(stemsQuery(track.id));
  const uploads = useStemUploads(({ list }) => list);
  const remove = useRemoveStem(track.id);
  const input = useRef<HTMLInputElement>(null);
  const [edited, setEdited] = useState<Stem | null>(null);
  const [removed, setRemoved] = useState<Stem | null>(null);
  const [people, setPeople] = useState(false);
  if (stems.isLoadingError) return <ErrorState error={stems.error} onRetry={() => void stems.refetch()} />;
  if (!stems.data) return null;
  const { items } = stems.data;
  const ready = items.filter((stem) => stem.state === 'ready');
  const sending = uploads.filter((one) => one.track === track.id);
  const add = (files: readonly File[]) => {
    const room = MOST - items.length - sending.length;
    if (files.length > room) toast(t('stems.at_most', { most: MOST }), 'danger');
    sendStems(track.id, files.slice(0, Math.max(0, room)));
  };
  return (
    <section aria-labelledby="stems-title" className="mt-10">
      <div className="mb-3 flex flex-wrap items-center gap-3">
        <h2 id="stems-title" className="text-xl font-bold tracking-tight">
          {t('stems.title')}
        </h2>
        {track.is_mine && (
          <>
            <Button size="sm" disabled={items.length >= MOST} onClick={() => input.current?.click()}>
              <Upload size={16} aria-hidden />
              {t('stems.add')}
            </Button>
            <input
              ref={input}
              type="file"
              multiple
              hidden
              accept={ACCEPT}
              aria-label={t('stems.files')}
              onChange={(event) => {
                add([...(event.target.files ?? [])]);
                event.target.value = '';
              }}
            />
            {items.length > 0 && (
              <Button size="sm" onClick={() => setPeople(true)}>
                <Users size={16} aria-hidden />
                {t('stems.people')}
              </Button>
            )}
          </>
        )}
      </div>
      <p className="mb-3 max-w-prose text-sm text-muted">{t(track.is_mine ? (items.length ? 'stems.hint' : 'stems.empty') : 'stems.guest_hint')}</p>
      {ready.length > 0 && <StemMixer track={track} stems={ready} onEdit={setEdited} onRemove={setRemoved} />}
      <ul className="border-b border-line">
        {items
          .filter((stem) => stem.state !== 'ready')
          .map((stem) => (
            <UnreadyRow key={stem.id} stem={stem} onRemove={() => setRemoved(stem)} />
          ))}
        {sending.map((one) => (
          <SendingRow key={one.key} sending={one} full={items.length >= MOST} />
        ))}
      </ul>
      {removed && (
        <ConfirmDialog
          title={t('stems.remove_title', { name: removed.name })}
          text={t('stems.remove_text')}
          confirm={t('stems.remove')}
          busy={remove.isPending}
          onClose={() => setRemoved(null)}
          onConfirm={() =>
            void remove.mutateAsync(removed.id).then(
              () => setRemoved(null),
              (error: unknown) => toast(problemText(error, t), 'danger'),
            )
          }
        />
      )}
      <Suspense fallback={null}>
        {edited && <StemDialog track={track} stem={edited} onClose={() => setEdited(null)} />}
        {people && <StemPeopleDialog track={track} onClose={() => setPeople(false)} />}
      </Suspense>
    </section>
  );
}
