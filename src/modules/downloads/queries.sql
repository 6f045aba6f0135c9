-- Downloads of tracks and archives of releases. Who may have what say may_download() and may_download_release().

-- fragment: downloader_sees(t)
-- Whoever may see the track, or has a link to it.
({track_visible(t, :viewer::uuid, :viewer_staff::boolean)} or share_opens(t, :share::text, 'read', :viewer::uuid, :viewer_staff::boolean))

-- fragment: may_have(t, format)
may_download(t, format, :viewer::uuid, :viewer_staff::boolean, :share::text)

-- fragment: download_cover(t)
-- Where the cover lies that goes into a made file: the track's, or else that of the release which the track follows; null: there is none.
coalesce(t.cover_art_path, (select r.cover_path from release_tracks i join releases r on r.id = i.release_id where i.track_id = t.id and i.access <> 'own'))

-- fragment: download_tags(t)
-- A hash of what a made file holds as tags: title, artist, album and cover.
left(md5(jsonb_build_array(t.title, t.artist, t.album, {download_cover(t)})::text), 16)

-- fragment: made(d, t)
-- This file was made from the sound that plays now, and has the tags of now. An original keeps the tags that its creator wrote into it.
(d.track_id = t.id and d.version = t.media_version and (d.format = 'original' or d.tags = {download_tags(t)}))

-- fragment: download_job(tracks)
-- Queues a job for each of these tracks that makes its file. A job that waits or runs already stays as it is; one that failed is tried again.
insert into jobs (kind, payload, dedupe_key, max_attempts)
select 'track_download', jsonb_build_object('track_id', x.id, 'format', :format::text), 'track_download:' || x.id || ':' || :format::text, 3
  from tracks x
 order by x.id
on conflict (dedupe_key) do update
   set state = case when jobs.state in ('queued', 'running') then jobs.state else 'queued' end,
       attempts = case when jobs.state in ('queued', 'running') then jobs.attempts else 0 end,
       progress = case when jobs.state = 'running' then jobs.progress else 0 end,
       run_at = case when jobs.state in ('queued', 'running') then jobs.run_at else now() end, finished_at = null

-- fragment: made_ending
case :format::text when 'flac' then '.flac' else '.m4a' end

-- query: download_of
-- sees: whoever may see the track, or has a link to it
select t.id as track_id from tracks t where t.id = :id::uuid and {downloader_sees(t)}

-- query: download_list
-- The formats that the viewer may have. One that was not made yet is made when somebody wants it.
-- sees: see download_of
-- schema: TrackDownload
-- type: format original|flac|lossy
-- type: state ready|making|missing|failed
-- nullable: size_bytes, media_type, progress
-- not null: format, state
-- sort: f.place
-- unique: three formats
select f.format,
       case when f.format = 'original' or d.track_id is not null then 'ready' when j.state in ('queued', 'running') then 'making'
            when j.state in ('failed', 'dead') then 'failed' else 'missing' end as state,
       case f.format when 'original' then {original_type(t)} when 'flac' then 'audio/flac' else 'audio/mp4' end as media_type,
       case when f.format = 'original' then t.file_size else d.size_bytes end as size_bytes,
       case when d.track_id is null and j.state in ('queued', 'running') then coalesce(j.progress, 0) end as progress
  from tracks t
  cross join (values (1, 'original'), (2, 'flac'), (3, 'lossy')) f (place, format)
  left join track_downloads d on d.format = f.format and {made(d, t)}
  left join jobs j on j.dedupe_key = 'track_download:' || t.id || ':' || f.format
 where t.id = :track_id::uuid and {may_have(t, f.format)} and (f.format = 'original' or t.status = 'completed' and t.stream_status = 'ready')

