-- What is new, and the feed that is merged of it when it is read (migrations 0335, 0385; ADR 0098).

-- The first moment at which everybody could find the track: it is told once, and stays.
create or replace function tracks_first_public() returns trigger
    language plpgsql
    as $$
begin
    if new.first_public_at is null or new.first_public_at > now() then
        new.first_public_at := case when new.status <> 'completed' then null
                                    when new.visibility = 'public' then now()
                                    when new.visibility = 'scheduled' then greatest(new.publish_at, now()) end;
    end if;
    return new;
end
$$;

-- The same of a release, whose music is out at release_at.
create or replace function releases_first_public() returns trigger
    language plpgsql
    as $$
begin
    if new.first_public_at is null or new.first_public_at > now() then
        new.first_public_at := case when new.visibility in ('public', 'scheduled') then greatest(now(), new.publish_at, new.release_at) end;
    end if;
    return new;
end
$$;

create or replace function track_tags_first_public() returns trigger
    language plpgsql
    as $$
begin
    new.first_public_at := (select t.first_public_at from tracks t where t.id = new.track_id);
    return new;
end
$$;

create or replace function track_tags_follow_first_public() returns trigger
    language plpgsql security definer set search_path = public
    as $$
begin
    update track_tags x set first_public_at = new.first_public_at where x.track_id = new.id;
    return null;
end
$$;

-- One page of the feed of this person, the newest first: at most `wanted` things before the key (before_at, before_id), each once.
-- A track or release stands where it was published first. A track that is there only because somebody reposted it stands at the first repost by somebody whom the viewer follows, so that
-- a later repost moves nothing. Of each person, genre and tag a bounded number of rows is read by an index: first the newest of each, and `wanted` of those whose newest
-- is among the first only. All conditions are within these reads, so a page is full whenever there is more. Whoever reads this asks the fragments of visibility once more.
create or replace function feed_page(viewer uuid, before_at timestamptz, before_id uuid, wanted int)
    returns table (at timestamptz, thing_id uuid, what text, reason text, label text, reposter uuid, reposters int)
    language plpgsql stable rows 21
    as $$
declare
    most_followed constant int := 10000; -- of those whom the viewer followed last
    most_rounds constant int := 25;
    batch constant int := 200;
    last_id constant uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
    hears_explicit constant boolean := coalesce((select s.explicit_content from user_settings s where s.user_id = viewer), true);
    people uuid[];
    reposting uuid[]; -- those of them who show their activity
    hidden uuid[];    -- people
    genres text[];
    tags uuid[];
    tag_names text[];
    no_genres text[];
    no_tags text[];
    no_tracks uuid[];
    from_at timestamptz := coalesce(before_at, now());
    from_id uuid := coalesce(before_id, last_id);
    reposts_at timestamptz[] := '{}';
    reposts_of uuid[] := '{}';
    round_at timestamptz;
    round_id uuid;
    known uuid[] := '{}'; -- tracks that a round has told
    round record;
