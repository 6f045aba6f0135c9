-- Music, and what listeners do with it.

create table tracks (
    id                  uuid not null default gen_random_uuid(),
    creator_id          uuid not null,
    file_id             uuid,
    title               varchar(255) not null,
    artist              varchar(255),
    album               varchar(255),
    description         text,
    duration            int,
    duration_ms         int,
    genre               varchar(100),
    tags                text[] not null default '{}',
    year                int not null default 0,
    bpm                 int,
    musical_key         varchar(10),
    file_path           varchar(500),
    file_size           bigint,
    original_filename   varchar(255),
    content_sha256      bytea,
    format              varchar(10),
    bitrate             int,
    sample_rate         int,
    channels            smallint,
    bit_depth           smallint,
    samples             bigint,
    loudness_lufs       real,
    loudness_range_lu   real,
    true_peak_dbtp      real,
    fingerprint         text,
    waveform_path       varchar(500),
    waveform_url        varchar(500),
    cover_art_path      varchar(500),
    is_public           boolean not null default true,
    is_downloadable     boolean not null default false,
    is_explicit         boolean not null default false,
    status              track_status not null default 'uploading',
    status_message      text,
    failure_code        varchar(50),
    stream_status       varchar(20) not null default 'pending',
    stream_manifest_url varchar(500),
    play_count          bigint not null default 0,
    like_count          bigint not null default 0,
    published_at        timestamptz,
    created_at          timestamptz not null default now(),
    updated_at          timestamptz not null default now(),
    deleted_at          timestamptz,
    constraint tracks_pkey primary key (id),
    constraint tracks_creator_id_fkey foreign key (creator_id) references users (id) on delete cascade,
    constraint tracks_title_check check (btrim(title) <> ''),
    constraint tracks_description_check check (length(description) <= 10000),
    constraint tracks_duration_check check (duration >= 0),
    constraint tracks_duration_ms_check check (duration_ms >= 0),
    constraint tracks_tags_check check (cardinality(tags) <= 30 and array_position(tags, null) is null),
    constraint tracks_year_check check (year between 0 and 2100),
    constraint tracks_bpm_check check (bpm between 1 and 999),
    constraint tracks_file_size_check check (file_size >= 0),
    constraint tracks_content_sha256_check check (octet_length(content_sha256) = 32),
    constraint tracks_bitrate_check check (bitrate >= 0),
    constraint tracks_sample_rate_check check (sample_rate > 0),
    constraint tracks_channels_check check (channels > 0),
    constraint tracks_bit_depth_check check (bit_depth >= 0),
    constraint tracks_samples_check check (samples >= 0),
    constraint tracks_stream_status_check check (stream_status in ('pending', 'processing', 'ready', 'error')),
    constraint tracks_play_count_check check (play_count >= 0),
    constraint tracks_like_count_check check (like_count >= 0)
);
create index tracks_newest_public_idx on tracks (created_at desc, id)
    where is_public and status = 'completed' and deleted_at is null;
create index tracks_genre_idx on tracks (lower(genre), created_at desc, id)
    where is_public and status = 'completed' and deleted_at is null;
create index tracks_creator_id_idx on tracks (creator_id, created_at desc, id);
create index tracks_tags_idx on tracks using gin (tags);
create index tracks_title_trgm_idx on tracks using gin (title gin_trgm_ops);
create index tracks_artist_trgm_idx on tracks using gin (artist gin_trgm_ops);
create index tracks_album_trgm_idx on tracks using gin (album gin_trgm_ops);
create index tracks_content_sha256_idx on tracks (content_sha256) where content_sha256 is not null;
create index tracks_unfinished_idx on tracks (created_at)
    where status in ('uploading', 'processing') and deleted_at is null;
create index tracks_deleted_at_idx on tracks (deleted_at) where deleted_at is not null;
-- Being played or liked is not a change of the track.
create trigger tracks_set_updated_at before update on tracks for each row
    when (old.play_count is not distinct from new.play_count and old.like_count is not distinct from new.like_count)
    execute function set_updated_at();

alter table user_presence
    add constraint user_presence_track_id_fkey foreign key (track_id) references tracks (id) on delete set null;
create index user_presence_track_id_idx on user_presence (track_id) where track_id is not null;

create table track_versions (
    id             uuid not null default gen_random_uuid(),
    track_id       uuid not null,
    version_number int not null,
    file_path      varchar(500) not null,
    file_size      bigint not null default 0,
    changelog      text,
    created_at     timestamptz not null default now(),
    updated_at     timestamptz not null default now(),
    constraint track_versions_pkey primary key (id),
    constraint track_versions_track_id_version_number_key unique (track_id, version_number),
    constraint track_versions_version_number_check check (version_number >= 1),
    constraint track_versions_file_size_check check (file_size >= 0),
    constraint track_versions_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade
);
create trigger track_versions_set_updated_at before update on track_versions for each row
    execute function set_updated_at();

