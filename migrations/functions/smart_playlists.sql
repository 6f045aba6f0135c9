-- Smart playlists. Nothing here is recursive over tracks: the smart playlists that one needs, at most ten and three deep, are evaluated once each, the
-- innermost first. playlists.rules was checked when it was written (playlists.c).

-- May a smart playlist of this person take tracks from `source`? Their own, and what others did not make private and did not block them from.
create or replace function playlist_rule_source(source playlists, person uuid) returns boolean
    language plpgsql stable
    as $$
begin
    return source.deleted_at is null
           and (source.user_id = person
                or (source.visibility <> 'private'
                    and exists (select from users u where u.id = source.user_id and user_shown(u))
                    and not exists (select from user_blocks b where b.blocker_id = source.user_id and b.blocked_id = person)));
end
$$;

-- What the smart playlist `list` holds for this viewer: of the tracks that are theirs or that they find in lists, so that the limit counts no others. Whoever reads
-- this asks the fragments of visibility once more, which decide. No rows for an ordinary playlist.
create or replace function playlist_rule_tracks(list uuid, viewer uuid) returns table (track_id uuid, added_at timestamptz, place bigint)
    language plpgsql stable rows 100
    as $$
declare
    s record;
    found uuid[];
    members jsonb := '{}'; -- of each inner smart playlist: an object whose names are its tracks
    hears_explicit boolean;
begin
    if not exists (select from playlists p where p.id = list and p.rules is not null) then
        return;
    end if;
    hears_explicit := coalesce((select x.explicit_content from user_settings x where x.user_id = viewer), true);
    for s in
        with recursive r (id, depth) as (
            select list, 1
            union
            select x.id, r.depth + 1
              from r
              join playlists p on p.id = r.id
             cross join lateral jsonb_array_elements(p.rules -> 'conditions') c
              join playlists x on x.id = case when c ->> 'field' = 'playlist' then (c ->> 'value')::uuid end
             where r.depth < 3 and x.id <> list and x.rules is not null and playlist_rule_source(x, p.user_id)
        ), nearest as (
            select r.id, max(r.depth) as depth from r group by r.id order by min(r.depth), r.id limit 10
        )
        select p.id, p.user_id, p.rules, p.rules ->> 'match' = 'any' as is_any from nearest n join playlists p on p.id = n.id order by n.depth desc
    loop
        found := array(
            with c as materialized (
                select c ->> 'field' as field, c ->> 'op' not in ('is_not', 'not_contains', 'not_within', 'not_in') as wanted, c ->> 'op' as op, c ->> 'value' as value,
                       search_fold(c ->> 'value') as folded,
                       case c ->> 'field' when 'genre' then (select g.name from genres g where g.slug = genre_of(c ->> 'value'))
                                          when 'tag' then tag_named(c ->> 'value') end as label,
                       case when c ->> 'field' in ('added', 'released') then now() - make_interval(days => (c ->> 'value')::int) end as since,
                       case when c ->> 'field' = 'duration' then (c ->> 'value')::bigint * 1000 end as duration_ms,
                       x.id as source, x.rules is not null as is_smart
                  from jsonb_array_elements(s.rules -> 'conditions') c
                  left join playlists x on x.id = case when c ->> 'field' = 'playlist' then (c ->> 'value')::uuid end and playlist_rule_source(x, s.user_id)
                 order by case when c ->> 'field' in ('artist', 'title') then 3 when c ->> 'field' in ('liked', 'playlist') then 2 else 1 end -- what costs least first
            )
            select t.id
              from tracks t
              join users u on u.id = t.creator_id
             where t.deleted_at is null
               and (t.creator_id = viewer
                    or (track_is_public(t) and user_shown(u) and (hears_explicit or not t.is_explicit)
                        and not exists (select from user_blocks b where b.blocker_id = t.creator_id and b.blocked_id = viewer)))
               and s.is_any = exists (
                      select from c where s.is_any = (c.wanted = (case c.field
                                when 'genre' then t.genre = c.label
                                when 'tag' then t.tags @> array[c.label]::text[]
                                when 'artist' then case when position(c.folded in t.search_text) = 0 and position(c.folded in u.search_text) = 0 then false
                                                        when c.op in ('is', 'is_not')
                                                        then c.folded in (search_fold(t.artist), search_fold(u.display_name), search_fold(u.username))
                                                        else position(c.folded in search_fold(t.artist)) > 0 or position(c.folded in search_fold(u.display_name)) > 0
                                                             or position(c.folded in search_fold(u.username)) > 0 end
                                when 'title' then position(c.folded in t.search_text) > 0 and position(c.folded in search_fold(t.title)) > 0
                                when 'liked' then exists (select from track_likes l where l.user_id = s.user_id and l.track_id = t.id)
                                when 'released' then coalesce(t.publish_at, t.published_at) >= c.since
                                when 'added' then t.created_at >= c.since
                                when 'duration' then case c.op when 'less' then t.duration_ms < c.duration_ms else t.duration_ms > c.duration_ms end
                                when 'explicit' then t.is_explicit
                                when 'playlist' then case when c.is_smart then members -> c.source::text ? t.id::text
                                                          else exists (select from playlist_tracks i where i.playlist_id = c.source and i.track_id = t.id) end
                                end is true)))
             order by case s.rules ->> 'sort' when 'newest' then t.created_at end desc,
                      case s.rules ->> 'sort' when 'oldest' then t.created_at end,
                      case s.rules ->> 'sort' when 'title' then search_fold(t.title) when 'artist' then search_fold(coalesce(nullif(t.artist, ''), u.display_name)) end,
                      case s.rules ->> 'sort' when 'shortest' then t.duration_ms end,
                      case s.rules ->> 'sort' when 'longest' then t.duration_ms end desc nulls last,
                      t.id
             limit (s.rules ->> 'limit')::int);
        if s.id = list then
            return query select t.id, t.created_at, f.n from unnest(found) with ordinality f (id, n) join tracks t on t.id = f.id;
        else
            members := members || jsonb_build_object(s.id, (select coalesce(jsonb_object_agg(f.id, 1), '{}') from unnest(found) f (id)));
        end if;
    end loop;
