-- Releases: albums, EPs, singles and compilations, made of tracks of one person. Who may open one is said as for tracks (0150). release_at is when its
-- music comes out: until then it is announced.

create type release_credit as (name varchar, role text);
create type release_ref as (id uuid, slug varchar, title varchar, cover_url text);

-- A UPC of 12 digits or an EAN of 13, whose last digit follows from the others.
create function release_upc_valid(upc text) returns boolean
    language sql immutable parallel safe
    as $$
select upc ~ '^[0-9]{12,13}$'
   and (select sum(substr(lpad(upc, 13, '0'), n, 1)::int * case n % 2 when 1 then 1 else 3 end) % 10 = 0 from generate_series(1, 13) n)
$$;

create table releases (
    id           uuid not null default gen_random_uuid(),
    user_id      uuid not null,
    slug         varchar(100) not null,
    title        varchar(255) not null,
    artist       varchar(255),
    kind         varchar(12) not null,
    description  text,
    label        varchar(255),
    upc          varchar(13),
    licence      varchar(24) not null default 'all_rights_reserved',
    credits      release_credit[] not null default '{}',
    cover_path   varchar(500),
    visibility   varchar(10) not null default 'private',
    publish_at   timestamptz,
    publish_zone varchar(64), -- where the time was entered
    public_from  timestamptz
        generated always as (case visibility when 'public' then timestamptz '-infinity' when 'scheduled' then publish_at end) stored,
    release_at   timestamptz,
    release_zone varchar(64), -- where the date was entered
    dated_at     timestamptz not null generated always as (coalesce(release_at, created_at)) stored, -- what lists are sorted by
    track_count  int not null default 0,
    told_at      timestamptz, -- when followers were told, once
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    constraint releases_pkey primary key (id),
    constraint releases_slug_key unique (slug),
    constraint releases_slug_check check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    constraint releases_title_check check (btrim(title) <> ''),
    constraint releases_kind_check check (kind in ('album', 'ep', 'single', 'compilation')),
    constraint releases_description_check check (length(description) <= 10000),
    constraint releases_upc_check check (release_upc_valid(upc)),
    constraint releases_licence_check
        check (licence in ('all_rights_reserved', 'cc_by', 'cc_by_sa', 'cc_by_nc', 'cc_by_nd', 'cc_by_nc_sa', 'cc_by_nc_nd', 'cc0')),
    constraint releases_credits_check check (cardinality(credits) <= 200),
    constraint releases_visibility_check check (visibility in ('public', 'unlisted', 'private', 'scheduled')),
    constraint releases_publish_at_check check ((visibility = 'scheduled') = (publish_at is not null) and (publish_at is null) = (publish_zone is null)),
    constraint releases_release_at_check check ((release_at is null) = (release_zone is null)),
    constraint releases_track_count_check check (track_count >= 0),
    constraint releases_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index releases_user_id_idx on releases (user_id, dated_at, id);
create index releases_user_newest_idx on releases (user_id, created_at, id);
create index releases_public_dated_idx on releases (dated_at, id) where public_from is not null;
create index releases_public_newest_idx on releases (created_at, id) where public_from is not null;
create index releases_title_idx on releases (lower(title), id);
create index releases_title_trgm_idx on releases using gin (search_fold(title || ' ' || coalesce(artist, '')) gin_trgm_ops);
create trigger releases_set_updated_at before update on releases for each row
    when (old.told_at is not distinct from new.told_at)
    execute function set_updated_at();

-- Every slug that a release ever had: it goes on leading to it, and no other release gets it. The key is checked late, since a slug is drawn before its
-- release exists.
create table release_slugs (
    slug       varchar(100) not null,
    release_id uuid not null,
    created_at timestamptz not null default now(),
    constraint release_slugs_pkey primary key (slug),
    constraint release_slugs_release_id_fkey foreign key (release_id) references releases (id) on delete cascade deferrable initially deferred
);
create index release_slugs_release_id_idx on release_slugs (release_id);

-- `access`: the track's visibility is its own affair; or follows the release; or follows it, but is heard as soon as the release is announced.
create table release_tracks (
    release_id uuid not null,
    track_id   uuid not null,
    disc       smallint not null default 1,
    position   bigint not null,
    access     varchar(8) not null default 'own',
    added_at   timestamptz not null default now(),
    constraint release_tracks_pkey primary key (release_id, track_id),
    constraint release_tracks_disc_check check (disc between 1 and 99),
    constraint release_tracks_position_check check (position >= 0),
    constraint release_tracks_access_check check (access in ('own', 'release', 'preview')),
    constraint release_tracks_release_id_fkey foreign key (release_id) references releases (id) on delete cascade,
    constraint release_tracks_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade
);
create index release_tracks_order_idx on release_tracks (release_id, disc, position, track_id);
create index release_tracks_track_id_idx on release_tracks (track_id);
create unique index release_tracks_follows_key on release_tracks (track_id) where access <> 'own';

-- Of the recording, so the same in every release.
alter table tracks add column isrc varchar(12),
    add constraint tracks_isrc_check check (isrc ~ '^[A-Z]{2}[A-Z0-9]{3}[0-9]{7}$');

-- A slug made of these words that no release ever had, now that of this release.
create function release_draw_slug(release uuid, words text) returns text
    language plpgsql
    as $$
declare
    base constant text := coalesce(nullif(btrim(left(btrim(regexp_replace(public.search_fold(words), '[^a-z0-9]+', '-', 'g'), '-'), 80), '-'), ''), 'release');
    drawn text := base;
begin
    for attempt in 1 .. 100 loop
        insert into release_slugs (slug, release_id) values (drawn, release) on conflict do nothing;
        if found then
            return drawn;
        end if;
        drawn := base || '-' || case when attempt < 10 then (attempt + 1)::text else substr(md5(gen_random_uuid()::text), 1, 8) end;
    end loop;
    raise unique_violation using constraint = 'releases_slug_key';
end
$$;

create function release_tracks_added() returns trigger
    language plpgsql security definer set search_path = public
    as $$
begin
    update releases r set track_count = r.track_count + n.count from (select release_id, count(*) from added group by release_id) n where r.id = n.release_id;
    return null;
end
$$;
create function release_tracks_removed() returns trigger
    language plpgsql security definer set search_path = public
    as $$
begin
    update releases r set track_count = r.track_count - n.count from (select release_id, count(*) from removed group by release_id) n where r.id = n.release_id;
    return null;
end
$$;
create trigger release_tracks_added after insert on release_tracks referencing new table as added
    for each statement execute function release_tracks_added();
create trigger release_tracks_removed after delete on release_tracks referencing old table as removed
    for each statement execute function release_tracks_removed();

-- A track that is gone for good leaves its releases; what staff removed keeps its place, since it can be restored.
create function release_tracks_forget() returns trigger
    language plpgsql security definer set search_path = public
    as $$
begin
    delete from release_tracks where track_id = new.id;
    return null;
end
$$;
create trigger tracks_leave_releases after update of deleted_at on tracks for each row
    when (new.deleted_at is not null and new.restorable_until is null)
    execute function release_tracks_forget();

-- Adds these tracks at the end of a disc, in this order; those that are in the release stay where they are. Gives how many came in; null: it is full.
create function release_add(release uuid, tracks uuid[], on_disc int, opens text) returns int
    language plpgsql
    as $$
declare
    room int;
    last bigint;
    count int;
begin
    select 10000 - r.track_count into room from releases r where r.id = release for update;
    select count(*) into count from unnest(tracks) x where not exists (select from release_tracks i where i.release_id = release and i.track_id = x);
    if count > room then
        return null;
    end if;
    select coalesce(max(i.position), 0) into last from release_tracks i where i.release_id = release and i.disc = on_disc;
    insert into release_tracks (release_id, track_id, disc, position, access)
    select release, x.id, on_disc, last + x.n * 4294967296, opens from unnest(tracks) with ordinality x (id, n)
    on conflict on constraint release_tracks_pkey do nothing;
    get diagnostics count = row_count;
    return count;
end
$$;

-- Puts `track` behind the track `after`, or first on the disc when that is null; as playlist_move (ADR 0039). Gives the name of the one that is not in
-- the release any more, if any.
create function release_move(release uuid, track uuid, after uuid, on_disc int) returns text
    language plpgsql
    as $$
declare
    step constant bigint := 4294967296;
    target int;
    low bigint;
    high bigint;
begin
    perform from releases r where r.id = release for update;
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

-- Gives the tracks that follow the release its visibility: until its date they are scheduled for it. And sees that followers are told when it is out.
create function release_open(r releases) returns void
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
           for update of t
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

    if r.told_at is null and r.public_from is not null then
        insert into jobs (kind, payload, dedupe_key, run_at)
        values ('release_tell', jsonb_build_object('release_id', r.id, 'user_id', r.user_id), 'release_tell:' || r.id,
                greatest(now(), r.publish_at, r.release_at))
        on conflict (dedupe_key) do update set run_at = excluded.run_at, state = 'queued', attempts = 0, finished_at = null;
    end if;
end
$$;
create function releases_opened() returns trigger
    language plpgsql security definer set search_path = public
    as $$
begin
    perform release_open(new);
    return null;
end
$$;
create trigger releases_opened after insert or update of visibility, publish_at, release_at on releases for each row execute function releases_opened();
create function release_tracks_opened() returns trigger
    language plpgsql security definer set search_path = public
    as $$
begin
    perform release_open(r) from releases r where r.id in (select distinct n.release_id from changed n where n.access <> 'own');
    return null;
end
$$;
create trigger release_tracks_follow_added after insert on release_tracks referencing new table as changed
    for each statement execute function release_tracks_opened();
create trigger release_tracks_follow_changed after update on release_tracks referencing new table as changed
    for each statement execute function release_tracks_opened();
