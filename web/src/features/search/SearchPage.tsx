/* All that a text finds: of each kind the best, or one kind in pages. */

import { useQuery } from '@tanstack/react-query';
import { clsx } from 'clsx';
import { Search } from 'lucide-react';
import { useEffect, useId, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { PeopleList } from '@/components/people/PeopleList';
import { PlaylistCards } from '@/components/playlist/PlaylistCards';
import { ReleaseGrid } from '@/components/release/ReleaseCard';
import { TrackStrips } from '@/components/track/TrackLists';
import { TrackStripsSkeleton } from '@/components/track/TrackSkeletons';
import { Button } from '@/components/ui/Button';
import { Chip } from '@/components/ui/Chip';
import { Empty } from '@/components/ui/Empty';
import { ErrorState } from '@/components/ui/ErrorState';
import { Page } from '@/components/ui/Page';
import { Pagination } from '@/components/ui/Pagination';
import { searchQuery, type SearchKind, type SearchReply } from '@/lib/api/search/search';
import { useDebounced } from '@/lib/dom/useDebounced';
import { useTitle } from '@/lib/dom/useTitle';
import { useFormat } from '@/lib/format/useFormat';
import { genreName } from '@/lib/genres';
import { LICENCE_NAMES } from '@/lib/licences';
import { FacetRow } from './FacetRow';
import { FILTERS, KINDS, SORTS, readFilter } from './filters';

const LIMIT_OF_ALL = 6;
const LIMIT_OF_ONE = 20;

function useReason() {
  const { t } = useTranslation();
  return (why: { class: string | null; typos: number | null } | null) => {
    if (!why) return '';
    if (why.class === 'typo') return t('search_page.why_typo', { count: why.typos ?? 1 });
    return t(why.class === 'exact' ? 'search_page.why_exact' : why.class === 'prefix' ? 'search_page.why_prefix' : 'search_page.why_words');
  };
}

/** Why each hit is there, in the order of the hits. */
function Reasons({ hits }: { hits: readonly { id: string; name: string; reason: string }[] }) {
  return (
    <ol className="mt-3 space-y-1 border-s-2 border-line ps-3 text-sm text-muted">
      {hits.map(({ id, name, reason }) => (
        <li key={id}>
          <bdi className="text-ink">{name}</bdi> · {reason}
        </li>
      ))}
    </ol>
  );
}

function Hits({ kind, found, explain }: { kind: SearchKind; found: SearchReply; explain: boolean }) {
  const reason = useReason();
  const names =
    kind === 'users'
      ? found.users.items.map(({ id, display_name, why }) => ({ id, name: display_name, reason: reason(why) }))
      : kind === 'playlists'
        ? found.playlists.items.map(({ id, name, why }) => ({ id, name, reason: reason(why) }))
        : found[kind].items.map(({ id, title, why }) => ({ id, name: title, reason: reason(why) }));
  return (
    <>
      {kind === 'tracks' && <TrackStrips tracks={found.tracks.items} />}
      {kind === 'releases' && <ReleaseGrid releases={found.releases.items} />}
      {kind === 'users' && <PeopleList people={found.users.items} />}
      {kind === 'playlists' && <PlaylistCards items={found.playlists.items} />}
      {explain && <Reasons hits={names} />}
    </>
  );
}

interface FromToProps {
  label: string;
  /** Of its two fields. */
  labels: readonly [from: string, to: string];
  names: readonly [from: string, to: string];
  most: number;
  valueOf: (name: string) => string;
  onChange: (name: string) => (value: string) => void;
}

function FromTo({ label, labels, names, most, valueOf, onChange }: FromToProps) {
  const { t } = useTranslation();
  const field = (i: 0 | 1) => (
    <input
      type="number"
      inputMode="numeric"
      min={0}
      max={most}
      aria-label={labels[i]}
      value={valueOf(names[i])}
      onChange={(event) => onChange(names[i])(event.target.value.slice(0, 3))}
      className="num h-9 w-20 shrink-0 rounded-full border border-line bg-transparent px-3 text-sm focus:border-ink"
    />
  );
  return (
    <>
      <span className="w-20 shrink-0 text-sm text-muted">{label}</span>
      {field(0)}
      <span className="text-sm text-muted">{t('search_page.to')}</span>
      {field(1)}
    </>
  );
}

export function Component() {
  const { t } = useTranslation();
  const format = useFormat();
  const [params, setParams] = useSearchParams();
  const [text, setText] = useState(params.get('q') ?? '');
  const [explain, setExplain] = useState(false);
  const typed = useDebounced(text.trim(), 180);
  const heading = useId();
  const page = Math.min(50, Math.max(1, Number(params.get('page')) || 1));
  const filter = readFilter(params);
  const type = filter.type ?? 'all';
  const asked = { ...filter, type, page, limit: type === 'all' ? LIMIT_OF_ALL : LIMIT_OF_ONE, ...(explain && { explain }) };
  const search = useQuery(searchQuery(asked));
  const found = filter.q ? search.data : undefined;
  useTitle(filter.q ? t('search_page.results', { q: filter.q }) : t('search_page.title'));

  const put = (changes: Record<string, string>, replace = false) =>
    setParams(
      (old) => {
        const next = new URLSearchParams(old);
        if (!('page' in changes)) next.delete('page');
        for (const [name, value] of Object.entries(changes)) {
          if (value) next.set(name, value);
          else next.delete(name);
        }
        return next;
      },
      { preventScrollReset: true, replace },
    );

  /* While typing the address follows without a new entry of the history. */
  useEffect(() => {
    if (typed !== (params.get('q') ?? '')) put({ q: typed }, true);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only what is typed leads here
  }, [typed]);
  /* Back, or a link to another search. */
  const addressed = params.get('q') ?? '';
  useEffect(() => {
    setText((old) => (old.trim() === addressed ? old : addressed));
  }, [addressed]);

  const count = (kind: SearchKind) => {
    const part = found?.[kind];
    return !part || part.total === 0 ? '' : part.at_least ? t('search_page.at_least', { total: format.number(part.total) }) : format.number(part.total);
  };
  const filtered = FILTERS.some((name) => params.has(name));
  const shown = (found?.order ?? KINDS).filter((kind) => (type === 'all' || type === kind) && (found?.[kind].items.length ?? 0) > 0);
  const of = (name: string) => params.get(name) ?? '';
  const choose = (name: string) => (value: string) => put({ [name]: value });
  const body: ReactNode = !filter.q ? (
    <Empty title={t('search_page.start')}>{t('search_page.start_text')}</Empty>
  ) : search.isPending ? (
    <TrackStripsSkeleton />
  ) : search.isLoadingError ? (
    <ErrorState error={search.error} onRetry={() => void search.refetch()} />
  ) : shown.length === 0 ? (
    <Empty title={t('search_page.nothing')} action={filtered ? <Button onClick={() => put(Object.fromEntries(FILTERS.map((name) => [name, ''])))}>{t('search_page.clear')}</Button> : undefined}>
      {t('search_page.nothing_text')}
    </Empty>
  ) : (
    shown.map((kind) => (
      <section key={kind} aria-labelledby={`${heading}-${kind}`} className="mb-10">
        <div className="mb-3 flex items-baseline justify-between gap-4">
          <h2 id={`${heading}-${kind}`} className="text-lg">
            {t(`search_page.${kind}`)}
          </h2>
          {type === 'all' && (found?.[kind].total ?? 0) > LIMIT_OF_ALL && (
            <button type="button" onClick={() => put({ type: kind })} className="h-11 text-sm text-muted underline hover:text-ink">
              {t('search_page.more')}
            </button>
          )}
        </div>
        {found && <Hits kind={kind} found={found} explain={explain && !search.isPlaceholderData} />}
      </section>
    ))
  );

  return (
    <Page>
      <h1 className="sr-only">{t('search_page.title')}</h1>
      <form role="search" onSubmit={(event) => event.preventDefault()} className="mb-4 flex items-center gap-3 border-b-2 border-ink">
        <Search size={22} aria-hidden className="shrink-0 text-muted" />
        <input
          type="search"
          dir="auto"
          aria-label={t('search_page.title')}
          placeholder={t('search_page.field')}
          value={text}
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setText(event.target.value)}
          className="h-14 w-full min-w-0 bg-transparent text-xl font-semibold outline-none placeholder:font-normal placeholder:text-muted"
        />
      </form>
      <div role="group" aria-label={t('search_page.kinds')} className="-mx-4 mb-4 flex gap-2 overflow-x-auto px-4 pb-1 sm:mx-0 sm:flex-wrap sm:px-0">
        {(['all', ...KINDS] as const).map((kind) => (
          <Chip key={kind} pressed={type === kind} onClick={() => put({ type: kind === 'all' ? '' : kind })}>
            {t(`search_page.${kind}`)}
            {kind !== 'all' && (type === 'all' || type === kind) && count(kind) && <span className="num ms-1.5 text-xs">{count(kind)}</span>}
          </Chip>
        ))}
      </div>
      {filter.q && (type === 'all' || type === 'tracks') && found?.facets && (
        <div className="mb-6 space-y-1.5">
          <FacetRow label={t('search_page.genre')} values={found.facets.genres} chosen={of('genre')} nameOf={genreName} onChoose={choose('genre')} />
          <FacetRow label={t('search_page.tag')} values={found.facets.tags} chosen={of('tag')} onChoose={choose('tag')} />
          <FacetRow label={t('search_page.key')} values={found.facets.keys} chosen={of('key')} onChoose={choose('key')} />
          <FacetRow label={t('search_page.decade')} values={found.facets.decades} chosen={of('decade')} nameOf={(year) => t('search_page.decade_of', { year })} onChoose={choose('decade')} />
          <div className="-mx-4 flex items-center gap-2 overflow-x-auto px-4 pb-1 sm:mx-0 sm:flex-wrap sm:px-0">
            <FromTo label={t('search_page.tempo')} labels={[t('search_page.tempo_from'), t('search_page.tempo_to')]} names={['bpm_from', 'bpm_to']} most={999} valueOf={of} onChange={choose} />
            {of('key') && (
              <Chip pressed={Boolean(of('compatible'))} onClick={() => put({ compatible: of('compatible') ? '' : '1' })}>
                {t('search_page.compatible')}
              </Chip>
            )}
            <Chip pressed={Boolean(of('downloadable'))} onClick={() => put({ downloadable: of('downloadable') ? '' : '1' })}>
              {t('search_page.downloadable')}
            </Chip>
          </div>
          <div className="-mx-4 flex items-center gap-2 overflow-x-auto px-4 pb-1 sm:mx-0 sm:flex-wrap sm:px-0">
            <FromTo
              label={t('search_page.minutes')}
              labels={[t('search_page.minutes_from'), t('search_page.minutes_to')]}
              names={['minutes_from', 'minutes_to']}
              most={60}
              valueOf={of}
              onChange={choose}
            />
            <select
              aria-label={t('releases.fact.licence')}
              value={filter.licence ?? ''}
              onChange={(event) => put({ licence: event.target.value })}
              className="h-9 shrink-0 rounded-full border border-line bg-paper px-3 text-sm"
            >
              <option value="">{t('search_page.any_licence')}</option>
              {LICENCE_NAMES.map((name) => (
                <option key={name} value={name}>
                  {t(`releases.licence.${name}`)}
                </option>
              ))}
            </select>
            {of('tag') && (
              <Chip pressed onClick={() => put({ tag: '' })}>
                <bdi>#{of('tag')}</bdi> ×
              </Chip>
            )}
          </div>
        </div>
      )}
      {filter.q && (
        <div className="mb-6 flex flex-wrap items-center gap-3">
          <label className="flex items-center gap-2 text-sm text-muted">
            {t('search_page.sort')}
            <select value={filter.sort ?? 'relevance'} onChange={(event) => put({ sort: event.target.value === 'relevance' ? '' : event.target.value })} className="h-9 rounded-full border border-line bg-paper px-3 text-ink">
              {SORTS.map((sort) => (
                <option key={sort} value={sort}>
                  {t(sort === 'title' ? 'search_page.by_title' : `search_page.${sort}`)}
                </option>
              ))}
            </select>
          </label>
          <button type="button" aria-pressed={explain} onClick={() => setExplain(!explain)} className="h-9 text-sm text-muted underline hover:text-ink">
            {t(explain ? 'search_page.why_hide' : 'search_page.why')}
          </button>
        </div>
      )}
      {found?.did_you_mean && (
        <p className="mb-6 text-lg">
          {t('search_page.meant')}{' '}
          <Link to={`/search?q=${encodeURIComponent(found.did_you_mean)}`} className="font-semibold underline">
            <bdi>{found.did_you_mean}</bdi>
          </Link>
          ?
        </p>
      )}
      {found?.partial && (
        <p role="status" className="mb-6 text-muted">
          {t('search_page.partial')}
        </p>
      )}
      <div aria-busy={search.isPlaceholderData} className={clsx('transition-opacity duration-150', search.isPlaceholderData && 'opacity-60')}>
        {body}
      </div>
      {type !== 'all' && found && <Pagination page={page} limit={LIMIT_OF_ONE} total={found[type].total} onPage={(next) => put({ page: next === 1 ? '' : String(next) })} />}
    </Page>
  );
}
