-- Rules of queues that several people fill (migration 0171).

-- Begins a change: locks the session. `person` is the row of whoever makes the change; null: they have an account and did nothing here before. `wrong`, here and
-- below, is null, 'forbidden: …' or 'conflict: …'; anything else means that there is no such item or track. Somebody who was removed while this waited for the lock is refused too.
create or replace function shared_queue_lock(session uuid, viewer uuid, known uuid, out person uuid, out host boolean, out wrong text)
    language plpgsql
    as $$
declare
    s queue_sessions;
    removed timestamptz;
begin
    select * into s from queue_sessions o where o.id = session for update;
    host := viewer is not distinct from s.creator_id;
    select p.id, p.removed_at into person, removed
      from queue_session_people p
     where p.session_id = session and case when viewer is not null then p.user_id = viewer else p.id = known and p.user_id is null end;
    if s.id is null or s.ended_at is not null then
        wrong := 'forbidden: This session has ended.';
    elsif removed is not null then
        wrong := 'forbidden: The host has removed you.';
    elsif person is null and viewer is null then
        wrong := 'forbidden: Say first who you are, with a name.';
    elsif person is null and not host and (select count(*) from queue_session_people p where p.session_id = session and p.removed_at is null) >= 200 then
        wrong := 'conflict: The session is full.';
    end if;
end
$$;
