drop function share_opens(tracks, text, text, uuid, boolean);
drop function playlist_room(uuid, bigint);
