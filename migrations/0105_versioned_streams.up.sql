-- The addresses of streams name the version that plays, so that what they give never changes. Tracks from before there were versions keep theirs.
alter table tracks disable trigger tracks_set_updated_at; -- nobody changed them
update tracks
   set stream_manifest_url = '/api/v1/tracks/' || id || '/hls/' || media_version || '/master.m3u8'
 where media_version <> '' and stream_manifest_url is not null;
alter table tracks enable trigger tracks_set_updated_at;
update hls_streams h
   set playlist_url = t.stream_manifest_url
  from tracks t
 where t.id = h.track_id and t.media_version <> '' and t.stream_manifest_url is not null;
