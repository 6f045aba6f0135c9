drop trigger playlists_changed_new on playlists;
drop trigger playlists_changed on playlists;
drop trigger playlists_changed_gone on playlists;
drop function playlist_changed();
drop index jobs_unannounced_idx;
alter table jobs drop column announced_at;