create table track_likes (
    id         uuid not null default gen_random_uuid(),
    user_id    uuid not null,
    track_id   uuid not null,
    created_at timestamptz not null default now(),
    constraint track_likes_pkey primary key (id),
    constraint track_likes_user_id_track_id_key unique (user_id, track_id),
    constraint track_likes_user_id_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint track_likes_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade
);
create index track_likes_track_id_idx on track_likes (track_id);
create index track_likes_user_id_created_at_idx on track_likes (user_id, created_at desc);

-- duration is what was heard, in seconds; an anonymous listener has no user_id.
create table track_plays (
    id         uuid not null default gen_random_uuid(),
    track_id   uuid not null,
    user_id    uuid,
    duration   int not null default 0,
    played_at  timestamptz not null default now(),
    device     varchar(100),
    ip_address varchar(45),
    created_at timestamptz not null default now(),
    constraint track_plays_pkey primary key (id),
    constraint track_plays_duration_check check (duration >= 0),
    constraint track_plays_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade,
    constraint track_plays_user_id_fkey foreign key (user_id) references users (id) on delete set null
);
create index track_plays_track_id_idx on track_plays (track_id, played_at desc);
create index track_plays_user_id_idx on track_plays (user_id, played_at desc);
create index track_plays_played_at_idx on track_plays (played_at);

