-- Guests without an account are bounded for each network that they come from, and whoever was removed has no say any more: neither in votes nor in how full
-- a session is. What counts rows before it adds one is a function now, which locks first: requests at the same time cannot pass the bound together.
alter table queue_sessions
    add column guests_per_address int not null default 10,
    add constraint queue_sessions_guests_per_address_check check (guests_per_address between 1 and 200);

-- Of guests only: an address of IPv4 or a network of IPv6, '::' where it is not known; null after a day and when the session has ended.
alter table queue_session_people add column address inet;
create index queue_session_people_created_at_idx on queue_session_people (created_at) where address is not null;

delete from shared_queue_votes v using queue_session_people p where p.id = v.person_id and p.removed_at is not null;

-- What one sees of a text: without characters that have no form.
create function text_seen(value text) returns text
    language sql immutable parallel safe
    as $$
select btrim(regexp_replace(value, '[\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u2028-\u202E\u2060-\u206F\u2800\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF0-\uFFFB\U000E0000-\U000E0FFF]', '', 'g'),
             E' \t\n\r\u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u202F\u205F\u3000')
$$;

-- Null: the host has 20 sessions. Of those that have ended, the oldest go.
create function shared_queue_begin(host uuid, link text, name text, order_mode text, may_add boolean, may_skip boolean, per_person int,
                                   per_address int) returns uuid
    language plpgsql
    as $$
declare
    session uuid;
begin
    perform from users u where u.id = host for no key update;
    if (select count(*) from queue_sessions s where s.creator_id = host and s.ended_at is null) >= 20 then
        return null;
    end if;
    delete from queue_sessions s
     where s.id in (select e.id from queue_sessions e where e.creator_id = host and e.ended_at is not null order by e.ended_at desc offset 20);
    insert into queue_sessions (creator_id, name, order_mode, guests_may_add, guests_may_skip, per_person, guests_per_address)
    values (host, coalesce(shared_queue_begin.name, ''), coalesce(shared_queue_begin.order_mode, 'fifo'), coalesce(may_add, true), coalesce(may_skip, false),
            coalesce(shared_queue_begin.per_person, 20), coalesce(per_address, 10))
    returning id into session;
    insert into queue_session_links (token_hash, session_id) values (link, session);
    return session;
end
$$;

-- A new link instead of all that there were. Guests without an account of whom nothing waits go, with their votes, so that nobody who is not there any more takes
-- the place of others.
create function shared_queue_link(session uuid, link text) returns uuid
    language plpgsql
    as $$
begin
    perform from queue_sessions s where s.id = session for update;
    update queue_session_links l set ended_at = now() where l.session_id = session and l.ended_at is null;
    delete from queue_session_links l
     where l.token_hash in (select o.token_hash from queue_session_links o where o.session_id = session order by o.created_at desc offset 50);
    insert into queue_session_links (token_hash, session_id) values (link, session);
    delete from queue_session_people p
     where p.session_id = session and p.user_id is null and p.removed_at is null
       and not exists (select from shared_queue_items i where i.person_id = p.id);
    perform shared_queue_tell(session);
    return session;
end
$$;

-- A guest without an account comes. `wrong` as of shared_queue_lock(), or what is wrong with the name. Those who were removed within the last hour count for their address, so that removing somebody is worth something.
create function shared_queue_join(session uuid, viewer uuid, name text, key_hash text, address inet, out person uuid, out wrong text)
    language plpgsql
    as $$
declare
    s queue_sessions;
    seen text := label_fold(text_seen(name));
begin
    select * into s from queue_sessions o where o.id = session for update;
    if s.id is null or s.ended_at is not null then
        wrong := 'forbidden: This session has ended.';
    elsif viewer is not null then
        wrong := 'forbidden: You are signed in, and need no name.';
    elsif text_seen(name) = '' then
        wrong := 'Nothing of this name can be seen.';
    elsif exists (select from users u where u.id = s.creator_id and seen in (label_fold(u.username), label_fold(u.display_name))) then
        wrong := 'The host has this name.';
    elsif (select count(*) from queue_session_people p where p.session_id = session and p.removed_at is null) >= 200 then
        wrong := 'conflict: The session is full.';
    elsif (select count(*)
             from queue_session_people p
            where p.session_id = session and p.user_id is null and p.address = shared_queue_join.address
              and (p.removed_at is null or p.removed_at > now() - interval '1 hour')) >= s.guests_per_address then
        wrong := 'conflict: As many guests as the host lets in from one network are here.';
    end if;
    if wrong is not null then
        return;
    end if;
    delete from queue_session_people p
     where p.id in (select o.id from queue_session_people o where o.session_id = session and o.user_id is null and o.removed_at is not null
                     order by o.removed_at desc offset 200);
    insert into queue_session_people (session_id, name, key_hash, address)
    values (session, shared_queue_join.name, shared_queue_join.key_hash, shared_queue_join.address) returning id into person;
end
$$;

-- The host removes somebody, with their votes and what they asked for, unless it is played. False: nobody like that is there.
create function shared_queue_expel(session uuid, unwanted uuid) returns boolean
    language plpgsql
    as $$
declare
    s queue_sessions;
begin
    select * into s from queue_sessions o where o.id = session for update;
    update queue_session_people p
       set removed_at = now()
     where p.session_id = session and p.id = unwanted and p.removed_at is null and p.user_id is distinct from s.creator_id;
    if not found then
        return false;
    end if;
    delete from shared_queue_votes v where v.person_id = unwanted;
    delete from shared_queue_items i where i.person_id = unwanted and i.id is distinct from s.current_item;
    perform shared_queue_tell(session);
    return true;
end
$$;
