-- What rises, what sounds alike, radio and paths (migration 0338; ADR 0099).

-- Makes the chart anew: of each track its distinct signed-in listeners of the last 7 days, by counted plays, over what all tracks of its artist are used to: their distinct listeners of a
-- track in a week, on average of the eight weeks before, and 5. So a newcomer with 10 listeners (10 / 5) is before somebody who has a thousand each week (1000 / 1005). Fewer than
-- three listeners are no rise.
create or replace function rising_compute(most int) returns int
    language plpgsql
    as $$
declare
    usual constant int := 5;
    least_listeners constant int := 3;
    count int;
begin
    with week as (
        select p.track_id, count(distinct p.user_id) as listeners
          from track_plays p
         where p.played_at > now() - interval '7 days' and p.played_at <= now() and p.is_counted and p.user_id is not null
         group by p.track_id
        having count(distinct p.user_id) >= least_listeners
    ), artists as materialized (
        select distinct t.creator_id from week w join tracks t on t.id = w.track_id
    ), before as (
        select a.creator_id, (select count(*)
                                from (select distinct p.track_id, p.user_id, date_bin('7 days', p.played_at, now())
                                        from tracks o
                                        join track_plays p on p.track_id = o.id
                                       where o.creator_id = a.creator_id and p.is_counted and p.user_id is not null
                                         and p.played_at > now() - interval '63 days' and p.played_at <= now() - interval '7 days') d) / 8.0 as listeners
          from artists a
    ), risen as materialized (
        select t.id, t.genre, row_number() over (order by w.listeners / (b.listeners + usual) desc, t.id)::int as place
          from week w
          join tracks t on t.id = w.track_id and t.public_from <= now() and t.status = 'completed' and t.deleted_at is null
          join before b on b.creator_id = t.creator_id
         order by place
         limit most
    ), gone as (
        delete from rising_tracks o where not exists (select from risen r where r.id = o.track_id)
    ), put as (
        insert into rising_tracks as o (track_id, genre, place) select r.id, r.genre, r.place from risen r
            on conflict (track_id) do update set genre = excluded.genre, place = excluded.place, computed_at = now()
    )
    select count(*) into count from risen;
    return count;
end
$$;

-- Where a key stands in the circle of fifths, from 0 to 11; a minor key where its relative major one does. Null: it is no key.
create or replace function key_fifths(musical_key text) returns int
    language sql immutable parallel safe
    as $$
select (k.pitch * 7) % 12
  from (select (array_position(array['C', 'C#', 'D', 'D#', 'E', 'F', 'F#', 'G', 'G#', 'A', 'A#', 'B'], split_part(musical_key, ' ', 1)) - 1
                + case when split_part(musical_key, ' ', 2) = 'minor' then 3 else 0 end) % 12 as pitch) k
$$;

-- How differently two tracks sound: by their timbre; by their tempo where both are sure of it (twice as fast counts as the same); and by their key where both are sure of that: neighbours in the
-- circle of fifths are near. Null: not known.
create or replace function sound_distance(a track_analysis, b track_analysis) returns double precision
    language sql stable parallel safe
    as $$
select (select sqrt(avg((a.timbre_mean[i] - b.timbre_mean[i]) ^ 2 / (a.timbre_deviation[i] ^ 2 + b.timbre_deviation[i] ^ 2 + 1e-6)))
          from generate_series(2, cardinality(a.timbre_mean)) i) -- the first is the level
       + case when a.bpm_is_sure and b.bpm_is_sure
              then 2 * abs(log(2, (a.bpm / b.bpm)::numeric) - round(log(2, (a.bpm / b.bpm)::numeric)))::double precision else 0.3 end
       + case when a.key_is_sure and b.key_is_sure
              then 0.1 * coalesce(least((key_fifths(a.musical_key) - key_fifths(b.musical_key) + 12) % 12, (key_fifths(b.musical_key) - key_fifths(a.musical_key) + 12) % 12), 3) else 0.3 end
$$;

-- Tracks whose timbre has a like projection: at most `each` on either side of each of three. The caller measures them by sound_distance.
create or replace function sound_neighbours(timbre real[], each int) returns setof uuid
    language plpgsql stable rows 300
    as $$
declare
    a constant real := sound_projection(timbre, 1);
    b constant real := sound_projection(timbre, 2);
    c constant real := sound_projection(timbre, 3);
begin
    if a is null then
        return;
    end if;
    return query
    (select x.track_id from track_analysis x where x.sound_1 >= a order by x.sound_1 limit each)
    union (select x.track_id from track_analysis x where x.sound_1 < a order by x.sound_1 desc limit each)
    union (select x.track_id from track_analysis x where x.sound_2 >= b order by x.sound_2 limit each)
    union (select x.track_id from track_analysis x where x.sound_2 < b order by x.sound_2 desc limit each)
    union (select x.track_id from track_analysis x where x.sound_3 >= c order by x.sound_3 limit each)
    union (select x.track_id from track_analysis x where x.sound_3 < c order by x.sound_3 desc limit each);
