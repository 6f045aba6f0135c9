-- What is played when nothing waits is chosen by whoever asks (queries.sql), since it depends on what the host may hear; only the host tells where the music is.
-- `queue_sessions.guests_may_seek` is asked by nothing any more, and stays, since a column in the middle of a table cannot come back there.
drop function shared_queue_next(uuid, uuid, uuid, uuid), shared_queue_seek(uuid, uuid, uuid, uuid, int, boolean);

-- Goes on from the item that is named: of two who do so at once, the second is told that it was left. With nothing waiting, `spare` is played, which is the track
-- `taken` of the list that the host chose.
create function shared_queue_next(session uuid, viewer uuid, known uuid, leaving uuid, spare uuid, taken int) returns text
    language plpgsql
    as $$
declare
    l record;
    s queue_sessions;
    n shared_queue_items;
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
    if n.id is null and spare is not null then
        insert into shared_queue_items (session_id, track_id, person_id, position, round)
        values (session, spare, shared_queue_person(session, s.creator_id), s.asked + 1, s.round + 1) returning * into n;
        update queue_sessions o set asked = o.asked + 1, fallback_taken = taken where o.id = session;
    end if;
    update queue_sessions o
       set current_item = n.id, current_position = 0, positioned_at = now(), is_playing = n.id is not null, round = greatest(o.round, coalesce(n.round, 0))
     where o.id = session;
    perform shared_queue_tell(session);
    return null;
end
$$;

-- The host tells where in the current item it is, and whether it plays.
create function shared_queue_seek(session uuid, viewer uuid, item uuid, offset_ms int, playing boolean) returns text
    language plpgsql
    as $$
declare
    l record;
    s queue_sessions;
begin
    select * into l from shared_queue_lock(session, viewer, null);
    if l.wrong is not null then
        return l.wrong;
    end if;
    select * into s from queue_sessions o where o.id = session;
    if not l.host then
        return 'forbidden: Only the host does this.';
    elsif item is distinct from s.current_item then
        return 'conflict: Another track is played by now.';
    end if;
    update queue_sessions o set current_position = offset_ms, positioned_at = now(), is_playing = coalesce(playing, o.is_playing) where o.id = session;
    perform shared_queue_tell(session);
    return null;
end
$$;
