-- How often something of a kind was hidden: made private, blocked, deleted. A replica of the database answers a list only when it has replayed as many
-- (ADR 0093). The count is a part of the transaction that hides, so a replica shows both or neither.
-- Each backend counts in one of sixteen rows of a kind, so that not all of them wait for the commit of one.
create table hidings (
    kind   text,
    slot   smallint,
    number bigint not null default 0,
    primary key (kind, slot),
    constraint hidings_kind_check check (kind in ('comments', 'playlists', 'releases', 'tracks', 'users'))
);
insert into hidings (kind, slot)
select k, s from unnest('{comments,playlists,releases,tracks,users}'::text[]) k, generate_series(0, 15) s;

-- Text: migrations/functions/hidings.sql
create function count_hiding() returns trigger language plpgsql as $$ begin return null; end $$;

create constraint trigger tracks_count_hiding after update on tracks deferrable initially deferred for each row
    when (old.status = 'completed' and old.deleted_at is null
          and (old.visibility, old.publish_at, old.status, old.deleted_at) is distinct from (new.visibility, new.publish_at, new.status, new.deleted_at))
    execute function count_hiding('tracks');
create constraint trigger tracks_count_deletion after delete on tracks deferrable initially deferred for each row
    when (old.status = 'completed' and old.deleted_at is null)
    execute function count_hiding('tracks');
create constraint trigger users_count_hiding after update on users deferrable initially deferred for each row
    when ((old.is_active, old.is_banned, old.is_public, old.deletion_at, old.deleted_at) is distinct from
          (new.is_active, new.is_banned, new.is_public, new.deletion_at, new.deleted_at))
    execute function count_hiding('users');
create constraint trigger users_count_deletion after delete on users deferrable initially deferred for each row
    execute function count_hiding('users');
create constraint trigger playlists_count_hiding after update on playlists deferrable initially deferred for each row
    when ((old.visibility, old.is_editorial, old.deleted_at) is distinct from (new.visibility, new.is_editorial, new.deleted_at))
    execute function count_hiding('playlists');
create constraint trigger playlists_count_deletion after delete on playlists deferrable initially deferred for each row
    execute function count_hiding('playlists');
create constraint trigger playlist_tracks_count_deletion after delete on playlist_tracks deferrable initially deferred for each row
    execute function count_hiding('playlists');
create constraint trigger releases_count_hiding after update on releases deferrable initially deferred for each row
    when ((old.visibility, old.publish_at, old.release_at) is distinct from (new.visibility, new.publish_at, new.release_at))
    execute function count_hiding('releases');
create constraint trigger releases_count_deletion after delete on releases deferrable initially deferred for each row
    execute function count_hiding('releases');
create constraint trigger release_tracks_count_deletion after delete on release_tracks deferrable initially deferred for each row
    execute function count_hiding('releases');
create constraint trigger track_comments_count_hiding after update on track_comments deferrable initially deferred for each row
    when ((old.status, old.content, old.deleted_at) is distinct from (new.status, new.content, new.deleted_at))
    execute function count_hiding('comments');
create constraint trigger track_comments_count_deletion after delete on track_comments deferrable initially deferred for each row
    execute function count_hiding('comments');