-- query: download_file
-- sees: whoever may see the track, or has a link to it
-- problems: forbidden stream_not_ready
select case when :format::text = 'original' then t.file_path else d.file_path end as key,
       case when :format::text = 'original' then coalesce(nullif(t.original_filename, ''), 'track')
            else regexp_replace(left(coalesce(nullif(t.artist, '') || ' - ', '') || t.title, 180), '[\\/:*?"<>|]', '_', 'g') ||
                 {made_ending} end as filename,
       case when :format::text = 'original' then encode(t.content_sha256, 'hex') else concat_ws('-', :format::text, d.version, d.tags) end as etag,
       case :format::text when 'original' then {original_type(t)} when 'flac' then 'audio/flac' else 'audio/mp4' end as content_type,
       case when not {may_have(t, :format::text)} then 'forbidden: The creator does not offer this track for download in this format.'
            when :format::text <> 'original' and d.track_id is null then 'stream_not_ready: This format has to be made first.' end as problem
  from tracks t
  left join track_downloads d on d.format = :format::text and {made(d, t)}
 where t.id = :id::uuid and {downloader_sees(t)}

-- query: download_make
-- Nothing, where the file is there or is being made. A job that failed is tried again.
-- sees: whoever may see the track, or has a link to it
-- problems: forbidden stream_not_ready
with t as (
    select t.id, t.creator_id, d.track_id is not null as is_there,
           case when not {may_have(t, :format::text)} then 'forbidden: The creator does not offer this track for download in this format.'
                when t.status <> 'completed' or t.stream_status <> 'ready' then 'stream_not_ready: This track is still being processed.' end as problem
      from tracks t
      left join track_downloads d on d.format = :format::text and {made(d, t)}
     where t.id = :id::uuid and {downloader_sees(t)}
), w as (
    select t.id from t where t.problem is null and not t.is_there
), j as (
    {download_job(w)}
)
select t.id as track_id, :format::text as format, t.is_there as is_ready, t.problem from t

-- query: download_work
-- What the job needs to know: the best rendition that there is.
select t.media_version as version, coalesce(t.media_of, t.id) as media_track, {download_tags(t)} as tags, t.file_path as original, t.title, coalesce(t.artist, '') as artist, coalesce(t.album, '') as album,
       {download_cover(t)} || '/1200.webp' as cover,
       case when :format::text = 'flac' then 'lossless'
            else (select q.name from unnest(array['high', 'medium', 'low']) with ordinality q (name, n)
                   where h.info -> 'qualities' @> jsonb_build_array(jsonb_build_object('name', q.name)) order by q.n limit 1) end as quality
  from tracks t
  join hls_streams h on h.track_id = coalesce(t.media_of, t.id)
 where t.id = :id::uuid and t.deleted_at is null and t.status = 'completed' and t.stream_status = 'ready'

-- query: download_made
-- Gives no row where another version plays by now, or the tags have changed. `before` is the file that it replaces; originals are not kept here.
with o as (
    select d.file_path from track_downloads d where d.track_id = :id::uuid and d.format = :format::text and d.file_path <> :key::text and d.format <> 'original'
), d as (
    insert into track_downloads (track_id, format, version, tags, file_path, size_bytes, crc32)
    select t.id, :format::text, :version::text, case when :format::text <> 'original' then :tags::text end, :key::text, :size_bytes::bigint, :crc32::bigint
      from tracks t
     where t.id = :id::uuid and t.deleted_at is null and t.media_version = :version::text and (:format::text = 'original' or {download_tags(t)} = :tags::text)
    on conflict (track_id, format) do update
       set version = excluded.version, tags = excluded.tags, file_path = excluded.file_path, size_bytes = excluded.size_bytes, crc32 = excluded.crc32, created_at = now()
    returning track_id
)
select d.track_id, (select o.file_path from o) as before from d

-- Archives of releases.

-- fragment: archive_tracks(wanted)
-- The tracks of a release that the viewer may download in this format, with the made file (d) and its job (j).
from (select o.*, (row_number() over (partition by o.disc order by o.position, o.track_id))::int as number, max(o.disc) over () as discs
          from release_tracks o
         where o.release_id = :id::uuid) i
  join releases r on r.id = i.release_id
  join tracks t on t.id = i.track_id and t.status = 'completed' and t.stream_status = 'ready'
  left join track_downloads d on d.format = wanted and {made(d, t)}
  left join jobs j on j.dedupe_key = 'track_download:' || t.id || ':' || wanted
 where {release_track_shown(t, r)} and may_download_release(r, t, wanted, :viewer::uuid, :viewer_staff::boolean)

