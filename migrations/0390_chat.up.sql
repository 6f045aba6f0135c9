-- Conversations (ADR 0104). A room numbers its messages (rooms.last_seq, messages.seq), and what somebody has read of it is one number of their membership (read_seq).

alter table rooms
    add column last_seq       bigint not null default 0,
    add column last_active_at timestamptz not null default now(),
    add column notified_seq   bigint not null default 0,
    add column member_count   int not null default 0,
    add column slow_mode_s    int not null default 0,
    add column is_read_only   boolean not null default false,
    add column direct_low     uuid,
    add column direct_high    uuid,
    add constraint rooms_slow_mode_s_check check (slow_mode_s between 0 and 21600),
    add constraint rooms_direct_check check (direct_low < direct_high and (room_type = 'dm' or direct_low is null)),
    add constraint rooms_direct_low_fkey foreign key (direct_low) references users (id) on delete set null,
    add constraint rooms_direct_high_fkey foreign key (direct_high) references users (id) on delete set null;
create unique index rooms_direct_key on rooms (direct_low, direct_high) where direct_low is not null and direct_high is not null and deleted_at is null;
create index rooms_direct_low_idx on rooms (direct_low) where direct_low is not null;
create index rooms_direct_high_idx on rooms (direct_high) where direct_high is not null;
create index rooms_active_public_idx on rooms (last_active_at desc, id desc) where room_type = 'public' and deleted_at is null;
update rooms r set member_count = (select count(*) from room_members m where m.room_id = r.id);
drop trigger rooms_set_updated_at on rooms;
create trigger rooms_set_updated_at before update on rooms for each row
    when (old.last_seq is not distinct from new.last_seq and old.member_count is not distinct from new.member_count and old.notified_seq is not distinct from new.notified_seq)
    execute function set_updated_at();

-- level: null is `all` in rooms of fewer than 100 members, else `mentions`. hidden_seq: a direct conversation is left out of the list until it has a later message.
alter table room_members
    add column read_seq      bigint not null default 0,
    add column hidden_seq    bigint,
    add column level         varchar(10),
    add column timeout_until timestamptz,
    add column last_sent_at  timestamptz,
    add constraint room_members_level_check check (level in ('all', 'mentions', 'none'));

create table room_bans (
    room_id    uuid not null,
    user_id    uuid not null,
    banned_by  uuid,
    reason     varchar(500),
    created_at timestamptz not null default now(),
    constraint room_bans_pkey primary key (room_id, user_id),
    constraint room_bans_room_id_fkey foreign key (room_id) references rooms (id) on delete cascade,
    constraint room_bans_user_id_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint room_bans_banned_by_fkey foreign key (banned_by) references users (id) on delete set null
);
create index room_bans_user_id_idx on room_bans (user_id);
create index room_bans_banned_by_idx on room_bans (banned_by);

-- Links into a room. Only the hash of the token is kept; the column `token` is not used.
alter table room_invitations alter column token drop not null, alter column token drop default;
update room_invitations set token = null;
alter table room_invitations
    add column token_hash char(64) not null default encode(sha256(uuid_send(gen_random_uuid())), 'hex'),
    add column max_uses   int,
    add column use_count  int not null default 0,
    add constraint room_invitations_token_hash_key unique (token_hash),
    add constraint room_invitations_max_uses_check check (max_uses between 1 and 10000),
    add constraint room_invitations_use_count_check check (use_count >= 0);
alter table room_invitations alter column token_hash drop default;

-- Each letter and each pair of letters of writing without spaces: what a trigram index does not find.
create function chat_grams(folded text) returns tsvector
    language sql immutable parallel safe
    as $$
select coalesce(array_to_tsvector(array_agg(distinct x.w) filter (where x.w <> '')), ''::tsvector)
  from regexp_matches(folded, '[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]+', 'g') m
 cross join generate_series(1, length(m[1])) i
 cross join lateral (values (substr(m[1], i, 1)), (substr(m[1], i, 2))) x (w)
$$;

-- sent_hash: of what was sent, so that the same client_id with something else is told apart from a repetition.
drop index messages_content_tsv_idx;
alter table messages
    add column seq            bigint,
    add column client_id      uuid not null default gen_random_uuid(),
    add column sent_hash      uuid,
    add column thread_id      uuid,
    add column track_id       uuid,
    add column mentions_all   boolean not null default false,
    add column deleted_at     timestamptz,
    add column pinned_at      timestamptz,
    add column content_folded text generated always as (public.search_fold(content)) stored,
    add column content_grams  tsvector generated always as (public.chat_grams(public.search_fold(content))) stored,
    add constraint messages_thread_id_fkey foreign key (thread_id, room_id) references messages (id, room_id) on delete set null (thread_id),
    add constraint messages_track_id_fkey foreign key (track_id) references tracks (id) on delete set null;
