drop function playlist_restore(uuid, uuid, uuid, boolean);
drop function playlist_items_after(uuid, int, int);
drop function playlist_version_details(uuid, uuid, text, text, text);
drop function playlist_take_out(uuid, uuid, uuid);
drop function playlist_move(uuid, uuid, uuid, uuid);
drop function playlist_position(uuid, uuid, uuid, uuid);
drop function playlist_version_count(uuid, int, int, int);
drop function playlist_version_log(uuid, uuid, uuid[]);
drop function playlist_version_open(uuid, uuid, int);
-- The number that puts `item` after the item `after`, or first when that is null; null when `after` is not in the playlist. Where there is no
-- room, all items get new numbers. The playlist is locked.
create function playlist_position(playlist uuid, item uuid, after uuid) returns bigint
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
        update playlist_tracks i
           set position = n.number * step
          from (select o.id, row_number() over (order by o.position) as number from playlist_tracks o where o.playlist_id = playlist) n
         where n.id = i.id;
    end loop;
    return null;
end
$$;

-- Moves `item` behind `after`, one change of a playlist after the other. Gives the name of the one that is not in the
-- playlist any more, if any.
create function playlist_move(playlist uuid, item uuid, after uuid) returns text
    language plpgsql
    as $$
declare
    target bigint;
begin
    perform from playlists p where p.id = playlist for update;
    perform from playlist_tracks i where i.playlist_id = playlist and i.id = item;
    if not found then
        return 'item';
    end if;
    if item = after then
        return null;
    end if;
    target := playlist_position(playlist, item, after);
    if target is null then
        return 'after';
    end if;
    update playlist_tracks set position = target where id = item;
    update playlists set updated_at = now() where id = playlist;
    return null;
end
$$;

-- Adds a track at the end. Null when the playlist is full.
create or replace function playlist_add(playlist uuid, track uuid, person uuid) returns uuid
    language plpgsql
    as $$
declare
    item uuid;
begin
    perform from playlists p where p.id = playlist for update;
    insert into playlist_tracks (playlist_id, track_id, added_by, position)
    select playlist, track, person, coalesce(max(i.position), 0) + 4294967296
      from playlist_tracks i
     where i.playlist_id = playlist
    having count(*) < 10000
    returning id into item;
    return item;
end
$$;

drop table playlist_version_items;
drop table playlist_versions;
create type playlist_version_action as enum
    ('created', 'updated', 'track_added', 'track_removed', 'tracks_reordered', 'restored');
create table playlist_versions (
    id              uuid not null default gen_random_uuid(),
    playlist_id     uuid not null,
    user_id         uuid,
    version         int not null,
    action          playlist_version_action not null,
    title           varchar(200),
    description     text,
    is_public       boolean,
    cover_url       varchar(500),
    tracks_snapshot text,
    created_at      timestamptz not null default now(),
    constraint playlist_versions_pkey primary key (id),
    constraint playlist_versions_playlist_id_version_key unique (playlist_id, version),
    constraint playlist_versions_version_check check (version >= 1),
    constraint playlist_versions_playlist_id_fkey foreign key (playlist_id) references playlists (id)
        on delete cascade,
    constraint playlist_versions_user_id_fkey foreign key (user_id) references users (id) on delete set null
);
create index playlist_versions_user_id_idx on playlist_versions (user_id);
