/* From one track to another: the goal is searched for, and the tracks between are played. */

import { useQuery } from '@tanstack/react-query';
import { Play } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { TrackStrips } from '@/components/track/TrackLists';
import { Button } from '@/components/ui/Button';
import { ErrorState } from '@/components/ui/ErrorState';
import { Page, PageHeader } from '@/components/ui/Page';
import { TextField } from '@/components/ui/Field';
import { pathBetween } from '@/lib/api/discover/radio';
import { trackQuery } from '@/lib/api/tracks/get';
import { listTracks } from '@/lib/api/tracks/list';
import { useTitle } from '@/lib/dom/useTitle';
import { byline } from '@/lib/format/byline';
import { isPlayable, toPlayerTrack } from '@/lib/player/contract';
import { playList } from '@/lib/player/play';

const LENGTH = 10;

function Goal({ from, onChoose }: { from: string; onChoose: (id: string) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const q = useDeferredValue(text.trim());
  const found = useQuery({
    queryKey: ['tracks', 'goals', q],
    queryFn: () => listTracks({ q, limit: 8 }),
    enabled: q.length > 1,
    placeholderData: (before) => before,
  });
  const items = found.data?.items.filter(({ id }) => id !== from) ?? [];
  return (
    <>
      <TextField label={t('discover.path.to')} placeholder={t('discover.path.search')} value={text} onChange={(event) => setText(event.target.value)} />
      {found.isLoadingError && <ErrorState error={found.error} onRetry={() => void found.refetch()} />}
      {found.isSuccess && q.length > 1 && items.length === 0 && <p className="mt-4 text-muted">{t('discover.path.none')}</p>}
      <ul className="mt-4 divide-y divide-line">
        {items.map((track) => (
          <li key={track.id}>
            <button type="button" aria-label={t('discover.path.choose', { title: track.title })} onClick={() => onChoose(track.id)} className="w-full min-w-0 py-3 text-start hover:bg-sunk">
              <bdi className="block truncate">{track.title}</bdi>
              <bdi className="block truncate text-sm text-muted">{byline(track)}</bdi>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

function Way({ from, to, onBack }: { from: string; to: string; onBack: () => void }) {
  const { t } = useTranslation();
  const way = useQuery({ queryKey: ['discover', 'path', from, to], queryFn: ({ signal }) => pathBetween(from, to, LENGTH, signal), staleTime: 60_000 });
  if (way.isPending) return <PeaksSkeleton />;
  if (way.isLoadingError) return <ErrorState error={way.error} onRetry={onBack} />;
  const tracks = way.data.items;
  const playable = tracks.filter(isPlayable).map(toPlayerTrack);
  return (
    <>
      <div className="mb-4 flex flex-wrap gap-2">
        <Button tone="accent" disabled={playable.length === 0} onClick={() => playList(playable, 0)}>
          <Play size={18} aria-hidden />
          {t('discover.path.play', { count: playable.length })}
        </Button>
        <Button onClick={onBack}>{t('discover.path.back')}</Button>
      </div>
      <h2 className="sr-only">{t('discover.tracks')}</h2>
      <TrackStrips tracks={tracks} />
    </>
  );
}

export function Component() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const track = useQuery(trackQuery(id));
  const [goal, setGoal] = useState<string | null>(null);
  const title = t('discover.path.title', { title: track.data?.title ?? '…' });
  useTitle(title);
  if (track.isLoadingError)
    return (
      <Page>
        <ErrorState error={track.error} onRetry={() => void track.refetch()} />
      </Page>
    );
  return (
    <Page>
      <PageHeader title={title}>{t('discover.path.text')}</PageHeader>
      {goal === null ? <Goal from={id} onChoose={setGoal} /> : <Way from={id} to={goal} onBack={() => setGoal(null)} />}
    </Page>
  );
}
