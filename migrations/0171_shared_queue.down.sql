drop function shared_queue_seek(uuid, uuid, uuid, uuid, int, boolean), shared_queue_next(uuid, uuid, uuid, uuid), shared_queue_remove(uuid, uuid, uuid, uuid),
    shared_queue_vote(uuid, uuid, uuid, uuid, boolean), shared_queue_add(uuid, uuid, uuid, uuid), shared_queue_lock(uuid, uuid, uuid), shared_queue_person(uuid, uuid), shared_queue_tell(uuid),
    shared_queue_offset_ms(queue_sessions), shared_queue_rank(text, int, int);
drop table shared_queue_votes, shared_queue_items, queue_session_people, queue_session_links;
drop function shared_queue_votes_count();
drop table queue_sessions;

create table queue_sessions (
    id          uuid not null default gen_random_uuid(),
    share_token varchar(32) not null,
    creator_id  uuid not null,
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now(),
    constraint queue_sessions_pkey primary key (id),
    constraint queue_sessions_share_token_key unique (share_token),
    constraint queue_sessions_creator_id_fkey foreign key (creator_id) references users (id) on delete cascade
);
create index queue_sessions_creator_id_idx on queue_sessions (creator_id);
create trigger queue_sessions_set_updated_at before update on queue_sessions for each row
    execute function set_updated_at();

create table shared_queue_items (
    id         uuid not null default gen_random_uuid(),
    session_id uuid not null,
    track_id   uuid not null,
    position   int not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint shared_queue_items_pkey primary key (id),
    constraint shared_queue_items_session_id_position_key unique (session_id, position) deferrable initially immediate,
    constraint shared_queue_items_position_check check (position >= 0),
    constraint shared_queue_items_session_id_fkey foreign key (session_id) references queue_sessions (id)
        on delete cascade,
    constraint shared_queue_items_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade
);
create index shared_queue_items_track_id_idx on shared_queue_items (track_id);
create trigger shared_queue_items_set_updated_at before update on shared_queue_items for each row
    execute function set_updated_at();
