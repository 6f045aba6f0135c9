-- Search (ADR 0096). What is found is decided by search_find() in migrations/functions/search.sql; what a hit shows, by the module that it belongs to: track_found,
-- release_found, user_found and playlist_found, which ask once more who may see it.

-- query: search_suggestions
-- The first of each kind, the best class first. Names only: what opens is asked for by its address.
-- schema: SearchSuggestion
-- total: none
-- type: kind track|release|user|playlist
-- not null: kind, title
-- nullable: subtitle, slug, username, image_url
-- sort: h.place
-- unique: each place is taken once
with found as materialized (
    select 1 as kind, f.* from search_find(1::smallint, :q::text, :viewer::uuid, :viewer_staff::boolean, 'public', null, 30) f
    union all
    select 2, f.* from search_find(2::smallint, :q::text, :viewer::uuid, :viewer_staff::boolean, 'public', null, 30) f
    union all
    select 3, f.* from search_find(3::smallint, :q::text, :viewer::uuid, :viewer_staff::boolean, 'public', null, 30) f
    union all
    select 4, f.* from search_find(4::smallint, :q::text, :viewer::uuid, :viewer_staff::boolean, 'both', null, 30) f
), rows as (
    select f.kind, f.place, f.class, 'track' as name, t.id, t.title::text as title, coalesce(nullif(t.artist, ''), u.display_name)::text as subtitle, null::text as slug,
           null::text as username, {cover_url(t)} as image_url
      from found f join tracks t on t.id = f.id join users u on u.id = t.creator_id
     where f.kind = 1 and f.place <= 8 and {track_listed(t, u, :viewer::uuid, :viewer_staff::boolean)}
    union all
    select f.kind, f.place, f.class, 'release', r.id, r.title, coalesce(nullif(r.artist, ''), u.display_name), r.slug, null, {release_cover(r)}
      from found f join releases r on r.id = f.id join users u on u.id = r.user_id
     where f.kind = 2 and f.place <= 4 and {release_listed(r, u, :viewer::uuid, :viewer_staff::boolean)}
    union all
    select f.kind, f.place, f.class, 'user', u.id, u.display_name, '@' || u.username, null, u.username, u.avatar
      from found f join users u on u.id = f.id left join user_settings s on s.user_id = u.id
     where f.kind = 3 and f.place <= 4 and {user_listed(u, :viewer::uuid, :viewer_staff::boolean)} and coalesce(s.allow_search_indexing, true)
    union all
    select f.kind, f.place, f.class, 'playlist', p.id, p.name, u.display_name, null, null, null
      from found f join playlists p on p.id = f.id join users u on u.id = p.user_id
     where f.kind = 4 and f.place <= 4
       and (p.user_id = :viewer::uuid or {playlist_shared_with(p, :viewer::uuid)}
            or (p.visibility = 'public' and {playlist_owner_shown(p, :viewer::uuid, :viewer_staff::boolean)}))
       and p.deleted_at is null
)
select h.name as kind, h.id, h.title, h.subtitle, h.slug, h.username, h.image_url, exists (select from found c where c.class = 'partial') as partial_
  from (select r.name, r.id, r.title, r.subtitle, r.slug, r.username, r.image_url, row_number() over (order by case r.class when 'exact' then 0 when 'prefix' then 1 when 'words' then 2 else 3 end,
                                                case when r.place <= 2 then 0 else r.place end, case r.kind when 3 then 0 else r.kind end, r.place, r.id)::int as place
          from rows r) h
 where true

-- query: search_corrected
-- nullable: meant
select search_corrected(:q::text) as meant

-- query: search_draw_tiers
select true as is_done from (select search_draw_tiers()) d

-- query: search_rebuild_batch
-- nullable: last
select search_rebuild_batch(:kind::smallint, :after::uuid, :most::int) as last

-- query: search_rank_batch
-- nullable: last
select search_rank_batch(:kind::smallint, :after::uuid, :most::int) as last

-- query: search_words_count
select true as is_done from (select search_words_count()) d

-- query: search_words_batch
-- nullable: last
select search_words_batch(:after::text, :most::int) as last

-- query: search_refresh_owner
select true as is_done from (select search_refresh_owner(:user_id::uuid)) d

-- Elasticsearch (ADR 0102).

