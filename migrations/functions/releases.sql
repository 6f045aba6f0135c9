-- Releases, and the tracks that follow them (migrations 0180, 0192).

-- Statements that change releases, their tracks, or columns of tracks other than counters take this lock first, for the owners of these rows. Triggers go from
-- releases to tracks and from tracks to releases, so statements that locked rows first would deadlock. Within a statement it is called in a `with` that the other parts read.
-- The statement itself still sees the rows of before it waited; functions that it calls afterwards see the present ones.
create or replace function releases_lock(people uuid[]) returns void
    language plpgsql
    as $$
declare
    person uuid;
begin
    for person in select distinct p.id from unnest(people) p (id) where p.id is not null order by p.id loop
        perform pg_advisory_xact_lock(hashtextextended('releases ' || person, 0));
    end loop;
end
$$;

-- Adds these tracks at the end of a disc, in this order; tracks that are in the release already stay where they are. Returns how many were added; null: the release is full.
create or replace function release_add(release uuid, tracks uuid[], on_disc int, opens text) returns int
    language plpgsql
    as $$
declare
    room int;
    last bigint;
    count int;
begin
    select 10000 - r.track_count into room from releases r where r.id = release for no key update;
    select count(*) into count from unnest(tracks) x where not exists (select from release_tracks i where i.release_id = release and i.track_id = x);
    if count > room then
        return null;
    end if;
    select coalesce(max(i.position), 0) into last from release_tracks i where i.release_id = release and i.disc = on_disc;
    insert into release_tracks (release_id, track_id, disc, position, access)
    select release, t.id, on_disc, last + x.n * 4294967296, opens
      from unnest(release_add.tracks) with ordinality x (id, n)
      join public.tracks t on t.id = x.id and t.deleted_at is null
    on conflict on constraint release_tracks_pkey do nothing;
    get diagnostics count = row_count;
    return count;
end
$$;

-- Moves `track` behind the track `after`, or to the beginning of the disc when that is null; as playlist_move (ADR 0039). Returns 'track' or 'after' when that track is
-- not in the release any more, else null.
create or replace function release_move(release uuid, track uuid, after uuid, on_disc int) returns text
    language plpgsql
    as $$
declare
    step constant bigint := 4294967296;
    target int;
    low bigint;
    high bigint;
begin
    perform from releases r where r.id = release for no key update;
    select coalesce(on_disc, i.disc) into target from release_tracks i where i.release_id = release and i.track_id = track;
    if not found then
        return 'track';
    end if;
    if track = after then
        return null;
    end if;
    for attempt in 1 .. 2 loop
        low := 0;
        if after is not null then
            select i.disc, i.position into target, low from release_tracks i where i.release_id = release and i.track_id = after;
            if not found then
                return 'after';
            end if;
        end if;
        select min(i.position) into high from release_tracks i
         where i.release_id = release and i.disc = target and i.position > low and i.track_id <> track;
        exit when high is null or high - low > 1;
        update release_tracks i
           set position = n.number * step
          from (select o.track_id, row_number() over (order by o.position, o.track_id) as number
                  from release_tracks o where o.release_id = release and o.disc = target) n
         where i.release_id = release and n.track_id = i.track_id;
    end loop;
    update release_tracks
       set disc = target, position = case when high is null then low + step else low + (high - low) / 2 end
     where release_id = release and track_id = track;
    update releases set updated_at = now() where id = release;
    return null;
end
$$;

-- Gives the tracks that follow the release its visibility: until its date they are scheduled for it. Queues the job release_tell for the moment when the release is
-- out: it notifies followers, once, and gives the release a plain slug.
create or replace function release_open(r releases) returns void
    language plpgsql security definer set search_path = public
    as $$
begin
    with n as (
        select t.id, t as before, o.at, case when r.visibility in ('private', 'unlisted') then r.visibility when o.at > now() then 'scheduled' else 'public' end as visibility
          from release_tracks i
          join tracks t on t.id = i.track_id and t.creator_id = r.user_id and t.deleted_at is null
         cross join lateral (select greatest(r.publish_at, case when i.access = 'release' then r.release_at end) as at) o
         where i.release_id = r.id and i.access <> 'own'
         order by t.id
           for no key update of t
    ), t as (
        update tracks t
           set visibility = n.visibility,
               publish_at = case when n.visibility = 'scheduled' then n.at end,
               publish_zone = case when n.visibility = 'scheduled' then coalesce(r.release_zone, r.publish_zone) end
          from n
         where t.id = n.id
           and (t.visibility, t.publish_at) is distinct from (n.visibility, case when n.visibility = 'scheduled' then n.at end)
        returning t.id, t.creator_id, track_note_changes(n.before, t, r.user_id), pg_notify('track_changed', t.id::text),
                  realtime_send('track:' || t.id, 'track.changed', jsonb_build_object('track_id', t.id))
    )
    insert into outbox (name, key, payload)
    select 'track.updated', t.id, jsonb_build_object('track_id', t.id, 'user_id', t.creator_id) from t;

    if r.public_from is not null and (r.told_at is null or exists (select from release_slugs s where s.slug = r.slug and s.is_secret)) then
        insert into jobs (kind, payload, dedupe_key, run_at)
        values ('release_tell', jsonb_build_object('release_id', r.id, 'user_id', r.user_id), 'release_tell:' || r.id,
                greatest(now(), r.publish_at, case when r.told_at is null then r.release_at end))
        on conflict (dedupe_key) do update set run_at = excluded.run_at, state = 'queued', attempts = 0, finished_at = null;
    end if;
