alter table tracks
    drop constraint tracks_media_version_check,
    drop column media_attempts,
    drop column media_version;
