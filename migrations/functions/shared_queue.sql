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

-- Has this person come by the link that holds now? The host has no need to.
create or replace function shared_queue_came(p queue_session_people) returns boolean
    language sql stable
    as $$
select p.came_at >= (select max(l.created_at) from queue_session_links l where l.session_id = p.session_id and l.ended_at is null)
$$;

-- A new link instead of all that there were. Guests without an account of whom nothing waits go, with their votes, so that nobody who is not there any more takes
-- the place of others. The link is dated when the session is locked: who acted before that came by an older one.
create or replace function shared_queue_link(session uuid, link text) returns uuid
    language plpgsql
    as $$
begin
    perform from queue_sessions s where s.id = session for update;
    update queue_session_links l set ended_at = now() where l.session_id = session and l.ended_at is null;
    delete from queue_session_links l
     where l.token_hash in (select o.token_hash from queue_session_links o where o.session_id = session order by o.created_at desc offset 50);
    insert into queue_session_links (token_hash, session_id, created_at) values (link, session, clock_timestamp());
    delete from queue_session_people p
     where p.session_id = session and p.user_id is null and p.removed_at is null
       and not exists (select from shared_queue_items i where i.person_id = p.id);
    perform shared_queue_tell(session);
    return session;
end
$$;
