drop trigger tracks_follow_again on tracks;
drop trigger release_tracks_follow_changed on release_tracks;
create trigger release_tracks_follow_changed after update on release_tracks referencing new table as changed
    for each statement execute function release_tracks_opened();
drop function release_track_restored(), release_tracks_reopened(), release_leave(uuid), release_is_free(uuid), releases_lock(uuid[]);
