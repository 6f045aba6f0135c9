import { Search, Upload } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { HeldLink } from '@/components/comments/HeldLink';
import { CreatorInvite } from '@/components/track/CreatorInvite';
import { DeleteTrackDialog } from '@/components/track/DeleteTrackDialog';
import { LibraryTabs } from '@/components/track/LibraryTabs';
import { TrackStripsSkeleton } from '@/components/track/TrackSkeletons';
import { Button } from '@/components/ui/Button';
import { Chip } from '@/components/ui/Chip';
import { Empty } from '@/components/ui/Empty';
import { ErrorState } from '@/components/ui/ErrorState';
import { inputClass } from '@/components/ui/Field';
import { Page, PageHeader } from '@/components/ui/Page';
import { Pagination } from '@/components/ui/Pagination';
import { useMe } from '@/lib/api/auth/me';
import { useTracks, type TrackFilter } from '@/lib/api/tracks/list';
import type { Track } from '@/lib/api/schema';
import { mayUpload } from '@/lib/api/users/becomeCreator';
import { useDebounced } from '@/lib/dom/useDebounced';
import { useTitle } from '@/lib/dom/useTitle';
import { LibraryTable } from './LibraryTable';
import { ManyBar } from './ManyBar';
import { RemovedTracks } from './RemovedTracks';
import { useSelection } from './useSelection';

const EditTrackDialog = lazy(() => import('@/components/track/EditTrackDialog'));

const LIMIT = 50;
const STATES = ['', 'completed', 'processing', 'failed'] as const;
const SORTS = ['newest', 'oldest', 'title'] as const;

export function Component() {
  const { t } = useTranslation();
  const { data: me } = useMe();
  const [params, setParams] = useSearchParams();
  const [text, setText] = useState(params.get('q') ?? '');
  const q = useDebounced(text.trim(), 250);
  const [dialog, setDialog] = useState<{ kind: 'edit' | 'delete'; track: Track } | null>(null);
  const status = STATES.find((s) => s === params.get('status')) ?? '';
  const sort = SORTS.find((s) => s === params.get('sort')) ?? 'newest';
  const page = Math.max(1, Number(params.get('page')) || 1);
  const filter: TrackFilter = { mine: true, sort, page, limit: LIMIT, ...(status && { status }), ...(q && { q }) };
  const tracks = useTracks(filter);
  const selection = useSelection(tracks.data?.items ?? []);
  const isAdmin = me?.role === 'admin';
  const isRemoved = isAdmin && params.get('status') === 'removed';
  const turnTo = (next: number) => setParams((old) => new URLSearchParams({ ...Object.fromEntries(old), page: String(next) }));
  useTitle(t('library.title'));

  const set = (name: string, value: string) =>
    setParams(
      (old) => {
        const next = new URLSearchParams(old);
        next.delete('page');
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true, preventScrollReset: true },
    );
  const filtered = status !== '' || q !== '';

  return (
    <Page>
      <PageHeader
        title={t('library.title')}
        actions={
          <Button asChild tone={tracks.data?.items.length ? 'accent' : 'plain'}>
            <Link to="/upload">
              <Upload size={18} aria-hidden />
              {t('frame.nav.upload')}
            </Link>
          </Button>
        }
      >
        {tracks.data ? t('library.count', { count: tracks.data.total ?? 0 }) : ' '}
      </PageHeader>

      <LibraryTabs />
      <HeldLink className="mb-6" />
      <div className="mb-4 flex flex-wrap items-center gap-x-3 gap-y-3">
        {!isRemoved && (
          <div className="relative w-full sm:w-72">
            <Search size={16} aria-hidden className="pointer-events-none absolute start-3 top-3 text-muted" />
            <input
              type="search"
              dir="auto"
              value={text}
              onChange={(event) => {
                setText(event.target.value);
                set('page', '');
              }}
              aria-label={t('library.filter')}
              placeholder={t('library.filter')}
              className={`${inputClass} h-10 ps-9`}
            />
          </div>
        )}
        <div role="group" aria-label={t('library.states')} className="-mx-4 flex gap-2 overflow-x-auto px-4 sm:mx-0 sm:px-0">
          {STATES.map((state) => (
            <Chip key={state} pressed={state === status && !isRemoved} onClick={() => set('status', state)}>
              {t(`library.state.${state || 'all'}`)}
            </Chip>
          ))}
          {isAdmin && (
            <Chip pressed={isRemoved} onClick={() => set('status', 'removed')}>
              {t('library.state.removed')}
            </Chip>
          )}
        </div>
        {!isRemoved && (
          <select
            aria-label={t('library.sort')}
            value={sort}
            onChange={(event) => set('sort', event.target.value === 'newest' ? '' : event.target.value)}
            className={`${inputClass} ms-auto h-9 sm:w-auto`}
          >
            {SORTS.map((name) => (
              <option key={name} value={name}>
                {t(`library.sort_by.${name}`)}
              </option>
            ))}
          </select>
        )}
      </div>

      {isRemoved ? (
        <RemovedTracks page={page} limit={LIMIT} onPage={turnTo} />
      ) : (
        <>
          {tracks.isPending && <TrackStripsSkeleton count={8} />}
          {tracks.isLoadingError && <ErrorState error={tracks.error} onRetry={() => void tracks.refetch()} />}
          {tracks.data && tracks.data.items.length > 0 && (
            <>
              <LibraryTable
                tracks={tracks.data.items}
                selection={selection}
                onEdit={(track) => setDialog({ kind: 'edit', track })}
                onDelete={(track) => setDialog({ kind: 'delete', track })}
              />
              <Pagination page={page} limit={LIMIT} total={tracks.data.total ?? 0} onPage={turnTo} />
            </>
          )}
          <ManyBar tracks={tracks.data?.items.filter(({ id }) => selection.ids.has(id)) ?? []} onNone={selection.none} />
          {tracks.data?.items.length === 0 && filtered && (
            <Empty
              title={t('library.nothing')}
              action={
                <Button
                  onClick={() => {
                    setText('');
                    setParams({});
                  }}
                >
                  {t('common.clear_filters')}
                </Button>
              }
            />
          )}
          {tracks.data?.items.length === 0 &&
            !filtered &&
            (me && !mayUpload(me) ? (
              <CreatorInvite />
            ) : (
              <Empty
                title={t('track.first.title')}
                action={
                  <Button asChild tone="accent">
                    <Link to="/upload">{t('track.first.action')}</Link>
                  </Button>
                }
              >
                {t('track.first.text')}
              </Empty>
            ))}
        </>
      )}

      {dialog?.kind === 'edit' && (
        <Suspense fallback={null}>
          <EditTrackDialog track={dialog.track} onClose={() => setDialog(null)} />
        </Suspense>
      )}
      {dialog?.kind === 'delete' && <DeleteTrackDialog track={dialog.track} onClose={() => setDialog(null)} />}
    </Page>
  );
}
