-- Queues that several people fill together, by a link. `shared_queue_items` holds what is played and what waits; what was played is gone. Its order is
-- not stored: it follows from when things were asked for (`position`, counted on for ever), in which round of their person (`round`), and how many want them.
-- A link is kept as its hash, also when it was withdrawn, so that whoever comes with it learns that.
drop table shared_queue_items;

alter table queue_sessions
    drop column share_token,
    add column name text not null default '',
    add column order_mode text not null default 'fifo',
    add column guests_may_add boolean not null default true,
    add column guests_may_skip boolean not null default false,
    add column guests_may_seek boolean not null default false,
    add column per_person int not null default 20,
    add column fallback_playlist_id uuid,
    add column fallback_taken int not null default 0,
    add column current_item uuid,
    add column is_playing boolean not null default false,
    add column current_position int not null default 0,
    add column positioned_at timestamptz not null default now(),
    add column asked int not null default 0,
    add column round int not null default 0,
    add column version bigint not null default 1,
    add column ended_at timestamptz,
    add constraint queue_sessions_order_mode_check check (order_mode in ('fifo', 'round_robin', 'votes')),
    add constraint queue_sessions_per_person_check check (per_person between 1 and 100),
    add constraint queue_sessions_fallback_playlist_id_fkey foreign key (fallback_playlist_id) references playlists (id) on delete set null;
create index queue_sessions_fallback_playlist_id_idx on queue_sessions (fallback_playlist_id) where fallback_playlist_id is not null;

create table queue_session_links (
    token_hash text not null,
    session_id uuid not null,
    created_at timestamptz not null default now(),
    ended_at   timestamptz,
    constraint queue_session_links_pkey primary key (token_hash),
    constraint queue_session_links_session_id_fkey foreign key (session_id) references queue_sessions (id) on delete cascade
);
create index queue_session_links_session_id_idx on queue_session_links (session_id);

