-- Versions of playlists: what one person changed within some minutes. Kept as what was there before each change, not as whole lists (ADR 0048). Nothing has
-- written the table until now.
drop table playlist_versions;
drop type playlist_version_action;
create table playlist_versions (
    id          uuid not null default gen_random_uuid(),
    playlist_id uuid not null,
    user_id     uuid,
    version     int not null,
    before      jsonb not null default '{}', -- name, description, visibility as they were, where this version changed them
    added       int not null default 0,
    removed     int not null default 0,
    moved       int not null default 0,
    track_count int not null,                -- after it
    restored    int,                         -- the number of the version that was restored
    logged      int not null default 0,      -- rows of playlist_version_items
    created_at  timestamptz not null default now(),
    changed_at  timestamptz not null default now(),
    constraint playlist_versions_pkey primary key (id),
    constraint playlist_versions_playlist_id_version_key unique (playlist_id, version),
    constraint playlist_versions_version_check check (version >= 1),
    constraint playlist_versions_playlist_id_fkey foreign key (playlist_id) references playlists (id) on delete cascade,
    constraint playlist_versions_user_id_fkey foreign key (user_id) references users (id) on delete set null
);
create index playlist_versions_user_id_idx on playlist_versions (user_id);
create index playlist_versions_changed_at_idx on playlist_versions (changed_at);

-- What an item was before a version touched it for the first time. An item that was not there has no more than its id.
create table playlist_version_items (
    version_id uuid not null,
    item_id    uuid not null,
    was_there  boolean not null,
    track_id   uuid,
    wanted     jsonb,
    added_by   uuid,
    added_at   timestamptz,
    position   bigint,
    constraint playlist_version_items_pkey primary key (version_id, item_id),
    constraint playlist_version_items_there_check check (was_there = (position is not null)),
    constraint playlist_version_items_version_id_fkey foreign key (version_id) references playlist_versions (id) on delete cascade,
    constraint playlist_version_items_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade,
    constraint playlist_version_items_added_by_fkey foreign key (added_by) references users (id) on delete set null
);
create index playlist_version_items_track_id_idx on playlist_version_items (track_id) where track_id is not null;
create index playlist_version_items_added_by_idx on playlist_version_items (added_by) where added_by is not null;

-- The version that an edit belongs to: the last one, where the same person made it within ten minutes and restored nothing; else a new one. The first one of
-- a playlist stands for what was there before. The playlist is locked, and not changed yet.
create function playlist_version_open(playlist uuid, person uuid, restores int) returns uuid
    language plpgsql
    as $$
declare
    last playlist_versions;
    made uuid;
begin
    select v.* into last from playlist_versions v where v.playlist_id = playlist order by v.version desc limit 1;
    if not found then
        insert into playlist_versions (playlist_id, user_id, version, track_count, created_at, changed_at)
        select p.id, p.user_id, 1, p.track_count, p.updated_at, p.updated_at from playlists p where p.id = playlist
        returning * into last;
    elsif restores is null and last.restored is null and last.version > 1 and last.user_id is not distinct from person and last.created_at > now() - interval '10 minutes' then
        return last.id;
    end if;
    insert into playlist_versions (playlist_id, user_id, version, track_count, restored) values (playlist, person, last.version + 1, 0, restores)
    returning id into made;
    return made;
end
$$;

-- Notes items of the playlist as they are now, those that the version has not noted before. Null: all.
create function playlist_version_log(edit uuid, playlist uuid, items uuid[]) returns void
    language plpgsql
    as $$
declare
    n int;
begin
    insert into playlist_version_items (version_id, item_id, was_there, track_id, wanted, added_by, added_at, position)
    select edit, i.id, true, i.track_id, i.wanted, i.added_by, i.added_at, i.position
      from playlist_tracks i
     where i.playlist_id = playlist and (items is null or i.id = any (items))
        on conflict do nothing;
    get diagnostics n = row_count;
    update playlist_versions v set logged = v.logged + n where v.id = edit;
end
$$;

-- Counts what an edit did, and lets go of the oldest versions where a new one is too much: 200 versions are kept, and 50,000 rows of what was there before.
create function playlist_version_count(edit uuid, n_added int, n_removed int, n_moved int) returns void
    language plpgsql
    as $$
declare
    versions_max constant int := 200;
    rows_max constant int := 50000;
    changed playlist_versions;
    oldest int;