create table track_shares (
    id           uuid not null default gen_random_uuid(),
    track_id     uuid not null,
    user_id      uuid not null,
    share_token  varchar(255) not null,
    permissions  varchar(50) not null default 'read',
    expires_at   timestamptz,
    access_count bigint not null default 0,
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    constraint track_shares_pkey primary key (id),
    constraint track_shares_share_token_key unique (share_token),
    constraint track_shares_permissions_check check (permissions in ('read', 'download')),
    constraint track_shares_access_count_check check (access_count >= 0),
    constraint track_shares_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade,
    constraint track_shares_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index track_shares_track_id_idx on track_shares (track_id);
create index track_shares_user_id_idx on track_shares (user_id);
create trigger track_shares_set_updated_at before update on track_shares for each row
    execute function set_updated_at();

-- A reply belongs to a comment on the same track: the pair (parent_id, track_id) is what the foreign key checks.
create table track_comments (
    id          uuid not null default gen_random_uuid(),
    track_id    uuid not null,
    user_id     uuid not null,
    parent_id   uuid,
    content     text not null,
    "timestamp" double precision,
    is_edited   boolean not null default false,
    created_at  timestamptz not null default now(),
    updated_at  timestamptz not null default now(),
    constraint track_comments_pkey primary key (id),
    constraint track_comments_id_track_id_key unique (id, track_id),
    constraint track_comments_content_check check (btrim(content) <> '' and length(content) <= 5000),
    constraint track_comments_timestamp_check
        check ("timestamp" >= 0 and "timestamp" < double precision 'infinity'),
    constraint track_comments_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade,
    constraint track_comments_user_id_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint track_comments_parent_id_fkey foreign key (parent_id, track_id)
        references track_comments (id, track_id) on delete cascade
);
create index track_comments_track_id_idx on track_comments (track_id, created_at, id);
create index track_comments_user_id_idx on track_comments (user_id, created_at desc);
create index track_comments_parent_id_idx on track_comments (parent_id) where parent_id is not null;
create trigger track_comments_set_updated_at before update on track_comments for each row
    execute function set_updated_at();

create table track_reposts (
    id         uuid not null default gen_random_uuid(),
    user_id    uuid not null,
    track_id   uuid not null,
    created_at timestamptz not null default now(),
    constraint track_reposts_pkey primary key (id),
    constraint track_reposts_user_id_track_id_key unique (user_id, track_id),
    constraint track_reposts_user_id_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint track_reposts_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade
);
create index track_reposts_track_id_idx on track_reposts (track_id);
create index track_reposts_created_at_idx on track_reposts (created_at desc);

create table track_stems (
    id         uuid not null default gen_random_uuid(),
    track_id   uuid not null,
    name       varchar(100) not null,
    file_path  varchar(500) not null,
    format     varchar(10),
    size_bytes bigint not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz,
    constraint track_stems_pkey primary key (id),
    constraint track_stems_name_check check (btrim(name) <> ''),
    constraint track_stems_size_bytes_check check (size_bytes >= 0),
    constraint track_stems_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade
);
create index track_stems_track_id_idx on track_stems (track_id);
create index track_stems_live_idx on track_stems (track_id, created_at) where deleted_at is null;
create trigger track_stems_set_updated_at before update on track_stems for each row execute function set_updated_at();

create table track_lyrics (
    id         uuid not null default gen_random_uuid(),
    track_id   uuid not null,
    content    text not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint track_lyrics_pkey primary key (id),
    constraint track_lyrics_track_id_key unique (track_id),
    constraint track_lyrics_content_check check (length(content) <= 50000),
    constraint track_lyrics_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade
);
create trigger track_lyrics_set_updated_at before update on track_lyrics for each row
    execute function set_updated_at();

-- What happened to a track outlives the track, so track_id has no foreign key.
create table track_history (
    id         uuid not null default gen_random_uuid(),
    track_id   uuid not null,
    user_id    uuid,
    action     track_history_action not null,
    old_value  text,
    new_value  text,
    created_at timestamptz not null default now(),
    constraint track_history_pkey primary key (id),
    constraint track_history_user_id_fkey foreign key (user_id) references users (id) on delete set null
);
create index track_history_track_id_idx on track_history (track_id, created_at desc);
create index track_history_user_id_idx on track_history (user_id);
create index track_history_action_idx on track_history (action);

create table tags (
    id         uuid not null default gen_random_uuid(),
    name       varchar(30) not null,
    use_count  int not null default 0,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint tags_pkey primary key (id),
    constraint tags_name_key unique (name),
    constraint tags_name_check check (name <> '' and name = lower(btrim(name))),
    constraint tags_use_count_check check (use_count >= 0)
);
create index tags_name_trgm_idx on tags using gin (name gin_trgm_ops);
create index tags_use_count_idx on tags (use_count desc, name);
create trigger tags_set_updated_at before update on tags for each row execute function set_updated_at();

create table track_tags (
    track_id   uuid not null,
    tag_id     uuid not null,
    created_at timestamptz not null default now(),
    constraint track_tags_pkey primary key (track_id, tag_id),
    constraint track_tags_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade,
    constraint track_tags_tag_id_fkey foreign key (tag_id) references tags (id) on delete cascade
);
create index track_tags_tag_id_idx on track_tags (tag_id);

create table genres (
    slug       varchar(50) not null,
    name       varchar(100) not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint genres_pkey primary key (slug),
    constraint genres_name_key unique (name),
    constraint genres_slug_check check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$')
);
create trigger genres_set_updated_at before update on genres for each row execute function set_updated_at();

create table track_genres (
    track_id   uuid not null,
    genre_slug varchar(50) not null,
    position   int not null default 0,
    created_at timestamptz not null default now(),
    constraint track_genres_pkey primary key (track_id, genre_slug),
    constraint track_genres_position_check check (position >= 0),
    constraint track_genres_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade,
    constraint track_genres_genre_slug_fkey foreign key (genre_slug) references genres (slug)
        on update cascade on delete cascade
);
create index track_genres_genre_slug_idx on track_genres (genre_slug);

create table playback_analytics (
    id              uuid not null default gen_random_uuid(),
    track_id        uuid not null,
    user_id         uuid not null,
    play_time       int not null default 0,
    pause_count     int not null default 0,
    seek_count      int not null default 0,
    completion_rate numeric(5,2) not null default 0,
    started_at      timestamptz not null default now(),
    ended_at        timestamptz,
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now(),
    constraint playback_analytics_pkey primary key (id),
    constraint playback_analytics_play_time_check check (play_time >= 0),
    constraint playback_analytics_pause_count_check check (pause_count >= 0),
    constraint playback_analytics_seek_count_check check (seek_count >= 0),
    constraint playback_analytics_completion_rate_check check (completion_rate between 0 and 100),
    constraint playback_analytics_ended_at_check check (ended_at >= started_at),
    constraint playback_analytics_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade,
    constraint playback_analytics_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index playback_analytics_track_id_idx on playback_analytics (track_id, started_at desc);
create index playback_analytics_user_id_idx on playback_analytics (user_id, started_at desc);
create trigger playback_analytics_set_updated_at before update on playback_analytics for each row
    execute function set_updated_at();

insert into genres (slug, name) values
    ('acoustic', 'Acoustic'),
    ('ambient', 'Ambient'),
    ('blues', 'Blues'),
    ('classical', 'Classical'),
    ('country', 'Country'),
    ('dance', 'Dance'),
    ('drum-and-bass', 'Drum and bass'),
    ('dub', 'Dub'),
    ('electronic', 'Electronic'),
    ('experimental', 'Experimental'),
    ('folk', 'Folk'),
    ('funk', 'Funk'),
    ('gospel', 'Gospel'),
    ('hip-hop', 'Hip-hop'),
    ('house', 'House'),
    ('indie', 'Indie'),
    ('jazz', 'Jazz'),
    ('latin', 'Latin'),
    ('metal', 'Metal'),
    ('pop', 'Pop'),
    ('punk', 'Punk'),
    ('reggae', 'Reggae'),
    ('rnb', 'R&B'),
    ('rock', 'Rock'),
    ('soul', 'Soul'),
    ('soundtrack', 'Soundtrack'),
    ('spoken-word', 'Spoken word'),
    ('techno', 'Techno'),
    ('trance', 'Trance'),
    ('world', 'World');
