drop function shared_queue_next(uuid, uuid, uuid, uuid, uuid, int), shared_queue_seek(uuid, uuid, uuid, int, boolean);

-- Goes on from the item that is named: of two who do so at once, the second is told that it was left. With nothing waiting, the next track of the list that the
-- host chose is played, from its beginning again after its end.
create function shared_queue_next(session uuid, viewer uuid, known uuid, leaving uuid) returns text
    language plpgsql
    as $$
declare
    l record;
    s queue_sessions;
    n shared_queue_items;
    spare uuid;
begin
    select * into l from shared_queue_lock(session, viewer, known);
    if l.wrong is not null then
        return l.wrong;
    end if;
    select * into s from queue_sessions o where o.id = session;
    if not (l.host or s.guests_may_skip) then
        return 'forbidden: Only the host goes on to the next track.';
    elsif leaving is distinct from s.current_item then
        return 'conflict: Another track is played by now.';
    end if;
    delete from shared_queue_items i where i.id = s.current_item;
    select * into n from shared_queue_items i
     where i.session_id = session order by shared_queue_rank(s.order_mode, i.round, i.vote_count), i.position limit 1;
    if n.id is null and s.fallback_playlist_id is not null then
        for attempt in 1 .. 2 loop
            select t.id into spare
              from playlist_tracks i
              join tracks t on t.id = i.track_id and t.status = 'completed' and (track_is_public(t) or t.creator_id = s.creator_id)
             where i.playlist_id = s.fallback_playlist_id
             order by i.position offset s.fallback_taken limit 1;
            exit when spare is not null or s.fallback_taken = 0;
            s.fallback_taken := 0;
        end loop;
        if spare is not null then
            insert into shared_queue_items (session_id, track_id, person_id, position, round)
            values (session, spare, shared_queue_person(session, s.creator_id), s.asked + 1, s.round + 1) returning * into n;
            update queue_sessions o set asked = o.asked + 1, fallback_taken = s.fallback_taken + 1 where o.id = session;
        end if;
    end if;
    update queue_sessions o
       set current_item = n.id, current_position = 0, positioned_at = now(), is_playing = n.id is not null, round = greatest(o.round, coalesce(n.round, 0))
     where o.id = session;
    perform shared_queue_tell(session);
    return null;
end
$$;

-- Tells where in the current item it is, and whether it plays.
create function shared_queue_seek(session uuid, viewer uuid, known uuid, item uuid, offset_ms int, playing boolean) returns text
    language plpgsql
    as $$
declare
    l record;
    s queue_sessions;
begin
    select * into l from shared_queue_lock(session, viewer, known);
    if l.wrong is not null then
        return l.wrong;
    end if;
    select * into s from queue_sessions o where o.id = session;
    if not (l.host or s.guests_may_seek) then
        return 'forbidden: Only the host does this.';
    elsif item is distinct from s.current_item then
        return 'conflict: Another track is played by now.';
    end if;
    update queue_sessions o set current_position = offset_ms, positioned_at = now(), is_playing = coalesce(playing, o.is_playing) where o.id = session;
    perform shared_queue_tell(session);
    return null;
end
$$;