begin
    wanted := least(greatest(wanted, 1), 1000);
    if from_at > now() then
        from_at := now();
        from_id := last_id;
    end if;
    hidden := array(select b.blocked_id from user_blocks b where b.blocker_id = viewer
                    union select b.blocker_id from user_blocks b where b.blocked_id = viewer
                    union select m.person_id from user_mutes m where m.user_id = viewer and m.person_id is not null);
    no_genres := array(select g.name from genres g
                        where g.slug in (select genre_below(m.genre_slug) from user_mutes m where m.user_id = viewer and m.genre_slug is not null));
    no_tags := array(select g.name from user_mutes m join tags g on g.id = m.tag_id where m.user_id = viewer);
    no_tracks := array(select m.track_id from user_mutes m where m.user_id = viewer and m.track_id is not null);
    select coalesce(array_agg(u.id), '{}'), coalesce(array_agg(u.id) filter (where coalesce(s.show_activity, true)), '{}')
      into people, reposting
      from (select f.followed_id from user_follows f where f.follower_id = viewer order by f.created_at desc limit most_followed) f
      join users u on u.id = f.followed_id and user_shown(u)
      left join user_settings s on s.user_id = u.id
     where u.id <> all (hidden);
    genres := array(select distinct g.name from genres g
                     where g.slug in (select genre_below(f.genre_slug)
                                        from (select x.genre_slug from user_genre_follows x where x.user_id = viewer order by x.created_at desc limit 200) f)
                       and g.name <> all (no_genres));
    select coalesce(array_agg(g.id), '{}'), coalesce(array_agg(g.name::text), '{}')
      into tags, tag_names
      from (select x.tag_id from user_tag_follows x where x.user_id = viewer order by x.created_at desc limit 500) f
      join tags g on g.id = f.tag_id
     where g.name <> all (no_tags);

    round_at := from_at;
    round_id := last_id;
    -- Reposts come in rounds of the newest `batch` behind the last one: of each new track its first repost is looked up, and then the track is passed over. A round tells all
    -- that stands after its last row. The one whose newest is the n-th newest of all has at most batch - n + 1 rows in a round.
    for n in 1 .. most_rounds loop
        select array_agg(r.first_at) filter (where r.first_at is not null) as ats, array_agg(r.track_id) filter (where r.first_at is not null) as ids,
               array_agg(r.track_id) as tracks, sum(r.rows) as read, (array_agg(r.last_at order by r.last_at, r.track_id))[1] as last_at,
               (array_agg(r.track_id order by r.last_at, r.track_id))[1] as last_track
          into round
          from (select y.track_id, y.rows, y.last_at,
                       case when t.id is not null and (o.first_at, y.track_id) < (from_at, from_id) then o.first_at end as first_at
                  from (select z.track_id, count(*) as rows, min(z.created_at) as last_at
                          from (select y.created_at, y.track_id
                                  from (select x.user_id, row_number() over (order by x.created_at desc, x.track_id desc) as place
                                          from (select p.id as user_id, h.created_at, h.track_id
                                                  from unnest(reposting) p (id)
                                                 cross join lateral (select r.created_at, r.track_id from track_reposts r
                                                                      where r.user_id = p.id and (r.created_at, r.track_id) < (round_at, round_id)
                                                                      order by r.created_at desc, r.track_id desc limit 1) h
                                                 order by h.created_at desc, h.track_id desc
                                                 limit batch) x) p
                                 cross join lateral (select r.created_at, r.track_id from track_reposts r
                                                      where r.user_id = p.user_id and (r.created_at, r.track_id) < (round_at, round_id)
                                                      order by r.created_at desc, r.track_id desc limit batch - p.place + 1) y
                                 order by y.created_at desc, y.track_id desc
                                 limit batch) z
                         group by z.track_id) y
                  left join tracks t
                    on t.id = y.track_id and y.track_id <> all (known) and track_is_public(t) and (hears_explicit or not t.is_explicit)
                   and t.creator_id <> viewer and t.creator_id <> all (hidden)
                   and exists (select from users u where u.id = t.creator_id and user_shown(u))
                   and not exists (select from user_follows f where f.follower_id = viewer and f.followed_id = t.creator_id)
                   and (t.genre is null or (t.genre <> all (genres) and t.genre <> all (no_genres)))
                   and not t.tags && tag_names and not t.tags && no_tags and t.id <> all (no_tracks)
                  -- from the side that is shorter: those who reposted it, or those whom one follows
                  left join lateral (select min(q.created_at) as first_at
                                       from (select o.created_at
                                               from track_reposts o
                                               join user_follows f on f.follower_id = viewer and f.followed_id = o.user_id
                                               join users u on u.id = o.user_id and user_shown(u)
                                               left join user_settings s on s.user_id = o.user_id
                                              where o.track_id = t.id and t.repost_count <= cardinality(reposting)
                                                and coalesce(s.show_activity, true) and o.user_id <> all (hidden)
                                             union all
                                             select o.created_at
                                               from unnest(reposting) q (id)
                                               join track_reposts o on o.user_id = q.id and o.track_id = t.id
                                              where t.repost_count > cardinality(reposting)) q) o on true) r;
        exit when coalesce(round.read, 0) = 0;
        reposts_at := reposts_at || coalesce(round.ats, '{}');
        reposts_of := reposts_of || coalesce(round.ids, '{}');
        exit when round.read < batch or (select count(*) from unnest(reposts_at) x (first_at) where x.first_at > round.last_at) >= wanted;
        known := known || round.tracks;
        round_at := round.last_at;
        round_id := round.last_track;
    end loop;
    return query
    with own as (
        (select y.first_public_at as at, y.id, 'track'::text as what, 1 as rank, null::text as label
           from (select p.id
                   from unnest(people) p (id)
                  cross join lateral (select t.first_public_at, t.id from tracks t
                                       where t.creator_id = p.id and t.public_from is not null and t.status = 'completed' and t.deleted_at is null
                                         and (t.first_public_at, t.id) < (from_at, from_id) and t.public_from <= now()
                                         and (hears_explicit or not t.is_explicit) and (t.genre is null or t.genre <> all (no_genres))
                                         and not t.tags && no_tags and t.id <> all (no_tracks) and not exists (select from release_tracks i join releases r on r.id = i.release_id
                                                         where i.track_id = t.id and i.access = 'release' and r.public_from <= now() and coalesce(r.release_at, '-infinity') <= now())
                                       order by t.first_public_at desc, t.id desc limit 1) x
                  order by x.first_public_at desc, x.id desc
                  limit wanted) p
          cross join lateral (select t.first_public_at, t.id from tracks t
                               where t.creator_id = p.id and t.public_from is not null and t.status = 'completed' and t.deleted_at is null
                                 and (t.first_public_at, t.id) < (from_at, from_id) and t.public_from <= now()
                                 and (hears_explicit or not t.is_explicit) and (t.genre is null or t.genre <> all (no_genres))
                                 and not t.tags && no_tags and t.id <> all (no_tracks) and not exists (select from release_tracks i join releases r on r.id = i.release_id
                                                         where i.track_id = t.id and i.access = 'release' and r.public_from <= now() and coalesce(r.release_at, '-infinity') <= now())
                               order by t.first_public_at desc, t.id desc limit wanted) y
          order by 1 desc, 2 desc
          limit wanted)
    ), released as (
        (select y.first_public_at, y.id, 'release', 1, null
           from (select p.id
                   from unnest(people) p (id)
                  cross join lateral (select r.first_public_at, r.id from releases r
                                       where r.user_id = p.id and r.public_from is not null and (r.first_public_at, r.id) < (from_at, from_id)
                                         and r.public_from <= now() and coalesce(r.release_at, '-infinity') <= now()
                                       order by r.first_public_at desc, r.id desc limit 1) x
                  order by x.first_public_at desc, x.id desc
                  limit wanted) p
          cross join lateral (select r.first_public_at, r.id from releases r
                               where r.user_id = p.id and r.public_from is not null and (r.first_public_at, r.id) < (from_at, from_id)
                                 and r.public_from <= now() and coalesce(r.release_at, '-infinity') <= now()
                               order by r.first_public_at desc, r.id desc limit wanted) y
          order by 1 desc, 2 desc
          limit wanted)
    ), of_genres as (
        (select y.first_public_at, y.id, 'track', 2, g.name
           from unnest(genres) g (name)
          cross join lateral (select t.first_public_at, t.id
                                from tracks t
                                join users u on u.id = t.creator_id and user_shown(u)
                               where t.genre = g.name and t.public_from is not null and t.status = 'completed' and t.deleted_at is null
                                 and (t.first_public_at, t.id) < (from_at, from_id) and t.public_from <= now() and (hears_explicit or not t.is_explicit)
                                 and t.creator_id <> viewer and t.creator_id <> all (hidden) and not t.tags && no_tags and t.id <> all (no_tracks)
                                 and not (t.creator_id = any (people)
                                          and exists (select from release_tracks i join releases r on r.id = i.release_id
                                                       where i.track_id = t.id and i.access = 'release' and r.public_from <= now() and coalesce(r.release_at, '-infinity') <= now()))
                               order by t.first_public_at desc, t.id desc limit wanted) y
          order by 1 desc, 2 desc
          limit wanted)
    ), of_tags as (
        (select y.first_public_at, y.track_id, 'track', 3, (select n.name::text from tags n where n.id = g.id)
           from unnest(tags) g (id)
          cross join lateral (select k.first_public_at, k.track_id
                                from track_tags k
                                join tracks t on t.id = k.track_id and track_is_public(t)
                                join users u on u.id = t.creator_id and user_shown(u)
                               where k.tag_id = g.id and k.first_public_at is not null
                                 and (k.first_public_at, k.track_id) < (from_at, from_id) and (hears_explicit or not t.is_explicit)
                                 and (t.genre is null or t.genre <> all (no_genres)) and t.creator_id <> viewer and t.creator_id <> all (hidden)
                                 and not t.tags && no_tags and t.id <> all (no_tracks)
                                 and not (t.creator_id = any (people)
                                          and exists (select from release_tracks i join releases r on r.id = i.release_id
                                                       where i.track_id = t.id and i.access = 'release' and r.public_from <= now() and coalesce(r.release_at, '-infinity') <= now()))
                               order by k.first_public_at desc, k.track_id desc limit wanted) y
          order by 1 desc, 2 desc
          limit wanted)
    ), page as (
        select distinct on (f.at, f.id) f.at, f.id, f.what, f.rank, f.label
          from (table own union all table released union all table of_genres union all table of_tags
                union all select x.at, x.id, 'track', 4, null from unnest(reposts_at, reposts_of) x (at, id)) f
         order by f.at desc, f.id desc, f.rank
         limit wanted
    )
    select p.at, p.id, p.what, (array['followed', 'genre', 'tag', 'repost'])[p.rank], p.label, n.first_of, n.count::int
      from page p
      left join tracks k on p.what = 'track' and k.id = p.id
     -- from the side that is shorter: those who reposted it, or those whom one follows
     cross join lateral (select count(*), (array_agg(x.user_id order by x.created_at, x.user_id))[1] as first_of
                           from (select r.user_id, r.created_at
                                   from track_reposts r
                                   join user_follows f on f.follower_id = viewer and f.followed_id = r.user_id
                                   join users u on u.id = r.user_id and user_shown(u)
                                   left join user_settings s on s.user_id = r.user_id
                                  where r.track_id = k.id and k.repost_count <= cardinality(reposting) and coalesce(s.show_activity, true) and r.user_id <> all (hidden)
                                 union all
                                 select r.user_id, r.created_at
                                   from unnest(reposting) q (id)
                                   join track_reposts r on r.user_id = q.id
                                  where r.track_id = k.id and k.repost_count > cardinality(reposting)) x) n
     order by p.at desc, p.id desc;
end
$$;
