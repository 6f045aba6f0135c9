-- Releases and tracks change each other: a release gives tracks their visibility, a track that goes leaves its releases, both count. Each change takes one
-- lock first, releases_lock(), whose text and that of all functions here are in migrations/functions/releases.sql.
create function releases_lock(people uuid[]) returns void language plpgsql as $$ begin end $$;
create function release_leave(track uuid) returns void language plpgsql as $$ begin end $$;
create function release_is_free(track uuid) returns boolean language plpgsql as $$ begin end $$;
create function release_tracks_reopened() returns trigger language plpgsql as $$ begin return null; end $$;
create function release_track_restored() returns trigger language plpgsql as $$ begin return null; end $$;

-- Only where `access` changed: a track that moves opens nothing.
drop trigger release_tracks_follow_changed on release_tracks;
create trigger release_tracks_follow_changed after update on release_tracks referencing old table as before new table as changed
    for each statement execute function release_tracks_reopened();

-- While staff had removed it, its release may have changed who hears it.
create trigger tracks_follow_again after update of deleted_at on tracks for each row
    when (old.deleted_at is not null and new.deleted_at is null)
    execute function release_track_restored();
