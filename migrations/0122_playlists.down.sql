drop function playlist_add(uuid, uuid, uuid);
drop function playlist_move(uuid, uuid, uuid);
drop function playlist_position(uuid, uuid, uuid);
drop trigger playlist_tracks_count on playlist_tracks;
drop function playlist_tracks_count();
drop index playlists_changed_idx;
update playlist_tracks i
   set position = n.number - 1
  from (select id, row_number() over (partition by playlist_id order by position) as number from playlist_tracks) n
 where n.id = i.id;
alter table playlist_tracks alter column position type int;
