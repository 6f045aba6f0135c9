-- What a person does not want in lists that Veza chooses for them (feed, discovery, recommendations, radio): a person, a genre with those below it, a tag, or a track ("not this").
-- It hides nothing elsewhere: what is muted opens by its address, and stands on the pages of its owner.
create table user_mutes (
    id         uuid not null default gen_random_uuid(),
    user_id    uuid not null,
    person_id  uuid,
    genre_slug varchar(50),
    tag_id     uuid,
    track_id   uuid,
    created_at timestamptz not null default now(),
    constraint user_mutes_pkey primary key (id),
    constraint user_mutes_once_key unique nulls not distinct (user_id, person_id, genre_slug, tag_id, track_id),
    constraint user_mutes_one_check check (num_nonnulls(person_id, genre_slug, tag_id, track_id) = 1),
    constraint user_mutes_self_check check (person_id <> user_id),
    constraint user_mutes_user_id_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint user_mutes_person_id_fkey foreign key (person_id) references users (id) on delete cascade,
    constraint user_mutes_genre_slug_fkey foreign key (genre_slug) references genres (slug) on update cascade on delete cascade,
    constraint user_mutes_tag_id_fkey foreign key (tag_id) references tags (id) on delete cascade,
    constraint user_mutes_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade
);
create index user_mutes_latest_idx on user_mutes (user_id, created_at, id);
create index user_mutes_person_id_idx on user_mutes (person_id) where person_id is not null;
create index user_mutes_genre_slug_idx on user_mutes (genre_slug) where genre_slug is not null;
create index user_mutes_tag_id_idx on user_mutes (tag_id) where tag_id is not null;
create index user_mutes_track_id_idx on user_mutes (track_id) where track_id is not null;
