-- Feeds that a person makes for a podcast app of theirs: they show what the person may hear. Only the hash of the token is kept.
create table private_feeds (
    id           uuid not null default gen_random_uuid(),
    user_id      uuid not null,
    token_hash   char(64) not null,
    person_id    uuid,
    release_id   uuid,
    playlist_id  uuid,
    last_used_at timestamptz,
    created_at   timestamptz not null default now(),
    constraint private_feeds_pkey primary key (id),
    constraint private_feeds_token_hash_key unique (token_hash),
    constraint private_feeds_of_check check (num_nonnulls(person_id, release_id, playlist_id) = 1),
    constraint private_feeds_user_id_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint private_feeds_person_id_fkey foreign key (person_id) references users (id) on delete cascade,
    constraint private_feeds_release_id_fkey foreign key (release_id) references releases (id) on delete cascade,
    constraint private_feeds_playlist_id_fkey foreign key (playlist_id) references playlists (id) on delete cascade
);
create index private_feeds_user_id_idx on private_feeds (user_id, created_at, id);
create index private_feeds_person_id_idx on private_feeds (person_id) where person_id is not null;
create index private_feeds_release_id_idx on private_feeds (release_id) where release_id is not null;
create index private_feeds_playlist_id_idx on private_feeds (playlist_id) where playlist_id is not null;