end
$$;

-- Those of these tracks that may be in a list that Veza chooses for the viewer. Whoever shows them asks the fragment `track_discovered` once more, which decides.
-- Each is looked up by its key, whatever PostgreSQL knows of the tables: after rows were copied into it there are no statistics for a while, and by a wrong guess it read all tracks.
create or replace function track_discovered(viewer uuid, tracks uuid[]) returns setof uuid
    language plpgsql stable rows 300 set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
    as $$
declare
    hears_explicit constant boolean := coalesce((select s.explicit_content from user_settings s where s.user_id = viewer), true);
    no_genres constant text[] := array(select g.name from genres g
                                        where g.slug in (select genre_below(m.genre_slug) from user_mutes m where m.user_id = viewer and m.genre_slug is not null));
begin
    return query
    select t.id
      from unnest(tracks) x (id)
      cross join lateral (select o.* from public.tracks o where o.id = x.id offset 0) t
      cross join lateral (select o as person from users o where o.id = t.creator_id offset 0) u
     where t.public_from <= now() and t.status = 'completed' and t.deleted_at is null and user_shown(u.person) and (hears_explicit or not t.is_explicit or t.creator_id = viewer)
       and (t.genre is null or t.genre <> all (no_genres))
       and not exists (select from user_blocks b where (b.blocker_id = viewer and b.blocked_id = t.creator_id) or (b.blocker_id = t.creator_id and b.blocked_id = viewer))
       and not exists (select from user_mutes m where m.user_id = viewer and (m.person_id = t.creator_id or m.track_id = t.id))
       and not exists (select from track_tags k join user_mutes m on m.tag_id = k.tag_id and m.user_id = viewer where k.track_id = t.id);
end
$$;

-- Chooses the next `wanted` tracks of a radio, and returns how many it could. Never what is hidden, blocked or muted. Else by these rules, of which the first gives way first:
-- none of the last five artists again; no track again, and where there is no other, the one that was played longest ago.
-- What sounds like the first track comes first, then its genre, then its tags, then anything. All reads are bounded.
create or replace function radio_go_on(radio uuid, wanted int) returns int
    language plpgsql set enable_seqscan = off -- as with track_discovered()
    as $$
declare
    spacing constant int := 5;
    most_kept constant int := 2000;
    each constant int := 120;
    most_unlike constant double precision := 2; -- what is farther does not sound alike
    r radios;
    seed record;
    played uuid[];
    artists uuid[]; -- the last ones, the latest first
    pool uuid[];
    makers uuid[];
    reasons text[];
    chosen record;
    last_place int;
    count int := 0;
    step int;
    random_id constant uuid := gen_random_uuid();
