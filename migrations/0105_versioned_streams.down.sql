alter table tracks disable trigger tracks_set_updated_at;
update tracks set stream_manifest_url = '/api/v1/tracks/' || id || '/hls/master.m3u8' where stream_manifest_url is not null;
alter table tracks enable trigger tracks_set_updated_at;
update hls_streams set playlist_url = '/api/v1/tracks/' || track_id || '/hls/master.m3u8';
