drop function track_visible(uuid, uuid);
drop function track_row_visible(tracks, uuid);
drop function track_is_public(tracks);
drop function user_is_staff(uuid);
drop function user_active(users);
