-- Music apps that speak the Subsonic protocol (docs/adr/0100): passwords of their own, and what they keep that nothing else here has.

-- A password of an app. The protocol proves it by MD5 with a salt, so it is kept sealed; the hash finds it where the app sends it as an API key.
create table app_passwords (
    id           uuid not null default gen_random_uuid(),
    user_id      uuid not null,
    name         varchar(100) not null,
    sealed       text not null,
    secret_hash  varchar(64) not null,
    created_at   timestamptz not null default now(),
    last_used_at timestamptz,
    last_client  varchar(100),
    constraint app_passwords_pkey primary key (id),
    constraint app_passwords_secret_hash_key unique (secret_hash),
    constraint app_passwords_name_check check (btrim(name) <> ''),
    constraint app_passwords_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index app_passwords_user_id_idx on app_passwords (user_id, created_at, id);

-- One to five stars that a person gives a track, a release or a creator. Nobody else sees them.
create table app_ratings (
    user_id    uuid not null,
    track_id   uuid,
    release_id uuid,
    creator_id uuid,
    rating     smallint not null,
    rated_at   timestamptz not null default now(),
    constraint app_ratings_rating_check check (rating between 1 and 5),
    constraint app_ratings_target_check check (num_nonnulls(track_id, release_id, creator_id) = 1),
    constraint app_ratings_user_id_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint app_ratings_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade,
    constraint app_ratings_release_id_fkey foreign key (release_id) references releases (id) on delete cascade,
    constraint app_ratings_creator_id_fkey foreign key (creator_id) references users (id) on delete cascade
);
create unique index app_ratings_track_key on app_ratings (user_id, track_id) where track_id is not null;
create unique index app_ratings_release_key on app_ratings (user_id, release_id) where release_id is not null;
create unique index app_ratings_creator_key on app_ratings (user_id, creator_id) where creator_id is not null;
create index app_ratings_user_id_idx on app_ratings (user_id);
create index app_ratings_track_id_idx on app_ratings (track_id);
create index app_ratings_release_id_idx on app_ratings (release_id);
create index app_ratings_creator_id_idx on app_ratings (creator_id);

-- Albums with a star: a release, or the tracks of a creator that are in no release.
create table app_stars (
    user_id    uuid not null,
    release_id uuid,
    singles_of uuid,
    starred_at timestamptz not null default now(),
    constraint app_stars_target_check check (num_nonnulls(release_id, singles_of) = 1),
    constraint app_stars_user_id_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint app_stars_release_id_fkey foreign key (release_id) references releases (id) on delete cascade,
    constraint app_stars_singles_of_fkey foreign key (singles_of) references users (id) on delete cascade
);
create unique index app_stars_release_key on app_stars (user_id, release_id) where release_id is not null;
create unique index app_stars_singles_key on app_stars (user_id, singles_of) where singles_of is not null;
create index app_stars_user_id_idx on app_stars (user_id);
create index app_stars_release_id_idx on app_stars (release_id);
create index app_stars_singles_of_idx on app_stars (singles_of);

create table app_bookmarks (
    user_id     uuid not null,
    track_id    uuid not null,
    position_ms bigint not null,
    comment     varchar(1000),
    created_at  timestamptz not null default now(),
    changed_at  timestamptz not null default now(),
    constraint app_bookmarks_pkey primary key (user_id, track_id),
    constraint app_bookmarks_position_ms_check check (position_ms >= 0),
    constraint app_bookmarks_user_id_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint app_bookmarks_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade
);
create index app_bookmarks_track_id_idx on app_bookmarks (track_id);

-- A listening that an app began: the protocol has no name for one, so it gets one here, by which play_report() knows it again. Kept for a day.
create table app_listenings (
    user_id    uuid not null,
    track_id   uuid not null,
    session    uuid not null default gen_random_uuid(),
    client     varchar(100) not null,
    began_at   timestamptz not null default now(),
    playing_at timestamptz, -- when the app said that it plays now
    constraint app_listenings_pkey primary key (user_id, track_id),
    constraint app_listenings_user_id_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint app_listenings_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade
);
create index app_listenings_track_id_idx on app_listenings (track_id);
create index app_listenings_began_at_idx on app_listenings (began_at);

-- Which app saved this version of a person's queue.
create table app_queues (
    user_id uuid not null,
    version bigint not null,
    client  varchar(100) not null,
    constraint app_queues_pkey primary key (user_id),
    constraint app_queues_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);

-- What a person shared by an app: the page of something public, or a link to something of their own. The link's token is sealed, so that the app can show it again.
create table app_shares (
    id               uuid not null default gen_random_uuid(),
    user_id          uuid not null,
    track_id         uuid,
    release_id       uuid,
    playlist_id      uuid,
    track_share_id   uuid,
    playlist_link_id uuid,
    token            text,
    description      varchar(500),
    created_at       timestamptz not null default now(),
    constraint app_shares_pkey primary key (id),
    constraint app_shares_target_check check (num_nonnulls(track_id, release_id, playlist_id) = 1),
    constraint app_shares_user_id_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint app_shares_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade,
    constraint app_shares_release_id_fkey foreign key (release_id) references releases (id) on delete cascade,
    constraint app_shares_playlist_id_fkey foreign key (playlist_id) references playlists (id) on delete cascade,
    constraint app_shares_track_share_id_fkey foreign key (track_share_id) references track_shares (id) on delete cascade,
    constraint app_shares_playlist_link_id_fkey foreign key (playlist_link_id) references playlist_share_links (id) on delete cascade
);
create index app_shares_user_id_idx on app_shares (user_id, created_at, id);
create index app_shares_track_id_idx on app_shares (track_id);
create index app_shares_release_id_idx on app_shares (release_id);
create index app_shares_playlist_id_idx on app_shares (playlist_id);
create index app_shares_track_share_id_idx on app_shares (track_share_id);
create index app_shares_playlist_link_id_idx on app_shares (playlist_link_id);

-- Their texts are in migrations/functions/music_apps.sql.
create function subsonic_rate(person uuid, track uuid, release uuid, creator uuid, stars int) returns void
    language plpgsql
    as $$ begin null; end $$;
create function subsonic_listen(person uuid, track uuid, duration_ms int, app text, playing boolean, done boolean) returns void
    language plpgsql
    as $$ begin null; end $$;
create function subsonic_album_as(album jsonb, older boolean) returns jsonb
    language sql immutable parallel safe
    as $$ select album $$;
