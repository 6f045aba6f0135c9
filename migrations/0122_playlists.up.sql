-- Items of a playlist are ordered by numbers with room between them, so that moving one writes one row.
alter table playlist_tracks alter column position type bigint;
update playlist_tracks i
   set position = n.number * 4294967296
  from (select id, row_number() over (partition by playlist_id order by position) as number from playlist_tracks) n
 where n.id = i.id;

create index playlists_changed_idx on playlists (user_id, updated_at, id) where deleted_at is null;

create function playlist_tracks_count() returns trigger
    language plpgsql security definer set search_path = public
    as $$
begin
    if tg_op = 'INSERT' then
        update playlists set track_count = track_count + 1 where id = new.playlist_id;
    else
        update playlists set track_count = track_count - 1 where id = old.playlist_id;
    end if;
    return null;
end
$$;
create trigger playlist_tracks_count after insert or delete on playlist_tracks for each row execute function playlist_tracks_count();
update playlists p
   set track_count = n.count
  from (select p_.id, (select count(*) from playlist_tracks i where i.playlist_id = p_.id) as count from playlists p_) n
 where n.id = p.id and n.count <> p.track_count;

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
create function playlist_add(playlist uuid, track uuid, person uuid) returns uuid
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