begin
    update playlist_versions v
       set added = v.added + n_added, removed = v.removed + n_removed, moved = v.moved + n_moved, changed_at = now(), track_count = p.track_count
      from playlists p
     where v.id = edit and p.id = v.playlist_id
    returning v.* into changed;
    if changed.created_at < now() then
        return;
    end if;
    select max(n.version) into oldest
      from (select v.version, row_number() over w as place, sum(v.logged) over w as rows
              from playlist_versions v where v.playlist_id = changed.playlist_id window w as (order by v.version desc)) n
     where n.version < changed.version and (n.place >= versions_max or n.rows > rows_max);
    if oldest is not null then
        delete from playlist_version_items i using playlist_versions v where v.playlist_id = changed.playlist_id and v.version <= oldest and i.version_id = v.id;
        update playlist_versions v set logged = 0 where v.playlist_id = changed.playlist_id and v.version = oldest;
        delete from playlist_versions v where v.playlist_id = changed.playlist_id and v.version < oldest;
    end if;
end
$$;

-- As playlist_position() was, and notes all items in the version before they get new numbers.
drop function playlist_position(uuid, uuid, uuid);
create function playlist_position(playlist uuid, item uuid, after uuid, edit uuid) returns bigint
    language plpgsql
    as $$
declare
    step constant bigint := 4294967296;
    low bigint;
    high bigint;
begin
    for attempt in 1 .. 2 loop
        low := 0;
        if after is not null then
            select i.position into low from playlist_tracks i where i.playlist_id = playlist and i.id = after;
            if not found then
                return null;
            end if;
        end if;
        select min(i.position) into high from playlist_tracks i where i.playlist_id = playlist and i.position > low and i.id <> item;
        if high is null then
            return low + step;
        elsif high - low > 1 then
            return low + (high - low) / 2;
        end if;
        perform playlist_version_log(edit, playlist, null);
        update playlist_tracks i
           set position = n.number * step
          from (select o.id, row_number() over (order by o.position) as number from playlist_tracks o where o.playlist_id = playlist) n
         where n.id = i.id;
    end loop;
    return null;
end
$$;

-- Moves `item` behind `after`, one change of a playlist after the other. Gives the name of the one that is not in the playlist any more, if any.
drop function playlist_move(uuid, uuid, uuid);
create function playlist_move(playlist uuid, item uuid, after uuid, person uuid default null) returns text
    language plpgsql
    as $$
declare
    edit uuid;
    target bigint;
begin
    perform from playlists p where p.id = playlist for no key update;
    perform from playlist_tracks i where i.playlist_id = playlist and i.id = item;
    if not found then
        return 'item';
    end if;
    if after is not null then
        perform from playlist_tracks i where i.playlist_id = playlist and i.id = after;
        if not found then
            return 'after';
        end if;
    end if;
    if item = after then
        return null;
    end if;
    edit := playlist_version_open(playlist, person, null);
    perform playlist_version_log(edit, playlist, array[item]);
    target := playlist_position(playlist, item, after, edit);
    update playlist_tracks set position = target where id = item;
    update playlists set updated_at = now() where id = playlist;
    perform playlist_version_count(edit, 0, 0, 1);
    return null;
end
$$;

-- Adds a track at the end. Null when the playlist is full.
create or replace function playlist_add(playlist uuid, track uuid, person uuid) returns uuid
    language plpgsql
    as $$
declare
    edit uuid;
    item uuid;
    held int;
begin
    select p.track_count into held from playlists p where p.id = playlist for no key update;
    if held >= 10000 then
        return null;
    end if;
    edit := playlist_version_open(playlist, person, null);
    insert into playlist_tracks (playlist_id, track_id, added_by, position)
    select playlist, track, person, coalesce(max(i.position), 0) + 4294967296
      from playlist_tracks i
     where i.playlist_id = playlist
    returning id into item;
    insert into playlist_version_items (version_id, item_id, was_there) values (edit, item, false);
    update playlist_versions v set logged = v.logged + 1 where v.id = edit;
    perform playlist_version_count(edit, 1, 0, 0);
    return item;
end
$$;

-- Takes out the item with this id, or all with this track. Gives how many that were.
create function playlist_take_out(playlist uuid, what uuid, person uuid) returns int
    language plpgsql
    as $$
declare
    edit uuid;
    items uuid[];
begin
    perform from playlists p where p.id = playlist for no key update;
    items := array(select i.id from playlist_tracks i where i.playlist_id = playlist and what in (i.id, i.track_id));
    if cardinality(items) > 0 then
        edit := playlist_version_open(playlist, person, null);
        perform playlist_version_log(edit, playlist, items);
        delete from playlist_tracks i where i.id = any (items);
        perform playlist_version_count(edit, 0, cardinality(items), 0);
    end if;
    return cardinality(items);
end
$$;

-- Notes what the playlist says of itself, before that is changed to what is given here.
create function playlist_version_details(playlist uuid, person uuid, new_name text, new_description text, new_visibility text) returns void
    language plpgsql
    as $$
declare
    edit uuid;
    earlier jsonb;
