-- Chat (migration 0390, ADR 0104). Whoever changes several things locks them in this order: the room, memberships, topics of people by their ids, the room's topic.

create or replace function chat_rank(role text) returns int
    language sql immutable parallel safe
    as $$ select case role when 'owner' then 4 when 'admin' then 3 when 'moderator' then 2 when 'member' then 1 else 0 end $$;

-- Has one of the two blocked the other?
create or replace function chat_blocked(a uuid, b uuid) returns boolean
    language sql stable parallel safe
    as $$ select exists (select from user_blocks x where (x.blocker_id = a and x.blocked_id = b) or (x.blocker_id = b and x.blocked_id = a)) $$;

-- Messages of others that this member has not read: of the last 1000, and 100 means that or more. What is muted counts nothing.
create or replace function chat_unread(m room_members, r rooms) returns int
    language plpgsql stable
    as $$
begin
    if m.level = 'none' or m.read_seq >= r.last_seq then
        return 0;
    end if;
    return (select count(*)
              from (select from messages x
                     where x.room_id = r.id and x.seq > greatest(m.read_seq, r.last_seq - 1000) and not x.is_deleted and x.sender_id is distinct from m.user_id
                       and (x.sender_id is null
                            or (not exists (select from user_blocks b where b.blocker_id = m.user_id and b.blocked_id = x.sender_id)
                                and not exists (select from user_mutes u where u.user_id = m.user_id and u.person_id = x.sender_id)))
                     order by x.seq
                     limit 100) n);
end
$$;

create or replace function chat_mentions(m room_members, r rooms) returns int
    language plpgsql stable
    as $$
begin
    if m.level = 'none' or m.read_seq >= r.last_seq then
        return 0;
    end if;
    return least(100, (select count(*) from message_mentions n where n.user_id = m.user_id and n.room_id = r.id and n.seq > m.read_seq)
                      + (select count(*)
                           from (select x.id from messages x
                                  where x.room_id = r.id and x.mentions_all and x.seq > m.read_seq and not x.is_deleted and x.sender_id is distinct from m.user_id
                                    and not chat_blocked(m.user_id, x.sender_id)
                                    and not exists (select from message_mentions n where n.message_id = x.id and n.user_id = m.user_id)
                                  limit 100) a));
end
$$;

-- A message as everybody in its room sees it when it comes: the fields of ChatMessage (queries.sql), without what depends on the reader.
create or replace function chat_message_json(message uuid) returns jsonb
    language plpgsql stable
    as $$
begin
    return (select jsonb_build_object(
                       'id', m.id, 'room_id', m.room_id, 'seq', m.seq, 'client_id', m.client_id, 'message_type', m.message_type, 'content', m.content,
                       'sender', case when u.id is not null then jsonb_build_object('id', u.id, 'username', u.username, 'avatar', u.avatar, 'display_name', u.display_name) end,
                       'reply_to', case when q.id is not null then to_jsonb(row(q.id, q.seq, q.sender_id, qu.display_name, left(q.content, 140), q.is_deleted)::chat_quote) end,
                       'thread_id', m.thread_id, 'reply_count', (select count(*) from messages t where t.thread_id = m.id and not t.is_deleted),
                       'is_edited', m.is_edited, 'edited_at', m.edited_at, 'is_deleted', m.is_deleted, 'is_pinned', m.is_pinned, 'reactions', '[]'::jsonb,
                       'attachments', to_jsonb(array(select row(a.id, a.filename, a.kind, a.media_type, a.size_bytes)::chat_attachment
                                                       from message_attachments a where a.message_id = m.id order by a.position)),
                       'track_id', m.track_id, 'track', null, 'mentions', to_jsonb(array(select n.user_id from message_mentions n where n.message_id = m.id order by 1)),
                       'mentions_all', m.mentions_all, 'created_at', m.created_at)
              from messages m
              left join users u on u.id = m.sender_id and u.deleted_at is null
              left join messages q on q.id = m.reply_to_id
              left join users qu on qu.id = q.sender_id and qu.deleted_at is null
             where m.id = message);
end
$$;

-- Tells members on all of their devices how much they have not read: those named, or all but one.
create or replace function chat_tell_unread(room uuid, only_to uuid[], but uuid) returns void
    language plpgsql
    as $$
declare
    x record;
begin
    for x in select m.user_id, m.read_seq, r.last_seq, chat_unread(m, r) as unread, chat_mentions(m, r) as mentions
               from room_members m
               join rooms r on r.id = m.room_id
              where m.room_id = room and (only_to is null or m.user_id = any (only_to)) and m.user_id is distinct from but
              order by m.user_id
    loop
        perform realtime_send('user:' || x.user_id, 'chat.unread', jsonb_build_object(
            'room_id', room, 'unread', x.unread, 'mentions', x.mentions, 'read_seq', x.read_seq, 'last_seq', x.last_seq));
    end loop;
