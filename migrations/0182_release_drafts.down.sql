alter table tracks drop constraint tracks_track_number_check, drop constraint tracks_disc_number_check,
    drop column album_artist, drop column track_number, drop column disc_number;
drop function natural_key(text);
