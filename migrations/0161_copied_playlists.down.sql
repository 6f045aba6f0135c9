drop type playlist_ref;
alter table playlists drop column copied_from;