-- query: search_question
-- What it is asked: lines of an _msearch, and of how many words. No row: it is not to be asked.
select q.body, q.words from search_question(:kinds::smallint[], :q::text, :viewer::uuid, :viewer_staff::boolean, {search_filters}, :most_asked::int, :with_typos::boolean) q

-- query: search_index_keep
-- Where changes were not noted so far, nobody knows what the index lacks. Without Elasticsearch what waits for it is of no use.
with g as (delete from search_changes where not :is_kept::boolean)
update search_index
   set is_kept = :is_kept::boolean, is_live = is_live and is_kept and :is_kept::boolean, next_index = case when is_kept and :is_kept::boolean then next_index end
 where is_kept is distinct from :is_kept::boolean or not :is_kept::boolean and (is_live or next_index is not null)
returning is_kept

-- query: search_index_seen
-- What Elasticsearch has: the job makes what is missing.
with i as (
    update search_index
       set is_live = is_live and :is_there::boolean and coalesce(cluster = :cluster::text, false), cluster = :cluster::text
     where cluster is distinct from :cluster::text or is_live and not :is_there::boolean
    returning is_live
)
insert into jobs (kind, dedupe_key)
select 'search.reindex', 'search.reindex'
  from search_index s
 where :may_make::boolean and s.is_kept and (s.is_wanted or s.mapping <> :mapping::int or not s.is_live or exists (select from i where not i.is_live))
    on conflict (dedupe_key) do update
   set state = 'queued', run_at = now(), attempts = 0, progress = 0, stage = null, last_error = null, finished_at = null, created_at = now()
 where jobs.state in ('done', 'failed', 'dead')
returning id

-- query: search_index_lock
-- For a transaction that writes to the index. No row: another one does.
select i.is_live, i.next_index, i.fill_kind, i.fill_after, i.filled, i.fill_total from search_index i where i.is_kept for update skip locked

-- query: search_index_hold
-- The same, and waits for the other one.
select i.is_live, i.next_index, i.fill_kind, i.fill_after, i.filled, i.fill_total from search_index i where i.is_kept for update

-- query: search_changes_due
-- The state of an entry and its version are read at once, so they belong together. Nothing that is not public leaves.
select c.kind, c.id, c.version as noted, case when e.public_from is null then c.version else e.version end as version,
       case when e.public_from is not null then search_document(e)::text end as document
  from search_changes c
  left join search_entries e on e.kind = c.kind and e.id = c.id
 where c.attempts < 5 and c.next_at <= now()
 order by c.version
 limit 500

-- query: search_changes_done
-- What was changed once more meanwhile stays, and is not waited for.
with d as (
    select c.kind, c.id
      from jsonb_to_recordset(:items::jsonb) t (kind smallint, id uuid, version bigint)
      join search_changes c on c.kind = t.kind and c.id = t.id and c.version = t.version
     order by c.kind, c.id
       for update of c skip locked
)
delete from search_changes c using d where c.kind = d.kind and c.id = d.id
returning c.kind

-- query: search_changes_refused
-- Five times in some minutes; then it waits for a change, or for a new index.
with d as (
    select c.kind, c.id, t.error
      from jsonb_to_recordset(:items::jsonb) t (kind smallint, id uuid, version bigint, error text)
      join search_changes c on c.kind = t.kind and c.id = t.id and c.version = t.version
     order by c.kind, c.id
       for update of c skip locked
)
update search_changes c
   set attempts = c.attempts + 1, next_at = now() + interval '5 seconds' * power(3, c.attempts), error = d.error
  from d
 where c.kind = d.kind and c.id = d.id
returning c.kind, c.id, c.attempts = 5 as is_dead, c.error

-- query: search_index_get
select i.is_kept, i.is_live, i.next_index, i.fill_kind, i.fill_after, i.filled, i.fill_total from search_index i

-- query: search_index_begin
-- What was refused is tried again. From here on changes go to the new index too.
with c as (update search_changes set attempts = 0, next_at = now(), error = null where attempts > 0)
update search_index
   set next_index = :name::text, fill_kind = 1, fill_after = null, filled = 0, started_at = now(), error = null, is_wanted = false,
       fill_total = (select count(*) from search_entries e where e.public_from is not null or :name::text is null)
returning fill_total

