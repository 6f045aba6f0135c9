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