-- Whoever has done something there: somebody with an account, or a guest who gave a name and has a key.
create table queue_session_people (
    id         uuid not null default gen_random_uuid(),
    session_id uuid not null,
    user_id    uuid,
    name       text,
    key_hash   text,
    round      int not null default 0,
    removed_at timestamptz,
    created_at timestamptz not null default now(),
    constraint queue_session_people_pkey primary key (id),
    constraint queue_session_people_session_id_user_id_key unique (session_id, user_id),
    constraint queue_session_people_key_hash_key unique (key_hash),
    constraint queue_session_people_kind_check check ((user_id is null) = (key_hash is not null) and (user_id is null) = (name is not null)),
    constraint queue_session_people_session_id_fkey foreign key (session_id) references queue_sessions (id) on delete cascade,
    constraint queue_session_people_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index queue_session_people_user_id_idx on queue_session_people (user_id) where user_id is not null;
create index queue_session_people_session_id_created_at_id_idx on queue_session_people (session_id, created_at, id);

create table shared_queue_items (
    id         uuid not null default gen_random_uuid(),
    session_id uuid not null,
    track_id   uuid not null,
    person_id  uuid not null,
    position   int not null,
    round      int not null,
    vote_count int not null default 0,
    created_at timestamptz not null default now(),
    constraint shared_queue_items_pkey primary key (id),
    constraint shared_queue_items_session_id_position_key unique (session_id, position),
    constraint shared_queue_items_session_id_fkey foreign key (session_id) references queue_sessions (id) on delete cascade,
    constraint shared_queue_items_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade,
    constraint shared_queue_items_person_id_fkey foreign key (person_id) references queue_session_people (id) on delete cascade
);
create index shared_queue_items_track_id_idx on shared_queue_items (track_id);
create index shared_queue_items_person_id_idx on shared_queue_items (person_id);

create table shared_queue_votes (
    item_id    uuid not null,
    person_id  uuid not null,
    created_at timestamptz not null default now(),
    constraint shared_queue_votes_pkey primary key (item_id, person_id),
    constraint shared_queue_votes_item_id_fkey foreign key (item_id) references shared_queue_items (id) on delete cascade,
    constraint shared_queue_votes_person_id_fkey foreign key (person_id) references queue_session_people (id) on delete cascade
);
create index shared_queue_votes_person_id_idx on shared_queue_votes (person_id);

create function shared_queue_votes_count() returns trigger
    language plpgsql
    as $$
begin
    update shared_queue_items i
       set vote_count = i.vote_count + case tg_op when 'INSERT' then 1 else -1 end
     where i.id = case tg_op when 'INSERT' then new.item_id else old.item_id end;
    return null;
end
$$;
create trigger shared_queue_votes_count after insert or delete on shared_queue_votes for each row execute function shared_queue_votes_count();

-- What comes before the position in the order of a session: smaller is earlier.
create function shared_queue_rank(order_mode text, round int, vote_count int) returns int
    language sql immutable
    as $$ select case order_mode when 'round_robin' then round when 'votes' then -vote_count else 0 end $$;

create function shared_queue_offset_ms(s queue_sessions) returns int
    language sql stable
    as $$ select s.current_position + case when s.is_playing then least(extract(epoch from now() - s.positioned_at) * 1000, 30000)::int else 0 end $$;

-- Counts the version on and tells whoever listens.
create function shared_queue_tell(session uuid) returns void
    language sql
    as $$
with s as (
    update queue_sessions o set version = o.version + 1 where o.id = session returning o.*
)
select realtime_send('queuesession:' || s.id, 'queuesession.changed', jsonb_build_object(
           'version', s.version, 'current_item', s.current_item, 'offset_ms', s.current_position, 'is_playing', s.is_playing, 'ended', s.ended_at is not null))
  from s
$$;

-- Begins a change: locks the session. `person` is who makes it, or null where they have an account and did nothing here before. `wrong`, here and below, is null or
-- 'forbidden: …' or 'conflict: …'; anything else says that there is no such item or track.
create function shared_queue_lock(session uuid, viewer uuid, known uuid, out person uuid, out host boolean, out wrong text)
    language plpgsql
    as $$
declare
    s queue_sessions;
begin
    select * into s from queue_sessions o where o.id = session for update;
    host := viewer is not distinct from s.creator_id;
    person := known;
    if s.id is null or s.ended_at is not null then
        wrong := 'forbidden: This session has ended.';
    elsif person is null and viewer is null then
        wrong := 'forbidden: Say first who you are, with a name.';
    elsif person is null and not host and (select count(*) from queue_session_people p where p.session_id = session) >= 200 then
        wrong := 'conflict: The session is full.';
    end if;
end
$$;

-- Makes somebody with an account one of the people of a session, where they are not yet.
create function shared_queue_person(session uuid, viewer uuid) returns uuid
    language sql
    as $$
insert into queue_session_people (session_id, user_id) values (session, viewer)
    on conflict on constraint queue_session_people_session_id_user_id_key do update set user_id = excluded.user_id
    returning id
$$;

-- Somebody asks for a track. Where it waits already, that is a vote for it.
create function shared_queue_add(session uuid, viewer uuid, known uuid, track uuid, out item uuid, out wrong text)
    language plpgsql
    as $$
declare
    l record;
    s queue_sessions;
    turn int;
begin
    select * into l from shared_queue_lock(session, viewer, known);
    wrong := l.wrong;
    if wrong is not null then
        return;
    end if;
    select * into s from queue_sessions o where o.id = session;
    if not (l.host or s.guests_may_add) then
        wrong := 'forbidden: Only the host adds tracks here.';
        return;
    elsif track is null then
        wrong := 'track';
        return;
    end if;
    select i.id into item from shared_queue_items i where i.session_id = session and i.track_id = track and i.id is distinct from s.current_item;
    if item is null then
        if not l.host and (select count(*) from shared_queue_items i where i.session_id = session and i.person_id = l.person and i.id is distinct from s.current_item) >= s.per_person then
            wrong := 'conflict: You have as many tracks waiting as one person may.';
            return;
        elsif (select count(*) from shared_queue_items i where i.session_id = session) >= 500 then
            wrong := 'conflict: The queue is full.';
            return;
        end if;
        l.person := coalesce(l.person, shared_queue_person(session, viewer));
        -- Whoever comes late begins in the round that is on, and does not catch up with what they missed.
        update queue_session_people p set round = greatest(p.round + 1, s.round + 1) where p.id = l.person returning p.round into turn;
        update queue_sessions o set asked = o.asked + 1 where o.id = session;
        insert into shared_queue_items (session_id, track_id, person_id, position, round) values (session, track, l.person, s.asked + 1, turn) returning id into item;
    end if;
    insert into shared_queue_votes (item_id, person_id) values (item, coalesce(l.person, shared_queue_person(session, viewer))) on conflict do nothing;
    perform shared_queue_tell(session);
end
$$;

create function shared_queue_vote(session uuid, viewer uuid, known uuid, wanted uuid, yes boolean) returns text
    language plpgsql
    as $$
declare
    l record;
begin
    select * into l from shared_queue_lock(session, viewer, known);
    if l.wrong is not null then
        return l.wrong;
    elsif not exists (select from shared_queue_items i where i.session_id = session and i.id = wanted) then
        return 'not_found';
    end if;
    if yes then
        insert into shared_queue_votes (item_id, person_id) values (wanted, coalesce(l.person, shared_queue_person(session, viewer))) on conflict do nothing;
    else
        delete from shared_queue_votes v where v.item_id = wanted and v.person_id = l.person;
    end if;
    perform shared_queue_tell(session);
    return null;
end
$$;

-- The host removes anything; others what they asked for themselves: where somebody else wants it too, it stays for them.
create function shared_queue_remove(session uuid, viewer uuid, known uuid, unwanted uuid) returns text
    language plpgsql
    as $$
declare
    l record;
    i shared_queue_items;
begin
    select * into l from shared_queue_lock(session, viewer, known);
    if l.wrong is not null then
        return l.wrong;
    end if;
    select * into i from shared_queue_items o where o.session_id = session and o.id = unwanted;
    if i.id is null then
        return 'not_found';
    elsif i.id = (select s.current_item from queue_sessions s where s.id = session) then
        return 'conflict: It is played now.';
    elsif not l.host and i.person_id is distinct from l.person then
        return 'forbidden: Somebody else asked for it.';
    end if;
    delete from shared_queue_votes v where v.item_id = unwanted and v.person_id = l.person;
    if l.host or not exists (select from shared_queue_votes v where v.item_id = unwanted) then
        delete from shared_queue_items o where o.id = unwanted;
    else
        update shared_queue_items o
           set person_id = (select v.person_id from shared_queue_votes v where v.item_id = unwanted order by v.created_at, v.person_id limit 1)
         where o.id = unwanted;
    end if;
    perform shared_queue_tell(session);
    return null;
end
$$;

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