end
$$;

-- Tells a person, and the room, that they came, went, or are something else there. `happened`: joined, left, changed.
create or replace function chat_tell_member(room uuid, person uuid, happened text) returns void
    language plpgsql
    as $$
begin
    perform realtime_send('user:' || person, 'chat.membership', jsonb_build_object('room_id', room, 'happened', happened));
    perform realtime_send('room:' || room, 'chat.member', jsonb_build_object('user_id', person, 'happened', happened));
end
$$;

-- Notes who is mentioned in a message by @username: members other than the sender, none of whom has blocked the other. Gives them.
create or replace function chat_mention(message uuid, room uuid, sender uuid, text text) returns uuid[]
    language plpgsql
    as $$
declare
    named uuid[];
begin
    if strpos(text, '@') = 0 then
        return '{}';
    end if;
    with n as (
        insert into message_mentions (message_id, user_id, room_id, seq)
        select x.id, u.id, x.room_id, x.seq
          from (select distinct lower(rtrim(f[1], '.-')) as name from regexp_matches(text, '(?<![[:alnum:]_@.])@([A-Za-z0-9_.-]{3,30})', 'g') f limit 50) f
          join users u on lower(u.username) = f.name and user_shown(u) and u.id <> sender
          join room_members m on m.room_id = room and m.user_id = u.id
          join messages x on x.id = message
         where not chat_blocked(sender, u.id)
        returning user_id
    )
    select coalesce(array_agg(user_id order by user_id), '{}') into named from n;
    return named;
end
$$;

-- Why this member may not write here now; null: they may.
create or replace function chat_write_problem(r rooms, m room_members) returns text
    language plpgsql stable
    as $$