begin
    perform from playlists p where p.id = playlist for no key update;
    select jsonb_object_agg(f.name, f.old) into earlier
      from playlists p
     cross join lateral (values ('name', to_jsonb(p.name), to_jsonb(new_name)), ('description', coalesce(to_jsonb(p.description), 'null'), coalesce(to_jsonb(new_description), 'null')),
                                ('visibility', to_jsonb(p.visibility), to_jsonb(new_visibility))) as f (name, old, new)
     where p.id = playlist and f.old <> f.new;
    if earlier is not null then
        edit := playlist_version_open(playlist, person, null);
        update playlist_versions v set before = earlier || v.before where v.id = edit;
        perform playlist_version_count(edit, 0, 0, 0);
    end if;
end
$$;

-- The items that were touched by the versions behind `number`, and before `until`, as they were after the version `number`.
create function playlist_items_after(playlist uuid, number int, until int) returns setof playlist_version_items
    language sql stable
    as $$
select distinct on (i.item_id) i.*
  from playlist_versions v
  join playlist_version_items i on i.version_id = v.id
 where v.playlist_id = playlist and v.version > number and v.version < until
 order by i.item_id, v.version
$$;

-- Makes the items of a playlist what they were after a version, and its name and description too where `all_of_it`. It is an edit like others, with a version
-- of its own. Null when there is no such version.
--
-- What is not in the rows of later versions has not been touched, and so has its number still. First goes what was not there, then what is there is moved, then comes back
-- what is gone: in this order no two items have the same number at the end of a statement.
create function playlist_restore(playlist uuid, target uuid, person uuid, all_of_it boolean) returns boolean
    language plpgsql
    as $$
declare
    old_number int;
    new_number int;
    last int;
    edit uuid;
    n_gone int;
    n_moved int;
    n_back int;
    was record;
begin
    perform from playlists p where p.id = playlist for no key update;
    select v.version into old_number from playlist_versions v where v.id = target and v.playlist_id = playlist;
    if not found then
        return null;
    end if;
    select max(v.version) into last from playlist_versions v where v.playlist_id = playlist;
    if old_number = last then
        return false;
    end if;
    edit := playlist_version_open(playlist, person, old_number);
    new_number := last + 1;
    insert into playlist_version_items (version_id, item_id, was_there, track_id, wanted, added_by, added_at, position)
    select edit, o.item_id, i.id is not null, i.track_id, i.wanted, i.added_by, i.added_at, i.position
      from playlist_items_after(playlist, old_number, new_number) o
      left join playlist_tracks i on i.id = o.item_id
     where o.position is distinct from i.position;
    get diagnostics n_moved = row_count;
    update playlist_versions v set logged = n_moved where v.id = edit;
    delete from playlist_tracks i using playlist_items_after(playlist, old_number, new_number) o where i.id = o.item_id and not o.was_there;
    get diagnostics n_gone = row_count;
    update playlist_tracks i
       set position = o.position
      from playlist_items_after(playlist, old_number, new_number) o
     where i.id = o.item_id and o.was_there and i.position <> o.position;
    get diagnostics n_moved = row_count;
    insert into playlist_tracks (id, playlist_id, track_id, wanted, added_by, added_at, position)
    select o.item_id, playlist, o.track_id, o.wanted, o.added_by, o.added_at, o.position
      from playlist_items_after(playlist, old_number, new_number) o
     where o.was_there and not exists (select from playlist_tracks i where i.id = o.item_id);
    get diagnostics n_back = row_count;
    if all_of_it then
        select (array_agg(v.before ->> 'name' order by v.version) filter (where v.before ? 'name'))[1] as name,
               coalesce(bool_or(v.before ? 'description'), false) as has_description,
               (array_agg(v.before ->> 'description' order by v.version) filter (where v.before ? 'description'))[1] as description
          into was
          from playlist_versions v
         where v.playlist_id = playlist and v.version > old_number and v.version < new_number;
        update playlist_versions v
           set before = coalesce((select jsonb_object_agg(f.name, f.old)
                                    from (values ('name', to_jsonb(p.name), to_jsonb(coalesce(was.name, p.name))),
                                                 ('description', coalesce(to_jsonb(p.description), 'null'),
                                                  coalesce(to_jsonb(case when was.has_description then was.description else p.description end), 'null'))) as f (name, old, new)
                                   where f.old <> f.new), '{}')
          from playlists p
         where v.id = edit and p.id = playlist;
        update playlists p
           set name = coalesce(was.name, p.name), description = case when was.has_description then was.description else p.description end
         where p.id = playlist;
    end if;
    update playlists set updated_at = now() where id = playlist;
    perform playlist_version_count(edit, n_back, n_gone, n_moved);
    return true;
end
$$;
