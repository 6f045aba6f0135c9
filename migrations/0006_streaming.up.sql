-- What a track was packaged into, live streams, and queues, alone or together.

-- One packaged stream for each track; `info` describes its renditions (encoder delay, padding, segments).
create table hls_streams (
    id             uuid not null default gen_random_uuid(),
    track_id       uuid not null,
    playlist_url   varchar(500),
    segments_count int not null default 0,
    bitrates       jsonb not null default '[]',
    info           jsonb not null default '{}',
    duration_ms    int,
    status         varchar(20) not null default 'pending',
    created_at     timestamptz not null default now(),
    updated_at     timestamptz not null default now(),
    constraint hls_streams_pkey primary key (id),
    constraint hls_streams_track_id_key unique (track_id),
    constraint hls_streams_segments_count_check check (segments_count >= 0),
    constraint hls_streams_duration_ms_check check (duration_ms >= 0),
    constraint hls_streams_bitrates_check check (jsonb_typeof(bitrates) = 'array'),
    constraint hls_streams_status_check check (status in ('pending', 'processing', 'ready', 'failed')),
    constraint hls_streams_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade
);
create index hls_streams_status_idx on hls_streams (status);
create trigger hls_streams_set_updated_at before update on hls_streams for each row execute function set_updated_at();

create table hls_transcode_queue (
    id            uuid not null default gen_random_uuid(),
    track_id      uuid not null,
    priority      int not null default 5,
    status        varchar(20) not null default 'pending',
    retry_count   int not null default 0,
    max_retries   int not null default 3,
    error_message text,
    started_at    timestamptz,
    completed_at  timestamptz,
    created_at    timestamptz not null default now(),
    updated_at    timestamptz not null default now(),
    constraint hls_transcode_queue_pkey primary key (id),
    constraint hls_transcode_queue_status_check check (status in ('pending', 'processing', 'completed', 'failed')),
    constraint hls_transcode_queue_retry_count_check check (retry_count >= 0),
    constraint hls_transcode_queue_max_retries_check check (max_retries >= 0),
    constraint hls_transcode_queue_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade
);
create index hls_transcode_queue_track_id_idx on hls_transcode_queue (track_id);
create index hls_transcode_queue_status_idx on hls_transcode_queue (status, priority, created_at);
create trigger hls_transcode_queue_set_updated_at before update on hls_transcode_queue for each row
    execute function set_updated_at();

create table live_streams (
    id            uuid not null default gen_random_uuid(),
    user_id       uuid not null,
    title         varchar(200) not null,
    description   text,
    category      varchar(100),
    thumbnail_url varchar(500),
    stream_key    varchar(100) not null,
    streamer_name varchar(100),
    is_live       boolean not null default false,
    started_at    timestamptz,
    ended_at      timestamptz,
    viewer_count  int not null default 0,
    tags          jsonb not null default '[]',
    scheduled_at  timestamptz,
    stream_url    text not null default '',
    is_vod        boolean not null default false,
    created_at    timestamptz not null default now(),
    updated_at    timestamptz not null default now(),
    deleted_at    timestamptz,
    constraint live_streams_pkey primary key (id),
    constraint live_streams_stream_key_key unique (stream_key),
    constraint live_streams_title_check check (btrim(title) <> ''),
    constraint live_streams_viewer_count_check check (viewer_count >= 0),
    constraint live_streams_tags_check check (jsonb_typeof(tags) = 'array'),
    constraint live_streams_ended_at_check check (ended_at >= started_at),
    constraint live_streams_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index live_streams_user_id_idx on live_streams (user_id, created_at desc);
create index live_streams_live_idx on live_streams (started_at desc) where is_live and deleted_at is null;
create index live_streams_scheduled_at_idx on live_streams (scheduled_at)
    where scheduled_at is not null and not is_live and deleted_at is null;
create trigger live_streams_set_updated_at before update on live_streams for each row
    when (old.viewer_count is not distinct from new.viewer_count)
    execute function set_updated_at();

create table co_listening_sessions (
    id         uuid not null default gen_random_uuid(),
    host_id    uuid not null,
    track_id   uuid not null,
    expires_at timestamptz not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint co_listening_sessions_pkey primary key (id),
    constraint co_listening_sessions_host_id_fkey foreign key (host_id) references users (id) on delete cascade,
    constraint co_listening_sessions_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade
);
create index co_listening_sessions_host_id_idx on co_listening_sessions (host_id);
create index co_listening_sessions_track_id_idx on co_listening_sessions (track_id);
create index co_listening_sessions_expires_at_idx on co_listening_sessions (expires_at);
create trigger co_listening_sessions_set_updated_at before update on co_listening_sessions for each row
    execute function set_updated_at();

create table queues (
    id               uuid not null default gen_random_uuid(),
    user_id          uuid not null,
    current_track_id uuid,
    current_position int not null default 0,
    is_playing       boolean not null default false,
    shuffle          boolean not null default false,
    repeat_mode      varchar(20) not null default 'off',
    volume           int not null default 100,
    created_at       timestamptz not null default now(),
    updated_at       timestamptz not null default now(),
    constraint queues_pkey primary key (id),
    constraint queues_user_id_key unique (user_id),
    constraint queues_current_position_check check (current_position >= 0),
    constraint queues_repeat_mode_check check (repeat_mode in ('off', 'one', 'all')),
    constraint queues_volume_check check (volume between 0 and 100),
    constraint queues_user_id_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint queues_current_track_id_fkey foreign key (current_track_id) references tracks (id) on delete set null
);
create index queues_current_track_id_idx on queues (current_track_id) where current_track_id is not null;
create trigger queues_set_updated_at before update on queues for each row execute function set_updated_at();

create table queue_items (
    id         uuid not null default gen_random_uuid(),
    queue_id   uuid not null,
    track_id   uuid not null,
    position   int not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint queue_items_pkey primary key (id),
    constraint queue_items_queue_id_position_key unique (queue_id, position) deferrable initially immediate,
    constraint queue_items_position_check check (position >= 0),
    constraint queue_items_queue_id_fkey foreign key (queue_id) references queues (id) on delete cascade,
    constraint queue_items_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade
);
create index queue_items_track_id_idx on queue_items (track_id);
create trigger queue_items_set_updated_at before update on queue_items for each row execute function set_updated_at();

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