begin
    if m.timeout_until > now() then
        return 'forbidden: You may not write here until ' || to_char(m.timeout_until at time zone 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC.';
    end if;
    if r.is_read_only and chat_rank(m.role) < 2 then
        return 'forbidden: Only moderators write in this room.';
    end if;
    -- The same sentence for whatever the reason is: nobody is told that they were blocked.
    if r.room_type = 'dm' and not exists (select from room_members o
                                            join users u on u.id = o.user_id and user_shown(u)
                                           where o.room_id = r.id and o.user_id <> m.user_id and not chat_blocked(m.user_id, o.user_id)) then
        return 'forbidden: You cannot write to this person.';
    end if;
    return null;
end
$$;

-- Sends a message. Neither a message nor a problem: there is no such room for the sender. Sent again with the same client_id it is the message that there is.
create or replace function chat_send(room uuid, sender uuid, client uuid, text text, reply_to uuid, track uuid, attachments uuid[], confirmed boolean, kind text,
                                     notify_s int, out message uuid, out problem text, out is_new boolean)
    language plpgsql
    as $$
declare
    r rooms;
    m room_members;
    known messages;
    answered messages;
    hash constant uuid := md5(jsonb_build_array(text, reply_to, track, coalesce(attachments, '{}'), kind)::text)::uuid;
    to_all boolean;
    named uuid[];
    found int;
    round_number constant bigint := floor(extract(epoch from clock_timestamp()) / greatest(notify_s, 1));
begin
    is_new := false;
    select * into r from rooms o where o.id = room and o.deleted_at is null for no key update;
    select * into m from room_members o where o.room_id = r.id and o.user_id = sender;
    if m.id is null then
        return;
    end if;
    select * into known from messages o where o.room_id = r.id and o.sender_id = sender and o.client_id = client;
    if known.id is not null then
        message := known.id;
        if known.sent_hash is distinct from hash and not known.is_deleted then
            problem := 'conflict: Another message has this client_id.';
        end if;
        return;
    end if;
    problem := chat_write_problem(r, m);
    if problem is not null then
        return;
    end if;
    if r.slow_mode_s > 0 and chat_rank(m.role) < 2 and m.last_sent_at > now() - make_interval(secs => r.slow_mode_s) then
        problem := 'too_many_requests: Wait ' || ceil(extract(epoch from m.last_sent_at + make_interval(secs => r.slow_mode_s) - now()))::int || ' s: this room is in slow mode.';
        return;
    end if;
    if btrim(text, E' \t\n') = '' and track is null and coalesce(cardinality(attachments), 0) = 0 then
        problem := 'validation content: Write something.';
        return;
    end if;
    if reply_to is not null then
        select * into answered from messages o where o.id = reply_to and o.room_id = r.id;
        if answered.id is null or answered.is_deleted then
            problem := 'validation reply_to_id: That message is not there any more.';
            return;
        end if;
    end if;
    if cardinality(attachments) > 0 then
        perform from message_attachments a where a.id = any (attachments) and a.room_id = r.id and a.user_id = sender and a.message_id is null for update;
        get diagnostics found = row_count;
        if found <> (select count(distinct x) from unnest(attachments) x) then
            problem := 'validation attachment_ids: A file is not there any more.';
            return;
        end if;
    end if;
    to_all := text ~* '(^|[^[:alnum:]_@.])@all(?![[:alnum:]_-])' and (r.member_count < 100 or chat_rank(m.role) >= 2) and r.room_type <> 'dm';
    if to_all and r.member_count >= 100 and confirmed is not true then
        problem := 'conflict: This tells ' || r.member_count - 1 || ' people. Say confirm_all when it is meant.';
        return;
    end if;
    update rooms o set last_seq = o.last_seq + 1, last_active_at = clock_timestamp() where o.id = r.id returning o.last_seq into r.last_seq;
    insert into messages (room_id, sender_id, seq, client_id, sent_hash, content, message_type, reply_to_id, thread_id, track_id, mentions_all, created_at)
    values (r.id, sender, r.last_seq, client, hash, btrim(text, E' \t\n'), kind, reply_to, coalesce(answered.thread_id, answered.id), track, to_all, clock_timestamp())
    returning id into message;
    if cardinality(attachments) > 0 then
        update message_attachments a set message_id = chat_send.message, position = x.n
          from unnest(attachments) with ordinality x (id, n) where a.id = x.id;
    end if;
    named := chat_mention(message, r.id, sender, text);
    update room_members o set last_sent_at = now() where o.id = m.id;
    if r.member_count <= 50 or to_all then
        perform chat_tell_unread(r.id, null, sender);
    elsif cardinality(named) > 0 then
        perform chat_tell_unread(r.id, named, sender);
    end if;
    perform realtime_send('room:' || r.id, 'chat.message', jsonb_build_object('message', chat_message_json(message)));
    -- One job for what comes within notify_s, which tells those who have not read it by then.
    insert into jobs (kind, payload, dedupe_key, run_at)
    values ('chat.notify', jsonb_build_object('room_id', r.id), 'chat.notify:' || r.id || ':' || round_number, to_timestamp((round_number + 1) * greatest(notify_s, 1)) + make_interval(secs => notify_s))
        on conflict (dedupe_key) do nothing;
    is_new := true;
end
$$;

-- The one direct conversation of two people; it is made where there is none. No room: there is no such person for the viewer, or one of the two has blocked the other.
create or replace function chat_direct(viewer uuid, other uuid, out room uuid, out is_new boolean)
    language plpgsql
    as $$
begin
    is_new := false;
    for i in 1 .. 3 loop
        select r.id into room from rooms r where r.direct_low = least(viewer, other) and r.direct_high = greatest(viewer, other) and r.deleted_at is null;
        if room is not null then
            update room_members m set hidden_seq = null where m.room_id = room and m.user_id = viewer and m.hidden_seq is not null;
            return;
        end if;
        if viewer = other or chat_blocked(viewer, other)
           or not exists (select from users u where u.id = other and user_shown(u) and u.is_public) then
            return;
        end if;
        insert into rooms (room_type, is_private, creator_id, direct_low, direct_high) values ('dm', true, viewer, least(viewer, other), greatest(viewer, other))
            on conflict (direct_low, direct_high) where direct_low is not null and direct_high is not null and deleted_at is null do nothing
            returning id into room;
        if room is not null then
            insert into room_members (room_id, user_id, hidden_seq) values (room, viewer, null), (room, other, 0); -- the other sees it with the first message
            is_new := true;
            return;
        end if;
    end loop;
end
$$;

-- Moves the mark of what somebody has read: forward, or with `back` to right before `upto`. Gives the room, or null when they are not in it.
create or replace function chat_read(room uuid, person uuid, upto bigint, back boolean) returns uuid
    language plpgsql
    as $$
declare
    marked bigint;
    before bigint;
begin
    select m.read_seq into before from room_members m join rooms r on r.id = m.room_id and r.deleted_at is null
     where m.room_id = room and m.user_id = person for no key update of m;
    if not found then
        return null;
    end if;
    select case when back then greatest(0, least(upto - 1, r.last_seq)) else greatest(before, least(upto, r.last_seq)) end into marked from rooms r where r.id = room;
    if marked <> before then
        update room_members m set read_seq = marked where m.room_id = room and m.user_id = person;
        if not back then
            update notifications n set read = true, read_at = now()
             where n.user_id = person and n.type in ('message', 'room_message', 'mention') and n.group_key = room::text and not n.read;
        end if;
        perform chat_tell_unread(room, array[person], null);
    end if;
    return room;
end
$$;

-- Makes somebody a member. False when they are one already.
create or replace function chat_join(room uuid, person uuid, adder uuid, as_role text) returns boolean
    language plpgsql
    as $$
begin
    insert into room_members (room_id, user_id, role, read_seq)
    select r.id, person, as_role, r.last_seq from rooms r where r.id = room
        on conflict (room_id, user_id) do nothing;
    if not found then
        return false;
    end if;
    perform chat_tell_member(room, person, 'joined');
    return true;
end
$$;

-- A deleted message keeps its place and its number, and nothing that it said.
create or replace function chat_delete_message(message uuid, actor uuid) returns void
    language plpgsql
    as $$
declare
    m messages;
    r rooms;
begin
    select o.* into r from rooms o join messages x on x.room_id = o.id where x.id = message for no key update of o;
    select * into m from messages o where o.id = message and not o.is_deleted for no key update;
    if m.id is null then
        return;
    end if;
    delete from message_mentions n where n.message_id = m.id;
    delete from message_reactions n where n.message_id = m.id;
    delete from message_attachments a where a.message_id = m.id;
    update messages o set content = '', is_deleted = true, deleted_at = now(), is_pinned = false, pinned_at = null, track_id = null, mentions_all = false, metadata = null
     where o.id = m.id;
    -- What is kept for those who catch up says it no more either.
    update realtime_messages t
       set fields = case when t.fields -> 'message' -> 'reply_to' ->> 'id' = m.id::text then jsonb_set(t.fields, '{message,reply_to,excerpt}', '""')
                         when t.type = 'chat.message' then jsonb_set(jsonb_set(t.fields, '{message,content}', '""'), '{message,attachments}', '[]')
                         else jsonb_set(t.fields, '{content}', '""') end
     where t.topic = 'room:' || m.room_id
       and (t.fields -> 'message' ->> 'id' = m.id::text or t.fields -> 'message' -> 'reply_to' ->> 'id' = m.id::text or (t.type = 'chat.edited' and t.fields ->> 'message_id' = m.id::text));
    if r.member_count <= 50 or m.mentions_all then
        perform chat_tell_unread(m.room_id, null, m.sender_id);
    end if;
    perform realtime_send('room:' || m.room_id, 'chat.deleted', jsonb_build_object('message_id', m.id, 'seq', m.seq, 'by_moderator', actor is distinct from m.sender_id));
end
$$;

-- Counts members, and sees to it that a room has an owner: where the last one goes, whatever the reason, the eldest admin follows, else the eldest moderator or
-- member. A room that nobody is in is deleted.
create or replace function chat_members_changed() returns trigger
    language plpgsql
    as $$
declare
    x record;
    heir record;
begin
    for x in select c.room_id, count(*)::int as n from changed c group by c.room_id order by c.room_id loop
        update rooms r set member_count = r.member_count + case tg_op when 'INSERT' then x.n else - x.n end where r.id = x.room_id;
        continue when tg_op = 'INSERT';
        if not exists (select from room_members m where m.room_id = x.room_id) then
            update rooms r set deleted_at = now() where r.id = x.room_id and r.deleted_at is null;
            insert into jobs (kind, payload, dedupe_key) select 'chat.purge', jsonb_build_object('room_id', r.id), 'chat.purge:' || r.id from rooms r where r.id = x.room_id
                on conflict (dedupe_key) do nothing;
        elsif exists (select from rooms r where r.id = x.room_id and r.room_type <> 'dm' and r.deleted_at is null)
              and not exists (select from room_members m where m.room_id = x.room_id and m.role = 'owner') then
            select m.id, m.user_id into heir
              from room_members m
              join users u on u.id = m.user_id
             where m.room_id = x.room_id
             order by user_shown(u) desc, chat_rank(m.role) desc, m.joined_at, m.id
             limit 1
               for no key update of m;
            update room_members m set role = 'owner' where m.id = heir.id;
            perform chat_tell_member(x.room_id, heir.user_id, 'changed');
        end if;
    end loop;
    return null;
end
$$;

-- The bytes of files that no row has any more go by a job, in the transaction that took the rows away.
create or replace function chat_attachment_gone() returns trigger
    language plpgsql
    as $$
begin
    insert into jobs (kind, payload)
    select 'chat.files_gone', jsonb_build_object('keys', jsonb_agg(c.file_key)) from changed c having count(*) > 0;
    return null;
end
$$;

-- A line of what moderators of a room did there.
create or replace function chat_note(room uuid, actor uuid, action text, subject uuid, message uuid, details text) returns void
    language plpgsql
    as $$
begin
    insert into room_actions (room_id, actor_id, action, subject_id, message_id, details) values (room, actor, action, subject, message, left(details, 500));
end
$$;

-- May somebody bring this person into a conversation? Somebody whom they may know of, where neither has blocked the other.
create or replace function chat_addable(adder uuid, person uuid) returns boolean
    language sql stable parallel safe
    as $$ select adder <> person and exists (select from users u where u.id = person and user_shown(u) and u.is_public) and not chat_blocked(adder, person) $$;

create or replace function chat_create(viewer uuid, kind text, called text, about text, people uuid[], out room uuid, out is_new boolean, out problem text)
    language plpgsql
    as $$
declare
    person uuid;
begin
    is_new := true;
    if kind = 'direct' then
        if cardinality(people) is distinct from 1 then
            problem := 'validation user_ids: A direct conversation is with one person.';
            return;
        end if;
        select d.room, d.is_new into room, is_new from chat_direct(viewer, people[1]) d;
        if room is null then
            problem := 'validation user_ids: There is no such person.';
        end if;
        return;
    end if;
    if btrim(coalesce(called, '')) = '' then
        problem := 'validation name required: Give it a name.';
        return;
    end if;
    if (select count(*) from room_members m join rooms r on r.id = m.room_id and r.deleted_at is null where m.user_id = viewer and m.role = 'owner') >= 200 then
        problem := 'conflict: One person owns 200 rooms at most.';
        return;
    end if;
    foreach person in array coalesce(people, '{}') loop
        if not chat_addable(viewer, person) then
            problem := 'validation user_ids: There is no such person.';
            return;
        end if;
    end loop;
    insert into rooms (name, description, room_type, is_private, creator_id) values (btrim(called), about, kind, kind = 'private', viewer) returning id into room;
    insert into room_members (room_id, user_id, role) values (room, viewer, 'owner');
    perform chat_tell_member(room, viewer, 'joined');
    for person in select distinct x from unnest(coalesce(people, '{}')) x order by x loop
        perform chat_join(room, person, viewer, 'member');
    end loop;
end
$$;

-- Brings somebody in. Of a public room every member may, of a private one those who moderate it.
create or replace function chat_add(room uuid, actor uuid, person uuid, out member uuid, out problem text)
    language plpgsql
    as $$
declare
    r rooms;
    rank int;
begin
    select * into r from rooms o where o.id = room and o.deleted_at is null for no key update;
    select chat_rank(m.role) into rank from room_members m where m.room_id = r.id and m.user_id = actor;
    if rank is null then
        return;
    end if;
    if r.room_type = 'dm' then
        problem := 'conflict: A direct conversation is between two people. Make a private one.';
    elsif r.room_type = 'private' and rank < 2 then
        problem := 'forbidden: Only moderators bring people in here.';
    elsif not chat_addable(actor, person) then
        problem := 'validation user_id: There is no such person.';
    elsif exists (select from room_bans b where b.room_id = r.id and b.user_id = person) then
        problem := 'conflict: This person is banned from the room.';
    elsif r.member_count >= 5000 then
        problem := 'conflict: A room has 5,000 members at most.';
    else
        perform chat_join(r.id, person, actor, 'member');
        select m.id into member from room_members m where m.room_id = r.id and m.user_id = person;
    end if;
end
$$;

-- Roles and time-outs. Owners give any role; admins those below theirs; moderators none. Nobody acts on somebody of their own rank or above, but owners on owners.
create or replace function chat_change_member(room uuid, actor uuid, person uuid, new_role text, has_timeout boolean, until timestamptz, out member uuid, out problem text)
    language plpgsql
    as $$
declare
    mine int;
    m room_members;
begin
    perform from rooms r where r.id = room and r.deleted_at is null and r.room_type <> 'dm' for no key update;
    if not found then
        return;
    end if;
    select chat_rank(o.role) into mine from room_members o where o.room_id = room and o.user_id = actor;
    select * into m from room_members o where o.room_id = room and o.user_id = person;
    if mine is null or m.id is null then
        return;
    end if;
    member := m.id;
    if mine < 4 and (chat_rank(m.role) >= mine or (new_role is not null and new_role <> m.role and (mine < 3 or chat_rank(new_role) >= mine))) then
        problem := 'forbidden: Your role in this room does not allow this.';
    elsif has_timeout and person = actor then
        problem := 'conflict: Nobody takes a time-out by themselves.';
    elsif m.role = 'owner' and new_role is not null and new_role <> 'owner'
          and not exists (select from room_members o where o.room_id = room and o.role = 'owner' and o.id <> m.id) then
        problem := 'conflict: The room needs an owner. Make somebody else one first.';
    else
        update room_members o
           set role = coalesce(new_role, o.role), timeout_until = case when has_timeout then until else o.timeout_until end
         where o.id = m.id;
        if new_role is not null and new_role <> m.role then
            perform chat_note(room, actor, 'role', person, null, new_role);
        end if;
        if has_timeout then
            perform chat_note(room, actor, case when until is null then 'timeout_ended' else 'timeout' end, person, null, to_char(until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'));
        end if;
        perform chat_tell_member(room, person, 'changed');
    end if;
end
$$;

-- Leaves, or takes somebody out. Of a direct conversation it only puts it out of one's list, until somebody writes.
create or replace function chat_remove(room uuid, actor uuid, person uuid, successor uuid, out removed uuid, out problem text)
    language plpgsql
    as $$
declare
    r rooms;
    mine int;
    m room_members;
begin
    select * into r from rooms o where o.id = room and o.deleted_at is null for no key update;
    select chat_rank(o.role) into mine from room_members o where o.room_id = r.id and o.user_id = actor;
    select * into m from room_members o where o.room_id = r.id and o.user_id = person;
    if mine is null or m.id is null then
        return;
    end if;
    removed := m.id;
    if r.room_type = 'dm' then
        if person <> actor then
            problem := 'conflict: Nobody is taken out of a direct conversation.';
            return;
        end if;
        update room_members o set hidden_seq = r.last_seq, read_seq = r.last_seq where o.id = m.id;
        perform chat_tell_unread(r.id, array[person], null);
        return;
    end if;
    if person <> actor and (mine < 2 or chat_rank(m.role) >= mine) then
        problem := 'forbidden: You may not take this person out.';
        return;
    end if;
    if successor is not null then
        update room_members o set role = 'owner' where o.room_id = r.id and o.user_id = successor and m.role = 'owner' and successor <> person;
        if not found then
            problem := 'validation successor_id: Only an owner names a successor, who is a member.';
            return;
        end if;
    end if;
    delete from room_members o where o.id = m.id;
    if person <> actor then
        perform chat_note(r.id, actor, 'removed', person, null, null);
    end if;
    perform chat_tell_member(r.id, person, 'left');
end
$$;

-- Takes somebody out and keeps them out; also somebody who is not in, or not any more.
create or replace function chat_ban(room uuid, actor uuid, person uuid, why text, out banned uuid, out problem text)
    language plpgsql
    as $$
declare
    r rooms;
    mine int;
    m room_members;
begin
    select * into r from rooms o where o.id = room and o.deleted_at is null for no key update;
    select chat_rank(o.role) into mine from room_members o where o.room_id = r.id and o.user_id = actor;
    if mine is null then
        return;
    end if;
    select * into m from room_members o where o.room_id = r.id and o.user_id = person;
    if r.room_type = 'dm' then
        problem := 'conflict: Block the person instead.';
    elsif mine < 2 or chat_rank(m.role) >= mine or person = actor then
        problem := 'forbidden: You may not ban this person.';
    elsif not exists (select from users u where u.id = person and u.deleted_at is null) then
        problem := 'validation user_id: There is no such person.';
    else
        insert into room_bans (room_id, user_id, banned_by, reason) values (r.id, person, actor, why)
            on conflict (room_id, user_id) do update set banned_by = excluded.banned_by, reason = excluded.reason;
        banned := person;
        perform chat_note(r.id, actor, 'banned', person, null, why);
        delete from room_invitations i where i.room_id = r.id and i.inviter_id = person;
        if m.id is not null then
            delete from room_members o where o.id = m.id;
            perform chat_tell_member(r.id, person, 'left');
        end if;
    end if;
end
$$;

-- Deletes the next messages of a person up to a number, each as chat_delete_message() does. Gives how many.
create or replace function chat_delete_own(room uuid, person uuid, upto bigint, most int) returns int
    language plpgsql
    as $$
declare
    x uuid;
    n int := 0;
begin
    for x in select o.id from messages o where o.room_id = room and o.sender_id = person and o.seq <= upto and not o.is_deleted order by o.seq limit most loop
        perform chat_delete_message(x, person);
        n := n + 1;
    end loop;
    return n;
end
$$;

-- An owner deletes a room. In a direct conversation everybody deletes what they wrote, and puts it out of their list.
create or replace function chat_delete_room(room uuid, actor uuid, out deleted uuid, out problem text)
    language plpgsql
    as $$
declare
    r rooms;
    m room_members;
    x uuid;
begin
    select * into r from rooms o where o.id = room and o.deleted_at is null for no key update;
    select * into m from room_members o where o.room_id = r.id and o.user_id = actor;
    if m.id is null then
        return;
    end if;
    if r.room_type = 'dm' then
        if chat_delete_own(r.id, actor, r.last_seq, 200) = 200 then
            insert into jobs (kind, payload) values ('chat.delete_own', jsonb_build_object('room_id', r.id, 'user_id', actor, 'upto', r.last_seq)); -- the rest
        end if;
        update room_members o set hidden_seq = r.last_seq, read_seq = r.last_seq where o.id = m.id;
        deleted := r.id;
        return;
    end if;
    if m.role <> 'owner' then
        problem := 'forbidden: Only an owner deletes a room.';
        deleted := r.id;
        return;
    end if;
    update rooms o set deleted_at = now() where o.id = r.id returning o.id into deleted;
    insert into jobs (kind, payload, dedupe_key) values ('chat.purge', jsonb_build_object('room_id', r.id), 'chat.purge:' || r.id) on conflict (dedupe_key) do nothing;
    if r.member_count <= 50 then
        for x in select o.user_id from room_members o where o.room_id = r.id order by 1 loop
            perform realtime_send('user:' || x, 'chat.membership', jsonb_build_object('room_id', r.id, 'happened', 'left'));
        end loop;
    end if;
    perform realtime_send('room:' || r.id, 'chat.room', jsonb_build_object('deleted', true));
end
$$;

-- Changes what one wrote. Who is mentioned is found anew.
create or replace function chat_edit(message uuid, editor uuid, text text, out edited uuid, out problem text)
    language plpgsql
    as $$
declare
    x messages;
    r rooms;
    m room_members;
    named uuid[];
begin
    select o.* into r from rooms o join messages n on n.room_id = o.id where n.id = message and o.deleted_at is null for no key update of o;
    select * into x from messages o where o.id = message and o.sender_id = editor and not o.is_deleted for no key update;
    select * into m from room_members o where o.room_id = r.id and o.user_id = editor;
    if x.id is null or m.id is null then
        return;
    end if;
    edited := x.id;
    problem := chat_write_problem(r, m);
    if problem is not null then
        return;
    end if;
    if btrim(text, E' \t\n') = '' and x.track_id is null and not exists (select from message_attachments a where a.message_id = x.id) then
        problem := 'validation content: Write something, or delete the message.';
        return;
    end if;
    if btrim(text, E' \t\n') = x.content then
        return;
    end if;
    delete from message_mentions n where n.message_id = x.id;
    update messages o set content = btrim(text, E' \t\n'), is_edited = true, edited_at = clock_timestamp() where o.id = x.id returning * into x;
    named := chat_mention(x.id, r.id, editor, text);
    perform realtime_send('room:' || r.id, 'chat.edited', jsonb_build_object(
        'message_id', x.id, 'seq', x.seq, 'content', x.content, 'edited_at', x.edited_at, 'mentions', to_jsonb(named)));
end
$$;

-- Puts a reaction on a message, or takes it away. `sign` is in its one form (src/modules/chat/emoji.h).
create or replace function chat_react(room uuid, message uuid, person uuid, sign text, wanted boolean, out reacted uuid, out problem text)
    language plpgsql
    as $$
declare
    x messages;
    m room_members;
    changed boolean;
begin
    select o.* into m from room_members o join rooms r on r.id = o.room_id and r.deleted_at is null where o.room_id = room and o.user_id = person;
    select * into x from messages o where o.id = message and o.room_id = room and not o.is_deleted for no key update;
    if m.id is null or x.id is null then
        return;
    end if;
    reacted := x.id;
    if not wanted then
        delete from message_reactions o where o.message_id = x.id and o.user_id = person and o.emoji = sign;
        changed := found;
    elsif m.timeout_until > now() then
        problem := 'forbidden: You may not react here now.';
        return;
    elsif chat_blocked(person, x.sender_id) then
        problem := 'forbidden: You cannot react to this message.';
        return;
    elsif (select count(distinct o.emoji) from message_reactions o where o.message_id = x.id and o.emoji <> sign) >= 30 then
        problem := 'conflict: A message has 30 kinds of reactions at most.';
        return;
    else
        insert into message_reactions (user_id, message_id, emoji) values (person, x.id, sign) on conflict do nothing;
        changed := found;
    end if;
    if changed then
        perform realtime_send('room:' || room, 'chat.reaction', jsonb_build_object(
            'message_id', x.id, 'seq', x.seq, 'emoji', sign, 'user_id', person, 'added', wanted,
            'count', (select count(*) from message_reactions o where o.message_id = x.id and o.emoji = sign)));
    end if;
end
$$;

-- Both people of a direct conversation pin, and moderators of a room.
create or replace function chat_pin(room uuid, message uuid, person uuid, wanted boolean, out pinned uuid, out problem text)
    language plpgsql
    as $$
declare
    r rooms;
    rank int;
    x messages;
begin
    select * into r from rooms o where o.id = room and o.deleted_at is null for no key update;
    select chat_rank(o.role) into rank from room_members o where o.room_id = r.id and o.user_id = person;
    select * into x from messages o where o.id = message and o.room_id = r.id and not o.is_deleted for no key update;
    if rank is null or x.id is null then
        return;
    end if;
    pinned := x.id;
    if r.room_type <> 'dm' and rank < 2 then
        problem := 'forbidden: Only moderators pin messages.';
    elsif wanted and not x.is_pinned and (select count(*) from messages o where o.room_id = r.id and o.is_pinned and not o.is_deleted) >= 100 then
        problem := 'conflict: A conversation has 100 pinned messages at most.';
    elsif wanted <> x.is_pinned then
        update messages o set is_pinned = wanted, pinned_at = case when wanted then clock_timestamp() end where o.id = x.id;
        if r.room_type <> 'dm' then
            perform chat_note(r.id, person, case when wanted then 'pinned' else 'unpinned' end, null, x.id, null);
        end if;
        perform realtime_send('room:' || r.id, 'chat.pinned', jsonb_build_object('message_id', x.id, 'seq', x.seq, 'is_pinned', wanted));
    end if;
end
$$;

-- Everything is read. One message to all devices, however many rooms.
create or replace function chat_read_all(person uuid) returns int
    language plpgsql
    as $$
declare
    rooms_read int;
begin
    update room_members m set read_seq = r.last_seq from rooms r where r.id = m.room_id and m.user_id = person and m.read_seq < r.last_seq and r.deleted_at is null;
    get diagnostics rooms_read = row_count;
    update notifications n set read = true, read_at = now() where n.user_id = person and n.type in ('message', 'room_message', 'mention') and not n.read;
    perform realtime_send('user:' || person, 'chat.all_read', jsonb_build_object('rooms', rooms_read));
    return rooms_read;
end
$$;

-- What a text in writing without spaces must hold of what is looked for in it; null: nothing is in such writing.
create or replace function chat_query(folded text) returns tsquery
    language sql immutable parallel safe
    as $$
select string_agg(quote_literal(x.w), ' & ')::tsquery
  from regexp_matches(folded, '[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]+', 'g') m
 cross join generate_series(1, greatest(1, length(m[1]) - 1)) i
 cross join lateral (values (substr(m[1], i, 2))) x (w)
$$;

-- Comes in by a link. Nobody whom the person who made it has blocked, or who has blocked them; who made it must be in the room still.
create or replace function chat_use_invitation(hash text, person uuid, out room uuid, out problem text)
    language plpgsql
    as $$
declare
    i room_invitations;
    r rooms;
begin
    select o.* into r from rooms o join room_invitations n on n.room_id = o.id where n.token_hash = hash and o.deleted_at is null for no key update of o;
    select * into i from room_invitations o where o.token_hash = hash and o.room_id = r.id for update;
    if i.id is null or chat_blocked(i.inviter_id, person) or exists (select from room_bans b where b.room_id = r.id and b.user_id = person)
       or not exists (select from room_members m where m.room_id = r.id and m.user_id = i.inviter_id) then
        return;
    end if;
    room := r.id;
    if exists (select from room_members m where m.room_id = r.id and m.user_id = person) then
        return;
    elsif i.expires_at <= now() or i.use_count >= i.max_uses then
        problem := 'token_invalid: This invitation was used up or has expired.';
    elsif r.member_count >= 5000 then
        problem := 'conflict: A room has 5,000 members at most.';
    else
        update room_invitations o set use_count = o.use_count + 1, status = case when o.use_count + 1 >= o.max_uses then 'accepted' else o.status end where o.id = i.id;
        perform chat_join(r.id, person, i.inviter_id, 'member');
    end if;
end
$$;

-- Writes an event for each member who has not read what came to a room more than notify_s ago, where their level asks for it; what they were told of before is not told again.
create or replace function chat_notify(room uuid, notify_s int) returns int
    language plpgsql
    as $$
declare
    r rooms;
    upto bigint;
    told int;
begin
    select * into r from rooms o where o.id = room and o.deleted_at is null for no key update;
    select max(x.seq) into upto from messages x where x.room_id = r.id and x.seq > r.notified_seq and x.created_at <= clock_timestamp() - make_interval(secs => notify_s);
    if upto is null then
        return 0;
    end if;
    update rooms o set notified_seq = upto where o.id = r.id;
    insert into outbox (name, key, payload)
    select case when w.is_mention then 'chat.mention_waits' else 'chat.message_waits' end, r.id,
           jsonb_build_object('room_id', r.id, 'user_id', m.user_id, 'message_id', w.id)
      from room_members m
     cross join lateral (
         select x.id, x.mentions_all or exists (select from message_mentions n where n.message_id = x.id and n.user_id = m.user_id) as is_mention
           from messages x
          where x.room_id = r.id and x.seq > greatest(m.read_seq, r.notified_seq) and x.seq <= upto and not x.is_deleted and x.sender_id <> m.user_id
            and not chat_blocked(x.sender_id, m.user_id)
            and not exists (select from user_mutes u where u.user_id = m.user_id and u.person_id = x.sender_id)
          order by 2 desc, x.seq desc
          limit 1) w
     where m.room_id = r.id and m.read_seq < upto and coalesce(m.level, case when r.member_count >= 100 then 'mentions' else 'all' end) <> 'none'
       and (w.is_mention or coalesce(m.level, case when r.member_count >= 100 then 'mentions' else 'all' end) = 'all');
    get diagnostics told = row_count;
    return told;
end
$$;
