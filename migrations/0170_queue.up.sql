-- The queue of a person on the server. Every change counts `version`. Times within the current item are in milliseconds; while it plays they go on from
-- `positioned_at`. The order of playing is `position`; `original` is the order that comes back when shuffle is switched off, and means nothing without
-- shuffle. Both have room between them, as those of playlists. An item whose track is deleted keeps its place.
alter table queues rename column current_track_id to current_item;
alter table queues drop constraint queues_current_track_id_fkey;
drop index queues_current_track_id_idx;
update queues set current_item = null;
alter table queues
    add column version bigint not null default 0,
    add column item_count int not null default 0,
    add column positioned_at timestamptz not null default now(),
    add constraint queues_item_count_check check (item_count between 0 and 10000);

alter table queue_items drop constraint queue_items_pkey;
alter table queue_items add constraint queue_items_pkey primary key (queue_id, id);
alter table queue_items drop constraint queue_items_track_id_fkey;
alter table queue_items alter column track_id drop not null;
alter table queue_items add constraint queue_items_track_id_fkey foreign key (track_id) references tracks (id) on delete set null;
alter table queue_items alter column position type bigint;
alter table queue_items add column original bigint not null default 0;
update queue_items i
   set position = n.number * 4294967296, original = n.number * 4294967296
  from (select queue_id, id, row_number() over (partition by queue_id order by position) as number from queue_items) n
 where n.queue_id = i.queue_id and n.id = i.id;
update queues q
   set item_count = n.count, current_item = n.first
  from (select i.queue_id, count(*) as count, (array_agg(i.id order by i.position))[1] as first from queue_items i group by i.queue_id) n
 where n.queue_id = q.id;

-- Where in the current item one is now. A device that plays tells of it every few seconds; when it falls silent, time stops after 30 seconds.
create function queue_offset_ms(q queues) returns int
    language sql stable
    as $$ select q.current_position + case when q.is_playing then least(extract(epoch from now() - q.positioned_at) * 1000, 30000)::int else 0 end $$;

-- Begins a change by somebody who knows the version `known`: locks the queue, and makes it where there is none. Where it has another version, `wrong` is
-- 'version N'. The functions below give that, or the input that is wrong with a sentence about it, or null when the change is made.
create function queue_lock(person uuid, known bigint, out queue uuid, out wrong text)
    language plpgsql
    as $$
declare
    present bigint;
begin
    if known = 0 then
        insert into queues (user_id) values (person) on conflict (user_id) do nothing;
    end if;
    select q.id, q.version into queue, present from queues q where q.user_id = person for update;
    if present is distinct from known then
        wrong := 'version ' || coalesce(present, 0);
    end if;
end
$$;

-- Tells the person's devices of the change that was just made.
create function queue_tell(queue uuid, items_changed boolean) returns void
    language sql
    as $$
select realtime_send('user:' || q.user_id, 'queue.changed', jsonb_build_object(
           'version', q.version, 'item_count', q.item_count, 'items_changed', items_changed, 'current_item', q.current_item,
           'offset_ms', q.current_position, 'is_playing', q.is_playing, 'shuffle', q.shuffle, 'repeat', q.repeat_mode, 'volume', q.volume))
  from queues q
 where q.id = queue
$$;

-- Replaces the queue. Items are given as arrays of the same length; one without a track keeps the track of the item that had its id.
create function queue_put(person uuid, known bigint, ids uuid[], tracks uuid[], orders bigint[], current_item uuid, offset_ms int, is_playing boolean,
                          shuffle boolean, repeat text, volume int) returns text
    language plpgsql
    as $$
declare
    step constant bigint := 4294967296;
    l record;