begin
    select * into r from radios x where x.id = radio for update;
    if not found then
        return 0;
    end if;
    update radios x set updated_at = clock_timestamp() where x.id = radio;
    select t.id, t.genre, a.timbre_mean, a as analysis into seed from tracks t left join track_analysis a on a.track_id = t.id where t.id = r.track_id;
    played := array(select x.track_id from radio_tracks x where x.radio_id = radio order by x.place);
    artists := array(select t.creator_id from radio_tracks x join tracks t on t.id = x.track_id where x.radio_id = radio order by x.place desc limit spacing);
    if cardinality(artists) < spacing then -- the track that it began with is played before all others
        artists := artists || (select t.creator_id from tracks t where t.id = r.track_id);
    end if;
    last_place := coalesce((select max(x.place) from radio_tracks x where x.radio_id = radio), 0);

    -- Neighbours that were played are passed over: the search is as much wider.
    select array_agg(c.id order by c.kind, c.distance nulls last, c.id), array_agg(c.creator_id order by c.kind, c.distance nulls last, c.id),
           array_agg(c.reason order by c.kind, c.distance nulls last, c.id)
      into pool, makers, reasons
      from (select distinct on (f.id) f.id, k.kind, t.creator_id, (array['sounds_alike', 'same_genre', 'same_tag', 'else'])[k.kind] as reason,
                   case when k.kind = 1 then d.distance else random() end as distance
              from (select n.id, 1 as kind from sound_neighbours(seed.timbre_mean, least(each + cardinality(played), most_kept)) n (id)
                    union all
                    (select t.id, 2 from tracks t
                      where t.genre = seed.genre and t.public_from is not null and t.status = 'completed' and t.deleted_at is null and t.id <> all (played)
                      order by t.first_public_at desc, t.id desc limit 300)
                    union all
                    select y.track_id, 3 from (select k.tag_id from track_tags k where k.track_id = seed.id order by k.position limit 5) k
                     cross join lateral (select k2.track_id from track_tags k2
                                          where k2.tag_id = k.tag_id and k2.first_public_at is not null and k2.track_id <> all (played)
                                          order by k2.first_public_at desc, k2.track_id desc limit 100) y
                    union all
                    (select t.id, 4 from (select * from tracks o where o.id >= random_id order by o.id offset 0) t
                      where t.public_from is not null and t.status = 'completed' and t.deleted_at is null and t.id <> all (played)
                      limit 300)
                    union all
                    (select t.id, 4 from (select * from tracks o where o.id < random_id order by o.id desc offset 0) t
                      where t.public_from is not null and t.status = 'completed' and t.deleted_at is null and t.id <> all (played)
                      limit 300)) f (id, kind)
             cross join lateral (select o.creator_id from tracks o where o.id = f.id and o.stream_status = 'ready' offset 0) t
              left join track_analysis a on a.track_id = f.id
             cross join lateral (select sound_distance(seed.analysis, a) as distance) d
             cross join lateral (select case when f.kind = 1 and d.distance >= most_unlike then 4 else f.kind end as kind) k
             where f.id <> r.track_id and f.id <> all (played)
             order by f.id, k.kind) c;
    if pool is not null then
        -- the rights of all at once
        select array_agg(x.id order by x.n), array_agg(x.maker order by x.n), array_agg(x.reason order by x.n)
          into pool, makers, reasons
          from unnest(pool, makers, reasons) with ordinality x (id, maker, reason, n)
         where x.id in (select track_discovered(r.user_id, pool));
    end if;

    while count < wanted loop
        chosen := null;
        step := spacing;
        while step >= 0 loop
            select x.id, x.maker, x.reason, case when step < spacing then 'artist_spacing' end as gave_way into chosen
              from unnest(pool, makers, reasons) with ordinality x (id, maker, reason, n)
             where x.id <> all (played) and x.maker <> all (artists[1:step])
             order by x.n limit 1;
            exit when found;
            step := step - 1;
        end loop;
        if step < 0 then
            select x.id, t.creator_id as maker, 'else'::text as reason, 'repeats'::text as gave_way into chosen
              from (select p.id, max(p.n) as n from unnest(array[r.track_id] || played) with ordinality p (id, n) group by p.id) x
              join tracks t on t.id = x.id and t.stream_status = 'ready'
             where x.id in (select track_discovered(r.user_id, array[r.track_id] || played))
             order by x.n limit 1;
            exit when not found;
        end if;
        last_place := last_place + 1;
        count := count + 1;
        played := played || chosen.id;
        artists := (chosen.maker || artists)[1:spacing];
        insert into radio_tracks (radio_id, place, track_id, reason, gave_way) values (radio, last_place, chosen.id, chosen.reason, chosen.gave_way);
    end loop;
    delete from radio_tracks x where x.radio_id = radio and x.place <= last_place - most_kept;
    return count;
end
$$;

-- A way of `wanted` tracks from one to the other by how they sound: of what is near to each point between their timbres and tempos the nearest, of nobody more than two.
create or replace function sound_path(viewer uuid, from_track uuid, to_track uuid, wanted int) returns table (track_id uuid, place int)
    language plpgsql stable rows 20
    as $$
declare
    a track_analysis;
    b track_analysis;
    target track_analysis;
    used uuid[] := array[from_track, to_track];
    makers uuid[];
    part double precision;
    near uuid[];
    found_id uuid;
    found_maker uuid;
begin
    select x.* into a from track_analysis x where x.track_id = from_track and x.timbre_mean is not null;
    select x.* into b from track_analysis x where x.track_id = to_track and x.timbre_mean is not null;
    if a is null or b is null then
        return;
    end if;
    makers := array(select t.creator_id from tracks t where t.id in (from_track, to_track));
    track_id := from_track;
    place := 1;
    return next;
    for n in 1 .. wanted - 2 loop
        part := n::double precision / (wanted - 1);
        target := a;
        target.timbre_mean := array(select (1 - part) * x.p + part * x.q from unnest(a.timbre_mean, b.timbre_mean) with ordinality x (p, q, n) order by x.n);
        target.timbre_deviation := array(select (1 - part) * x.p + part * x.q from unnest(a.timbre_deviation, b.timbre_deviation) with ordinality x (p, q, n) order by x.n);
        target.bpm_is_sure := a.bpm_is_sure and b.bpm_is_sure;
        target.bpm := case when target.bpm_is_sure then a.bpm * (b.bpm / a.bpm) ^ part else a.bpm end;
        near := array(select sound_neighbours(target.timbre_mean, 100));
        select t.id, t.creator_id into found_id, found_maker
          from track_discovered(viewer, near) d (id)
          join tracks t on t.id = d.id and t.stream_status = 'ready'
          join track_analysis x on x.track_id = t.id
         where t.id <> all (used) and (select count(*) from unnest(makers) m (id) where m.id = t.creator_id) < 2
         order by sound_distance(target, x), t.id
         limit 1;
        if found then
            used := used || found_id;
            makers := makers || found_maker;
            track_id := found_id;
            place := place + 1;
            return next;
        end if;
    end loop;
    track_id := to_track;
    place := place + 1;
    return next;
end
$$;