end
$$;

create or replace function release_tracks_reopened() returns trigger
    language plpgsql security definer set search_path = public
    as $$
begin
    perform release_open(r)
       from releases r
      where r.id in (select n.release_id
                       from changed n
                       join before o on o.release_id = n.release_id and o.track_id = n.track_id
                      where n.access <> 'own' and n.access <> o.access)
      order by r.id;
    return null;
end
$$;

create or replace function release_track_restored() returns trigger
    language plpgsql security definer set search_path = public
    as $$
begin
    perform release_open(r) from releases r join release_tracks i on i.release_id = r.id where i.track_id = new.id and i.access <> 'own';
    return null;
end
$$;

-- The track follows no release any more: its visibility was set by hand.
create or replace function release_leave(track uuid) returns void
    language plpgsql
    as $$
begin
    update release_tracks i set access = 'own' where i.track_id = track and i.access <> 'own';
end
$$;

-- Does the track follow no release? In PL/pgSQL, and volatile, so that it sees what others committed while this statement waited for its lock.
create or replace function release_is_free(track uuid) returns boolean
    language plpgsql
    as $$
begin
    return not exists (select from release_tracks i where i.track_id = track and i.access <> 'own');
end
$$;

-- These words as a slug, without what makes it unique.
create or replace function release_slug_base(words text) returns text
    language sql immutable parallel safe
    as $$
select coalesce(nullif(btrim(left(btrim(regexp_replace(public.search_fold(words), '[^a-z0-9]+', '-', 'g'), '-'), 80), '-'), ''), 'release')
$$;

-- Takes a slug made of these words that no release ever had, for this release.
create or replace function release_draw_slug(release uuid, words text) returns text
    language plpgsql
    as $$
declare
    base constant text := release_slug_base(words);
    drawn text := base;
begin
    for attempt in 1 .. 100 loop
        insert into release_slugs (slug, release_id) values (drawn, release) on conflict do nothing;
        if found then
            return drawn;
        end if;
        drawn := rtrim(left(base, 71), '-') || '-' || case when attempt < 10 then (attempt + 1)::text else substr(md5(gen_random_uuid()::text), 1, 8) end;
    end loop;
    raise unique_violation using constraint = 'releases_slug_key';
end
$$;

-- Returns the slug that the release has from now on, and keeps it in release_slugs.
-- is_open: strangers may find the release. Its slug is then plain, made of the words; otherwise 16 random hexadecimal digits are added.
-- is_chosen: the words are a name that the owner chose, not the title.
-- is_exact: the owner chose it just now, so a name that is taken is refused; otherwise a number is added to it.
-- A slug that the release had before is used again: one with the same name, or, where no name was chosen or the release has 20 slugs, the latest of that kind.
create or replace function release_take_slug(release uuid, words text, is_open boolean, is_chosen boolean, is_exact boolean) returns text
    language plpgsql
    as $$
declare
    base constant text := release_slug_base(words);
    is_full constant boolean := (select count(*) >= 20 from release_slugs s where s.release_id = release);
    taken text;
begin
    select s.slug into taken
      from release_slugs s
     cross join lateral (select base = case when s.is_secret then left(s.slug, -17) else s.slug end as is_same) n
     where s.release_id = release and s.is_secret <> is_open and (n.is_same or not release_take_slug.is_chosen or (is_full and not is_exact))
     order by n.is_same and release_take_slug.is_chosen desc, s.created_at desc, s.slug
     limit 1;
    if found then
        update release_slugs s set is_chosen = true where s.slug = taken and is_exact; -- it may have been made of the title
        return taken;
    end if;
    if is_open and not is_exact then
        taken := release_draw_slug(release, words);
        update release_slugs s set is_chosen = release_take_slug.is_chosen where s.slug = taken;
        return taken;
    end if;
    taken := case when is_open then words else base || '-' || left(md5(gen_random_uuid()::text), 16) end;
    insert into release_slugs (slug, release_id, is_secret, is_chosen) values (taken, release, not is_open, release_take_slug.is_chosen) on conflict do nothing;
    if not found and not exists (select from release_slugs s where s.slug = taken and s.release_id = release) then
        raise unique_violation using constraint = 'releases_slug_key';
    end if;
    return taken;
end
$$;