-- fragment: archive_refusal(track_count)
case when track_count = 0 then 'forbidden: The creator does not offer this release for download in this format.'
     when track_count > 500 then 'conflict: An archive has at most 500 tracks.' end

-- query: archive_of
select r.id as release_id from releases r where r.id = :id::uuid and {release_visible(r, :viewer::uuid, :viewer_staff::boolean)}

-- query: archive_list
-- The formats in which the viewer may have tracks of the release, and how far their files are.
-- sees: see archive_of
-- schema: ReleaseArchive
-- type: format original|flac|lossy
-- type: state ready|making|missing|failed
-- nullable: progress, size_bytes
-- not null: format, state, track_count
-- sort: f.place
-- unique: three formats
select f.format,
       case when n.track_count = n.made then 'ready' when n.making > 0 then 'making' when n.failed > 0 then 'failed' else 'missing' end as state,
       n.track_count, case when n.track_count = n.made then n.size_bytes end as size_bytes, case when n.making > 0 then n.progress end as progress
  from (values (1, 'original'), (2, 'flac'), (3, 'lossy')) f (place, format)
 cross join lateral (
    select count(*)::int as track_count, count(d.track_id)::int as made, sum(d.size_bytes)::bigint as size_bytes,
           count(*) filter (where d.track_id is null and j.state in ('queued', 'running'))::int as making,
           count(*) filter (where d.track_id is null and j.state in ('failed', 'dead'))::int as failed,
           avg(case when d.track_id is not null then 1 when j.state = 'running' then coalesce(j.progress, 0) else 0 end)::real as progress
      {archive_tracks(f.format)}) n
 where n.track_count > 0

-- query: archive_make
-- Queues jobs that make the missing files. Jobs that failed are tried again.
-- sees: see archive_of
-- problems: forbidden conflict
with t as materialized (
    select t.id, d.track_id is not null as is_made
      {archive_tracks(:format::text)}
), n as (
    select count(*) as track_count, count(*) filter (where not t.is_made)::int as missing from t
), w as (
    select t.id from t, n where not t.is_made and {archive_refusal(n.track_count)} is null
), j as (
    {download_job(w)}
)
select :id::uuid as release_id, :format::text as format, n.missing as missing_count, {archive_refusal(n.track_count)} as problem
  from n

-- query: archive_release
-- What an archive needs to know about the release.
-- problems: forbidden conflict stream_not_ready
select r.title, coalesce(r.artist, u.display_name, u.username) as artist, r.cover_path || '/1200.webp' as cover,
       extract(year from r.dated_at)::int as year, extract(month from r.dated_at)::int as month, extract(day from r.dated_at)::int as day,
       concat_ws(E'\r\n', r.title, coalesce(r.artist, u.display_name, u.username), to_char(r.dated_at, 'YYYY-MM-DD'), r.label, 'UPC ' || r.upc,
                 case r.licence when 'all_rights_reserved' then 'All rights reserved'
                                when 'cc0' then 'Creative Commons Zero (no rights reserved)'
                                else 'Creative Commons ' || upper(replace(substring(r.licence from 4), '_', '-')) || ' 4.0' end,
                 (select string_agg(initcap(replace(c.role, '_', ' ')) || ': ' || c.name, E'\r\n') from unnest(r.credits) c)) as notes,
       n.track_count::int,
       coalesce({archive_refusal(n.track_count)},
                case when n.made < n.track_count then 'stream_not_ready: The files of this archive have to be made first.' end) as problem
  from releases r
  join users u on u.id = r.user_id
 cross join lateral (select count(*) as track_count, count(d.track_id) as made
      {archive_tracks(:format::text)}) n
 where r.id = :id::uuid and {release_seen(r, u, :viewer::uuid, :viewer_staff::boolean)}

-- query: archive_files
-- Only tracks whose files are made; the handler compares their number with that of archive_release.
-- sees: see archive_release
select d.file_path as key, d.size_bytes, d.crc32, i.disc, i.discs, i.number, coalesce(t.artist, '') as artist, t.title, coalesce(t.isrc, '') as isrc,
       case :format::text when 'original' then {original_ending(t)} else {made_ending} end as ending
  {archive_tracks(:format::text)} and d.track_id is not null
 order by i.disc, i.number