end
$$;

-- Why this person may not give these rules to the playlist `list` (null: a new one): missing, circle, depth or count; or null. One at a time until the transaction ends, so that two writes at once
-- make no circle; each statement in here sees what was committed before it began.
create or replace function playlist_rules_problem(given jsonb, person uuid, list uuid) returns text
    language plpgsql
    as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('rules of playlists', 0));
    if exists (select from jsonb_array_elements(given -> 'conditions') c
                where c ->> 'field' = 'playlist'
                  and not exists (select from playlists x where x.id = (c ->> 'value')::uuid and playlist_rule_source(x, person))) then
        return 'missing';
    end if;
    if exists (
        with recursive r (id) as (
            select (c ->> 'value')::uuid from jsonb_array_elements(given -> 'conditions') c where c ->> 'field' = 'playlist'
            union
            select (c ->> 'value')::uuid
              from r
              join playlists p on p.id = r.id
             cross join lateral jsonb_array_elements(p.rules -> 'conditions') c
             where c ->> 'field' = 'playlist'
        )
        select from r where r.id = list) then
        return 'circle';
    end if;
    return (
        with recursive r (id, depth) as (
            select x.id, 2
              from jsonb_array_elements(given -> 'conditions') c
              join playlists x on x.id = case when c ->> 'field' = 'playlist' then (c ->> 'value')::uuid end
             where x.rules is not null
            union
            select x.id, r.depth + 1
              from r
              join playlists p on p.id = r.id
             cross join lateral jsonb_array_elements(p.rules -> 'conditions') c
              join playlists x on x.id = case when c ->> 'field' = 'playlist' then (c ->> 'value')::uuid end
             where x.rules is not null and r.depth < 4
        )
        select case when max(r.depth) > 3 then 'depth'
                    when count(distinct r.id) > 9 then 'count' end
          from r);
end
$$;
