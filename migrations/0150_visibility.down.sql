drop function track_is_open(tracks);

drop index tracks_newest_public_idx, tracks_title_public_idx, tracks_genre_public_idx, tracks_public_creator_idx, tracks_genre_counts_idx;
alter table tracks drop constraint tracks_visibility_check, drop constraint tracks_publish_at_check, drop column public_from;
alter table tracks alter column visibility drop default;
alter table tracks alter column visibility type boolean using coalesce(visibility = 'public' or publish_at <= now(), false);
alter table tracks rename column visibility to is_public;
alter table tracks alter column is_public set default true, drop column publish_at, drop column publish_zone;

create index tracks_newest_public_idx on tracks (created_at, id) where is_public and status = 'completed' and deleted_at is null;
create index tracks_title_public_idx on tracks (lower(title), id) where is_public and status = 'completed' and deleted_at is null;
create index tracks_genre_public_idx on tracks (lower(genre), created_at, id) where is_public and status = 'completed' and deleted_at is null;
create index tracks_public_creator_idx on tracks (creator_id) where is_public and status = 'completed' and deleted_at is null;
create index tracks_genre_counts_idx on tracks (lower(genre)) include (genre, creator_id)
    where is_public and status = 'completed' and deleted_at is null and genre <> '';

create or replace function track_is_public(t tracks) returns boolean
    language sql stable parallel safe
    as $$ select t.is_public and t.status = 'completed' and t.deleted_at is null $$;
