-- Each processing of a track writes to folders of its own, hls/{id}/{version} and waveforms/{id}/{version}, so that it can neither disturb
-- what plays now nor what another worker makes. media_version is the one that plays ('': from before there were versions, without a
-- folder of its own); media_attempts are those that were begun and whose files may still be there.
alter table tracks
    add column media_version text not null default '',
    add column media_attempts text[] not null default '{}',
    add constraint tracks_media_version_check check (media_version ~ '^[0-9a-f]{0,16}$');
