drop trigger playlist_tracks_removed on playlist_tracks;
drop trigger playlist_tracks_added on playlist_tracks;
drop function playlist_tracks_removed();
drop function playlist_tracks_added();
create function playlist_tracks_count() returns trigger
    language plpgsql security definer set search_path = public
    as $$
begin
    if tg_op = 'INSERT' then
        update playlists set track_count = track_count + 1 where id = new.playlist_id;
    else
        update playlists set track_count = track_count - 1 where id = old.playlist_id;
    end if;
    return null;
end
$$;
create trigger playlist_tracks_count after insert or delete on playlist_tracks for each row execute function playlist_tracks_count();
drop type playlist_import_line;
drop type playlist_candidate;
drop type playlist_match;
drop type playlist_wanted;
drop index playlist_tracks_wanted_idx;
drop index tracks_playlist_key_idx;
drop function playlist_key(text);
delete from playlist_tracks where track_id is null;
alter table playlist_tracks
    drop constraint playlist_tracks_wanted_check,
    drop column wanted,
    alter column track_id set not null;
