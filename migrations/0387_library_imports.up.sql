-- Playlists and stars that a person takes over from a Subsonic server. `sealed` is what opens the account there, until the import has ended; `plan` the playlists there.
create table library_imports (
    id              uuid not null default gen_random_uuid(),
    user_id         uuid not null,
    base_url        varchar(500) not null,
    username        varchar(255),
    sealed          text,
    wants_playlists boolean not null,
    wants_stars     boolean not null,
    state           varchar(20) not null default 'queued',
    error           varchar(20),
    plan            jsonb,
    position        int not null default 0,
    playlist_count  int not null default 0,
    matched         int not null default 0,
    missing         int not null default 0,
    likes           int not null default 0,
    created_at      timestamptz not null default now(),
    finished_at     timestamptz,
    constraint library_imports_pkey primary key (id),
    constraint library_imports_state_check check (state in ('queued', 'running', 'done', 'failed')),
    constraint library_imports_error_check check (error in ('refused', 'unreachable', 'not_subsonic', 'no_room', 'gave_up')),
    constraint library_imports_sealed_check check ((sealed is not null) = (state in ('queued', 'running'))),
    constraint library_imports_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index library_imports_user_id_idx on library_imports (user_id, created_at, id);
create unique index library_imports_running_key on library_imports (user_id) where state in ('queued', 'running');

-- What was not found here.
create table library_import_missing (
    id          bigint generated always as identity,
    import_id   uuid not null,
    playlist_id uuid,
    source      varchar(20) not null,
    name        varchar(200),
    title       varchar(500),
    artist      varchar(500),
    status      varchar(20) not null,
    created_at  timestamptz not null default now(),
    constraint library_import_missing_pkey primary key (id),
    constraint library_import_missing_source_check check (source in ('playlist', 'star')),
    constraint library_import_missing_status_check check (status in ('missing', 'ambiguous')),
    constraint library_import_missing_import_id_fkey foreign key (import_id) references library_imports (id) on delete cascade,
    constraint library_import_missing_playlist_id_fkey foreign key (playlist_id) references playlists (id) on delete set null
);
create index library_import_missing_import_id_idx on library_import_missing (import_id, id);
create index library_import_missing_playlist_id_idx on library_import_missing (playlist_id);