begin
    select * into l from queue_lock(person, known);
    if l.wrong is not null then
        return l.wrong;
    elsif (select count(distinct i) from unnest(ids) i) < cardinality(ids) then
        return 'items: Two items have the same id.';
    elsif current_item is not null and not current_item = any (ids) then -- null = any ('{}') is false, not null
        return 'current_item: There is no such item.';
    end if;
    tracks := array(select coalesce(w.track_id, o.track_id)
                      from unnest(ids, tracks) with ordinality as w (id, track_id, n)
                      left join queue_items o on o.queue_id = l.queue and o.id = w.id
                     order by w.n);
    delete from queue_items i where i.queue_id = l.queue;
    insert into queue_items (queue_id, id, track_id, position, original)
    select l.queue, w.id, w.track_id, w.n * step, row_number() over (order by coalesce(w.place, w.n - 1), w.n) * step
      from unnest(ids, tracks, orders) with ordinality as w (id, track_id, place, n);
    update queues q
       set version = q.version + 1, item_count = cardinality(ids), current_item = coalesce(queue_put.current_item, ids[1]), current_position = coalesce(offset_ms, 0),
           positioned_at = now(), is_playing = coalesce(queue_put.is_playing, false), shuffle = coalesce(queue_put.shuffle, q.shuffle),
           repeat_mode = coalesce(repeat, q.repeat_mode), volume = coalesce(queue_put.volume, q.volume)
     where q.id = l.queue;
    perform queue_tell(l.queue, true);
    return null;
end
$$;

-- The first of `wanted` places after the item `after` (null: before all), and how far they are from each other. Where there is no room, all items
-- get new numbers. `moved` is taken out of its place. Null when there is no `after`. The queue is locked.
create function queue_place(queue uuid, after uuid, wanted int, moved uuid, out low bigint, out room bigint)
    language plpgsql
    as $$
declare
    step constant bigint := 4294967296;
    high bigint;
begin
    for attempt in 1 .. 2 loop
        low := 0;
        if after is not null then
            select i.position into low from queue_items i where i.queue_id = queue and i.id = after;
            if not found then
                return;
            end if;
        end if;
        select min(i.position) into high from queue_items i where i.queue_id = queue and i.position > low and i.id is distinct from moved;
        room := case when high is null then step else (high - low) / (wanted + 1) end;
        exit when room > 0;
        update queue_items i
           set position = n.number * step
          from (select o.id, row_number() over (order by o.position) as number from queue_items o where o.queue_id = queue) n
         where i.queue_id = queue and n.id = i.id;
    end loop;
end
$$;

-- Adds items after another one, or at the end.
create function queue_add(person uuid, known bigint, ids uuid[], tracks uuid[], at_end boolean, after uuid) returns text
    language plpgsql
    as $$
declare
    step constant bigint := 4294967296;
    l record;
    p record;
    place bigint;
    beyond bigint;
begin
    select * into l from queue_lock(person, known);
    if l.wrong is not null then
        return l.wrong;
    elsif (select q.item_count from queues q where q.id = l.queue) + cardinality(ids) > 10000 then
        return 'items: A queue holds 10,000 items.';
    elsif array_position(tracks, null) is not null then
        return 'items: There is no such track.';
    elsif (select count(distinct i) from unnest(ids) i) < cardinality(ids)
          or exists (select from queue_items i where i.queue_id = l.queue and i.id = any (ids)) then
        return 'items: Two items have the same id.';
    end if;
    if at_end then
        select i.id into after from queue_items i where i.queue_id = l.queue order by i.position desc limit 1;
        select max(i.original) into place from queue_items i where i.queue_id = l.queue;
    else
        select i.original into place from queue_items i where i.queue_id = l.queue and i.id = after;
        select min(i.original) into beyond from queue_items i where i.queue_id = l.queue and i.original > coalesce(place, 0);
    end if;
    select * into p from queue_place(l.queue, after, cardinality(ids), null);
    if p.low is null then
        return 'after: There is no such item.';
    end if;
    insert into queue_items (queue_id, id, track_id, position, original)
    select l.queue, w.id, w.track_id, p.low + w.n * p.room,
           coalesce(place, 0) + w.n * case when beyond is null then step else (beyond - coalesce(place, 0)) / (cardinality(ids) + 1) end
      from unnest(ids, tracks) with ordinality as w (id, track_id, n);
    update queues q
       set version = q.version + 1, item_count = q.item_count + cardinality(ids), current_item = coalesce(q.current_item, ids[1]),
           current_position = queue_offset_ms(q), positioned_at = now()
     where q.id = l.queue;
    perform queue_tell(l.queue, true);
    return null;
end
$$;

-- Removes an item; one that is not there is no matter of versions. Where it was the current one, the one after it is, or else the last.
create function queue_remove(person uuid, known bigint, item uuid) returns text
    language plpgsql
    as $$