-- query: search_index_fill
-- The next entries of a kind, in the order of their ids.
select e.kind, e.id, e.version as noted, e.version, search_document(e)::text as document
  from search_entries e
 where e.kind = :kind::smallint and e.public_from is not null and (:after::uuid is null or e.id > :after::uuid)
 order by e.id
 limit 500

-- query: search_index_filled
update search_index
   set fill_kind = :kind::smallint, fill_after = :after::uuid, filled = filled + :n::bigint
returning filled

-- query: search_index_refused
-- Entries that a new index refused: they are reported as others are.
insert into search_changes (kind, id, version, attempts, error)
select t.kind, t.id, t.version, 5, t.error from jsonb_to_recordset(:items::jsonb) t (kind smallint, id uuid, version bigint, error text) order by t.kind, t.id
    on conflict (kind, id) do nothing
returning kind

-- query: search_index_switched
update search_index set is_live = is_kept, next_index = null, mapping = :mapping::int, reindexed_at = now(), error = null returning is_live

-- query: search_index_failed
update search_index set error = :error::text returning error

-- query: search_reindex_begin
-- Without Elasticsearch.
update search_index
   set fill_kind = 1, fill_after = null, filled = 0, started_at = now(), error = null, fill_total = (select count(*) from search_entries)
returning fill_total

-- query: search_reindex_done
update search_index set reindexed_at = now(), error = null, fill_kind = 5 returning reindexed_at

-- query: search_drift_fence
select s.fence, exists (select from search_changes c where c.attempts < 5 and c.version <= s.fence) as is_behind from (select search_fence() as fence) s

-- query: search_drift_compare
select c.missing, c.extra, c.stale, c.ahead from search_compare(:keys::text[], :versions::bigint[], :after::text, :until::text, :fence::bigint) c

-- query: search_drift_done
update search_index
   set checked_at = now(), missing = :missing::int, extra = :extra::int, stale = :stale::int, is_wanted = is_wanted or :is_ahead::boolean
returning checked_at

-- query: search_backlog
select count(*) filter (where c.attempts < 5) as backlog, count(*) filter (where c.attempts = 5) as refused from search_changes c

-- query: search_reindex_ask
-- Two at once are one.
with j as (
    insert into jobs (kind, dedupe_key) values ('search.reindex', 'search.reindex')
    on conflict (dedupe_key) do update
       set state = 'queued', run_at = now(), attempts = 0, progress = 0, stage = null, last_error = null, finished_at = null, created_at = now()
     where jobs.state in ('done', 'failed', 'dead')
    returning id
)
select exists (select from j) as started

-- query: search_state
-- What administrators see. How many entries there are is estimated where they are many.
-- type: state off|up|down
-- type: reindex_state idle|queued|running|failed
-- type: refused SearchRefused[]
-- nullable: reindex_error, oldest_at
-- not null: engine, state, entries, backlog, dead, reindex_state, refused
with n as (
    select sum(greatest(c.reltuples, 0))::bigint as estimate from pg_inherits h join pg_class c on c.oid = h.inhrelid where h.inhparent = 'search_entries'::regclass
), j as (
    select j.state, j.last_error from jobs j where j.dedupe_key = 'search.reindex'
)
select :engine::text as engine, :state::text as state, i.is_live,
       case when n.estimate > 100000 then n.estimate else (select count(*) from search_entries) end as entries,
       (select count(*)::int from search_changes c where c.attempts < 5) as backlog, (select min(c.since) from search_changes c where c.attempts < 5) as oldest_at,
       (select count(*)::int from search_changes c where c.attempts = 5) as dead,
       (select coalesce(json_agg(row((array['track', 'release', 'user', 'playlist'])[d.kind], d.id, d.error)::search_refused order by d.since), '[]')
          from (select * from search_changes c where c.attempts = 5 order by c.since limit 20) d) as refused,
       coalesce((select case j.state when 'queued' then 'queued' when 'running' then 'running' when 'done' then 'idle' else 'failed' end from j), 'idle') as reindex_state,
       i.filled, i.fill_total, i.started_at, i.reindexed_at, coalesce(i.error, (select j.last_error from j where j.state <> 'done')) as reindex_error,
       i.checked_at, i.missing, i.extra, i.stale
  from search_index i
  cross join n