update messages m set seq = n.seq from (select id, row_number() over (partition by room_id order by created_at, id) as seq from messages) n where n.id = m.id;
update rooms r set last_seq = coalesce((select max(m.seq) from messages m where m.room_id = r.id), 0);
alter table messages alter column seq set not null;
create unique index messages_room_id_seq_key on messages (room_id, seq) include (sender_id, is_deleted);
create unique index messages_client_id_key on messages (room_id, sender_id, client_id);
create index messages_thread_id_idx on messages (thread_id, seq) where thread_id is not null;
create index messages_track_id_idx on messages (track_id) where track_id is not null;
create index messages_mentions_all_idx on messages (room_id, seq) where mentions_all;
create index messages_content_folded_idx on messages using gin (content_folded gin_trgm_ops);
create index messages_content_grams_idx on messages using gin (content_grams);
drop index messages_room_id_idx, messages_pinned_idx;
create index messages_pinned_idx on messages (room_id, pinned_at desc, id desc) where is_pinned and not is_deleted;

create table message_mentions (
    message_id uuid not null,
    user_id    uuid not null,
    room_id    uuid not null,
    seq        bigint not null,
    constraint message_mentions_pkey primary key (message_id, user_id),
    constraint message_mentions_message_id_fkey foreign key (message_id) references messages (id) on delete cascade,
    constraint message_mentions_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index message_mentions_user_id_idx on message_mentions (user_id, room_id, seq);

-- Files of messages. Without a message they wait to be sent, for a day.
create table message_attachments (
    id         uuid not null default gen_random_uuid(),
    room_id    uuid not null,
    user_id    uuid,
    message_id uuid,
    position   int not null default 0,
    filename   varchar(255) not null,
    kind       varchar(10) not null,
    media_type varchar(100) not null,
    size_bytes bigint not null,
    file_key   varchar(200) not null,
    created_at timestamptz not null default now(),
    constraint message_attachments_pkey primary key (id),
    constraint message_attachments_file_key_key unique (file_key),
    constraint message_attachments_kind_check check (kind in ('image', 'audio', 'pdf', 'project')),
    constraint message_attachments_size_bytes_check check (size_bytes > 0),
    constraint message_attachments_room_id_fkey foreign key (room_id) references rooms (id) on delete cascade,
    constraint message_attachments_user_id_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint message_attachments_message_id_fkey foreign key (message_id) references messages (id) on delete cascade
);
create index message_attachments_room_id_idx on message_attachments (room_id);
create index message_attachments_user_id_idx on message_attachments (user_id);
create index message_attachments_message_id_idx on message_attachments (message_id) where message_id is not null;
create index message_attachments_staged_idx on message_attachments (created_at) where message_id is null;

-- What moderators of a room did there.
create table room_actions (
    id         bigint generated always as identity,
    room_id    uuid not null,
    actor_id   uuid,
    action     varchar(30) not null,
    subject_id uuid,
    message_id uuid,
    details    varchar(500),
    created_at timestamptz not null default now(),
    constraint room_actions_pkey primary key (id),
    constraint room_actions_room_id_fkey foreign key (room_id) references rooms (id) on delete cascade,
    constraint room_actions_actor_id_fkey foreign key (actor_id) references users (id) on delete set null,
    constraint room_actions_subject_id_fkey foreign key (subject_id) references users (id) on delete set null
);
create index room_actions_room_id_idx on room_actions (room_id, id desc);
create index room_actions_actor_id_idx on room_actions (actor_id);
create index room_actions_subject_id_idx on room_actions (subject_id);

create type chat_quote as (id uuid, seq bigint, sender_id uuid, sender_name text, excerpt text, is_deleted boolean);
create type chat_reaction as (emoji text, count int, is_mine boolean);
create type chat_last as (id uuid, seq bigint, sender_id uuid, sender_name text, excerpt text, message_type text, is_deleted boolean, created_at timestamptz);
create type chat_attachment as (id uuid, filename text, kind text, media_type text, size_bytes bigint);

-- Texts: migrations/functions/chat.sql
create function chat_rank(role text) returns int language sql immutable parallel safe as $$ select 0 $$;
create function chat_blocked(a uuid, b uuid) returns boolean language sql stable parallel safe as $$ select false $$;
create function chat_unread(m room_members, r rooms) returns int language plpgsql stable as $$ begin return 0; end $$;
create function chat_mentions(m room_members, r rooms) returns int language plpgsql stable as $$ begin return 0; end $$;
create function chat_message_json(message uuid) returns jsonb language plpgsql stable as $$ begin return null; end $$;
create function chat_tell_unread(room uuid, only_to uuid[], but uuid) returns void language plpgsql as $$ begin null; end $$;
create function chat_tell_member(room uuid, person uuid, happened text) returns void language plpgsql as $$ begin null; end $$;
create function chat_mention(message uuid, room uuid, sender uuid, text text) returns uuid[] language plpgsql as $$ begin return null; end $$;
create function chat_send(room uuid, sender uuid, client uuid, text text, reply_to uuid, track uuid, attachments uuid[], confirmed boolean, kind text,
                          notify_s int, out message uuid, out problem text, out is_new boolean) language plpgsql as $$ begin null; end $$;
create function chat_write_problem(r rooms, m room_members) returns text language plpgsql stable as $$ begin return null; end $$;
create function chat_direct(viewer uuid, other uuid, out room uuid, out is_new boolean) language plpgsql as $$ begin null; end $$;
create function chat_read(room uuid, person uuid, upto bigint, back boolean) returns uuid language plpgsql as $$ begin return null; end $$;
create function chat_join(room uuid, person uuid, adder uuid, as_role text) returns boolean language plpgsql as $$ begin return null; end $$;
create function chat_delete_message(message uuid, actor uuid) returns void language plpgsql as $$ begin null; end $$;
create function chat_delete_own(room uuid, person uuid, upto bigint, most int) returns int language plpgsql as $$ begin return 0; end $$;
create function chat_create(viewer uuid, kind text, called text, about text, people uuid[], out room uuid, out is_new boolean, out problem text) language plpgsql as $$ begin null; end $$;
create function chat_addable(adder uuid, person uuid) returns boolean language sql stable parallel safe as $$ select false $$;
create function chat_add(room uuid, actor uuid, person uuid, out member uuid, out problem text) language plpgsql as $$ begin null; end $$;
create function chat_change_member(room uuid, actor uuid, person uuid, new_role text, has_timeout boolean, until timestamptz, out member uuid, out problem text) language plpgsql as $$ begin null; end $$;
create function chat_remove(room uuid, actor uuid, person uuid, successor uuid, out removed uuid, out problem text) language plpgsql as $$ begin null; end $$;
create function chat_ban(room uuid, actor uuid, person uuid, why text, out banned uuid, out problem text) language plpgsql as $$ begin null; end $$;
create function chat_delete_room(room uuid, actor uuid, out deleted uuid, out problem text) language plpgsql as $$ begin null; end $$;
create function chat_edit(message uuid, editor uuid, text text, out edited uuid, out problem text) language plpgsql as $$ begin null; end $$;
create function chat_note(room uuid, actor uuid, action text, subject uuid, message uuid, details text) returns void language plpgsql as $$ begin null; end $$;
create function chat_react(room uuid, message uuid, person uuid, sign text, wanted boolean, out reacted uuid, out problem text) language plpgsql as $$ begin null; end $$;
create function chat_pin(room uuid, message uuid, person uuid, wanted boolean, out pinned uuid, out problem text) language plpgsql as $$ begin null; end $$;
create function chat_read_all(person uuid) returns int language plpgsql as $$ begin return 0; end $$;
create function chat_query(folded text) returns tsquery language sql immutable parallel safe as $$ select null::tsquery $$;
create function chat_use_invitation(hash text, person uuid, out room uuid, out problem text) language plpgsql as $$ begin null; end $$;
create function chat_notify(room uuid, notify_s int) returns int language plpgsql as $$ begin return 0; end $$;
create function chat_members_changed() returns trigger language plpgsql as $$ begin return null; end $$;
create function chat_attachment_gone() returns trigger language plpgsql as $$ begin return null; end $$;

create trigger room_members_came after insert on room_members referencing new table as changed for each statement execute function chat_members_changed();
create trigger room_members_went after delete on room_members referencing old table as changed for each statement execute function chat_members_changed();
create trigger message_attachments_gone after delete on message_attachments referencing old table as changed for each statement execute function chat_attachment_gone();
create trigger message_attachments_count_bytes_new after insert on message_attachments referencing new table as changed for each statement
    execute function count_stored_bytes_of_all('user_id', 'size_bytes');
create trigger message_attachments_count_bytes_gone after delete on message_attachments referencing old table as changed for each statement
    execute function count_stored_bytes_of_all('user_id', 'size_bytes');
create trigger message_attachments_count_stored_bytes after update of size_bytes, user_id on message_attachments for each row
    execute function count_stored_bytes('user_id', 'size_bytes');
