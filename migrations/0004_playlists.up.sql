-- Playlists, who may touch them, and what people follow.

create table playlists (
    id                   uuid not null default gen_random_uuid(),
    user_id              uuid not null,
    name                 varchar(200) not null,
    description          text,
    is_public            boolean not null default true,
    cover_url            varchar(500),
    track_count          int not null default 0,
    follower_count       int not null default 0,
    is_editorial         boolean not null default false,
    is_default_favorites boolean not null default false,
    created_at           timestamptz not null default now(),
    updated_at           timestamptz not null default now(),
    deleted_at           timestamptz,
    constraint playlists_pkey primary key (id),
    constraint playlists_name_check check (btrim(name) <> ''),
    constraint playlists_description_check check (length(description) <= 5000),
    constraint playlists_track_count_check check (track_count >= 0),
    constraint playlists_follower_count_check check (follower_count >= 0),
    constraint playlists_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index playlists_user_id_idx on playlists (user_id, created_at desc, id);
create index playlists_newest_public_idx on playlists (created_at desc, id) where is_public and deleted_at is null;
create index playlists_editorial_idx on playlists (created_at desc, id)
    where is_editorial and is_public and deleted_at is null;
create unique index playlists_default_favorites_key on playlists (user_id)
    where is_default_favorites and deleted_at is null;
create index playlists_name_trgm_idx on playlists using gin (name gin_trgm_ops);
create index playlists_deleted_at_idx on playlists (deleted_at) where deleted_at is not null;
-- Gaining a follower is not a change of the playlist.
create trigger playlists_set_updated_at before update on playlists for each row
    when (old.follower_count is not distinct from new.follower_count)
    execute function set_updated_at();

-- The position is checked at the end of the statement, so that one update can reorder the whole list.
create table playlist_tracks (
    id          uuid not null default gen_random_uuid(),
    playlist_id uuid not null,
    track_id    uuid not null,
    position    int not null,
    added_by    uuid,
    added_at    timestamptz not null default now(),
    constraint playlist_tracks_pkey primary key (id),
    constraint playlist_tracks_playlist_id_position_key unique (playlist_id, position) deferrable initially immediate,
    constraint playlist_tracks_position_check check (position >= 0),
    constraint playlist_tracks_playlist_id_fkey foreign key (playlist_id) references playlists (id) on delete cascade,
    constraint playlist_tracks_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade,
    constraint playlist_tracks_added_by_fkey foreign key (added_by) references users (id) on delete set null
);
create index playlist_tracks_playlist_id_idx on playlist_tracks (playlist_id, track_id);
create index playlist_tracks_track_id_idx on playlist_tracks (track_id);
create index playlist_tracks_added_by_idx on playlist_tracks (added_by);

create table playlist_collaborators (
    id          uuid not null default gen_random_uuid(),
    playlist_id uuid not null,
    user_id     uuid not null,
    permission  varchar(20) not null default 'read',
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now(),
    constraint playlist_collaborators_pkey primary key (id),
    constraint playlist_collaborators_playlist_id_user_id_key unique (playlist_id, user_id),
    constraint playlist_collaborators_permission_check check (permission in ('read', 'write', 'admin')),
    constraint playlist_collaborators_playlist_id_fkey foreign key (playlist_id) references playlists (id)
        on delete cascade,
    constraint playlist_collaborators_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index playlist_collaborators_user_id_idx on playlist_collaborators (user_id);
create trigger playlist_collaborators_set_updated_at before update on playlist_collaborators for each row
    execute function set_updated_at();

create table playlist_follows (
    id          uuid not null default gen_random_uuid(),
    playlist_id uuid not null,
    user_id     uuid not null,
    created_at  timestamptz not null default now(),
    constraint playlist_follows_pkey primary key (id),
    constraint playlist_follows_playlist_id_user_id_key unique (playlist_id, user_id),
    constraint playlist_follows_playlist_id_fkey foreign key (playlist_id) references playlists (id) on delete cascade,
    constraint playlist_follows_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index playlist_follows_user_id_idx on playlist_follows (user_id, created_at desc);

create table playlist_share_links (
    id           uuid not null default gen_random_uuid(),
    playlist_id  uuid not null,
    user_id      uuid not null,
    share_token  varchar(255) not null,
    expires_at   timestamptz,
    access_count bigint not null default 0,
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    constraint playlist_share_links_pkey primary key (id),
    constraint playlist_share_links_share_token_key unique (share_token),
    constraint playlist_share_links_access_count_check check (access_count >= 0),
    constraint playlist_share_links_playlist_id_fkey foreign key (playlist_id) references playlists (id)
        on delete cascade,
    constraint playlist_share_links_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index playlist_share_links_playlist_id_idx on playlist_share_links (playlist_id);
create index playlist_share_links_user_id_idx on playlist_share_links (user_id);
create trigger playlist_share_links_set_updated_at before update on playlist_share_links for each row
    execute function set_updated_at();

create table playlist_versions (
    id              uuid not null default gen_random_uuid(),
    playlist_id     uuid not null,
    user_id         uuid,
    version         int not null,
    action          playlist_version_action not null,
    title           varchar(200),
    description     text,
    is_public       boolean,
    cover_url       varchar(500),
    tracks_snapshot text,
    created_at      timestamptz not null default now(),
    constraint playlist_versions_pkey primary key (id),
    constraint playlist_versions_playlist_id_version_key unique (playlist_id, version),
    constraint playlist_versions_version_check check (version >= 1),
    constraint playlist_versions_playlist_id_fkey foreign key (playlist_id) references playlists (id)
        on delete cascade,
    constraint playlist_versions_user_id_fkey foreign key (user_id) references users (id) on delete set null
);
create index playlist_versions_user_id_idx on playlist_versions (user_id);

create table user_genre_follows (
    user_id    uuid not null,
    genre_slug varchar(50) not null,
    created_at timestamptz not null default now(),
    constraint user_genre_follows_pkey primary key (user_id, genre_slug),
    constraint user_genre_follows_user_id_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint user_genre_follows_genre_slug_fkey foreign key (genre_slug) references genres (slug)
        on update cascade on delete cascade
);
create index user_genre_follows_genre_slug_idx on user_genre_follows (genre_slug);

create table user_tag_follows (
    user_id    uuid not null,
    tag_id     uuid not null,
    created_at timestamptz not null default now(),
    constraint user_tag_follows_pkey primary key (user_id, tag_id),
    constraint user_tag_follows_user_id_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint user_tag_follows_tag_id_fkey foreign key (tag_id) references tags (id) on delete cascade
);
create index user_tag_follows_tag_id_idx on user_tag_follows (tag_id);