declare
    l record;
    place bigint;
begin
    if not exists (select from queue_items i join queues q on q.id = i.queue_id where q.user_id = person and i.id = item) then
        return 'item';
    end if;
    select * into l from queue_lock(person, known);
    if l.wrong is not null then
        return l.wrong;
    end if;
    delete from queue_items i where i.queue_id = l.queue and i.id = item returning i.position into place;
    if not found then
        return 'item';
    end if;
    update queues q
       set version = q.version + 1, item_count = q.item_count - 1, positioned_at = now(),
           current_position = case when q.current_item = item then 0 else queue_offset_ms(q) end,
           current_item = case when q.current_item <> item then q.current_item
                               else (select i.id from queue_items i where i.queue_id = q.id
                                      order by i.position < place, abs(i.position - place) limit 1) end
     where q.id = l.queue;
    perform queue_tell(l.queue, true);
    return null;
end
$$;

create function queue_clear(person uuid, known bigint) returns text
    language plpgsql
    as $$
declare
    l record;
begin
    select * into l from queue_lock(person, known);
    if l.wrong is not null then
        return l.wrong;
    end if;
    delete from queue_items i where i.queue_id = l.queue;
    update queues q
       set version = q.version + 1, item_count = 0, current_item = null, current_position = 0, positioned_at = now(), is_playing = false
     where q.id = l.queue;
    perform queue_tell(l.queue, true);
    return null;
end
$$;

-- Changes what is not null. `moved` is put after the item `after`, or first. Switched on, shuffle puts what comes after the current item in an order of
-- chance; switched off, it brings back the order from before.
create function queue_patch(person uuid, known bigint, current_item uuid, offset_ms int, is_playing boolean, shuffle boolean, repeat text, volume int,
                            moved uuid, after uuid) returns text
    language plpgsql
    as $$
declare
    step constant bigint := 4294967296;
    l record;
    p record;
    was queues;
    now_at bigint;
begin
    select * into l from queue_lock(person, known);
    if l.wrong is not null then
        return l.wrong;
    end if;
    select * into was from queues q where q.id = l.queue;
    if current_item is not null and not exists (select from queue_items i where i.queue_id = l.queue and i.id = current_item) then
        return 'current_item: There is no such item.';
    elsif moved is not null and not exists (select from queue_items i where i.queue_id = l.queue and i.id = moved) then
        return 'move: There is no such item.';
    elsif moved is not null and moved is distinct from after then
        select * into p from queue_place(l.queue, after, 1, moved);
        if p.low is null then
            return 'move: There is no such item.';
        end if;
        update queue_items i set position = p.low + p.room where i.queue_id = l.queue and i.id = moved;
    end if;
    if shuffle and not was.shuffle then
        select i.position into now_at from queue_items i where i.queue_id = l.queue and i.id = coalesce(current_item, was.current_item);
        update queue_items i set original = i.position where i.queue_id = l.queue;
        update queue_items i
           set position = b.position
          from (select o.id, row_number() over (order by random()) as n from queue_items o where o.queue_id = l.queue and o.position > now_at) a
          join (select o.position, row_number() over (order by o.position) as n from queue_items o where o.queue_id = l.queue and o.position > now_at) b using (n)
         where i.queue_id = l.queue and i.id = a.id;
    elsif not shuffle and was.shuffle then
        update queue_items i
           set position = n.number * step
          from (select o.id, row_number() over (order by o.original, o.position) as number from queue_items o where o.queue_id = l.queue) n
         where i.queue_id = l.queue and n.id = i.id;
    end if;
    update queues q
       set version = q.version + 1,
           current_position = coalesce(offset_ms, case when queue_patch.current_item <> q.current_item then 0 else queue_offset_ms(q) end),
           positioned_at = now(), current_item = coalesce(queue_patch.current_item, q.current_item), is_playing = coalesce(queue_patch.is_playing, q.is_playing),
           shuffle = coalesce(queue_patch.shuffle, q.shuffle), repeat_mode = coalesce(repeat, q.repeat_mode), volume = coalesce(queue_patch.volume, q.volume)
     where q.id = l.queue;
    perform queue_tell(l.queue, moved is not null or (shuffle is not null and shuffle <> was.shuffle));
    return null;
end
$$;
