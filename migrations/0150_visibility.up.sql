-- Tracks are public, unlisted, private or scheduled. A scheduled track is public from its time on, by comparison with the clock: nothing has to run
-- then. public_from is what indexes and rules ask: null for what is never public, before all times for what is public already.

drop index tracks_newest_public_idx, tracks_title_public_idx, tracks_genre_public_idx, tracks_public_creator_idx, tracks_genre_counts_idx;
alter table tracks alter column is_public drop default;
alter table tracks alter column is_public type varchar(10) using case when is_public then 'public' else 'private' end;
alter table tracks rename column is_public to visibility;
alter table tracks alter column visibility set default 'public',
    add column publish_at timestamptz,
    add column publish_zone varchar(64), -- where the time was entered
    add column public_from timestamptz
        generated always as (case visibility when 'public' then timestamptz '-infinity' when 'scheduled' then publish_at end) stored,
    add constraint tracks_visibility_check check (visibility in ('public', 'unlisted', 'private', 'scheduled')),
    add constraint tracks_publish_at_check check ((visibility = 'scheduled') = (publish_at is not null) and (publish_at is null) = (publish_zone is null));

create index tracks_newest_public_idx on tracks (created_at, id) where public_from is not null and status = 'completed' and deleted_at is null;
create index tracks_title_public_idx on tracks (lower(title), id) where public_from is not null and status = 'completed' and deleted_at is null;
create index tracks_genre_public_idx on tracks (lower(genre), created_at, id) where public_from is not null and status = 'completed' and deleted_at is null;
create index tracks_public_creator_idx on tracks (creator_id) where public_from is not null and status = 'completed' and deleted_at is null;
create index tracks_genre_counts_idx on tracks (lower(genre)) include (genre, creator_id)
    where public_from is not null and status = 'completed' and deleted_at is null and genre <> '';

create or replace function track_is_public(t tracks) returns boolean
    language sql stable parallel safe
    as $$ select t.public_from <= now() and t.status = 'completed' and t.deleted_at is null $$;

create function track_is_open(t tracks) returns boolean
    language sql stable parallel safe
    as $$ select (t.visibility = 'unlisted' or t.public_from <= now()) and t.status = 'completed' and t.deleted_at is null $$;
