-- The stream server.

-- query: stream_access
-- not null: media_track
-- Whoever may see the track may hear it, and whoever has a link to it, as long as that is good: they are asked each time.
select track_is_open(t) and user_shown(u) as is_public, t.stream_status = 'ready' as is_ready, t.media_version, t.status <> 'completed' as is_early,
       coalesce(t.media_of, t.id) as media_track
  from tracks t
  join users u on u.id = t.creator_id and {not_blocked_by(t.creator_id, :viewer::uuid, :viewer_staff::boolean)}
 where t.id = :track_id::uuid and ({track_visible(t, :viewer::uuid, :viewer_staff::boolean)} or share_opens(t, :share::text, 'read'))

-- query: stream_replaced
-- sees: those whom stream_access let through
-- Whether this run of the processing was a sound that another one replaced, and whether its files are kept still.
select v.media_until > now() and v.media_versions[cardinality(v.media_versions)] = :version::text is true as is_kept
  from track_versions v
 where v.track_id = :track_id::uuid and v.state <> 'current' and :version::text = any (v.media_versions)

-- Jobs that process tracks. There is one for each track.

-- query: stream_changeable
-- sees: the owner, or staff
select t.id
  from tracks t
 where t.id = :track_id::uuid and {track_own(t)}

-- query: stream_job_track
select t.id as track_id
  from jobs j
  join tracks t on t.id = (j.payload ->> 'track_id')::uuid
 where j.id = :job_id::uuid and j.kind = 'transcode' and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)}

-- fragment: job_state(j, t)
-- type: state queued|running|done|failed|dead
-- not null: job_id, track_id, state, progress, is_playable, created_at
-- nullable: stage, finished_at
j.id as job_id, t.id as track_id, j.state, case when j.state in ('queued', 'running') then j.stage end as stage,
       case when j.state = 'done' then 1 else j.progress end as progress, t.stream_status = 'ready' as is_playable, j.created_at, j.finished_at

-- fragment: job_from
from jobs j
  join tracks t on t.id = (j.payload ->> 'track_id')::uuid
 where j.id = :id::uuid and j.kind = 'transcode' and {track_visible(t, :viewer::uuid, :viewer_staff::boolean)}

-- query: stream_job
-- schema: StreamJob
-- sees: whoever may see the track
select {job_state(j, t)}
  {job_from}

-- query: stream_job_detail
-- What went wrong is for the owner, and staff. `ahead`: jobs that begin before this one, a hundred at most.
-- schema: StreamJobDetail
-- sees: whoever may see the track
-- nullable: failure_code, failure, ahead, playlist, duration_ms
-- not null: attempts, max_attempts, qualities
-- type: qualities array
select {job_state(j, t)}, j.attempts, j.max_attempts,
       case when j.state = 'queued'
            then (select count(*)::int
                    from (select from jobs o
                           where o.state = 'queued' and o.kind = j.kind and o.run_at <= now() and (o.priority, o.turn) < (j.priority, j.turn)
                           limit 100) o) end as ahead,
       case when t.creator_id = :viewer::uuid or :viewer_staff::boolean then t.failure_code end as failure_code,
       case when t.creator_id = :viewer::uuid or :viewer_staff::boolean then t.status_message end as failure,
       case when t.stream_status = 'ready' then '/hls/' || t.id || '/master.m3u8' end as playlist, t.duration_ms,
       coalesce((select h.info -> 'qualities' from hls_streams h where h.track_id = coalesce(t.media_of, t.id) and t.stream_status = 'ready'), '[]') as qualities
  {job_from}

-- The WebSocket that plays a track.

-- query: play_info
-- not null: media_track
-- sees: those whom stream_access let through
select t.duration_ms, t.media_version, coalesce(h.info -> 'qualities', '[]')::text as qualities, coalesce(t.media_of, t.id) as media_track
  from tracks t
  join hls_streams h on h.track_id = coalesce(t.media_of, t.id)
 where t.id = :track_id::uuid and t.deleted_at is null and t.stream_status = 'ready'

-- query: play_rights
-- Those of these listeners who may still hear what they hear: whose session stands, and who may hear the track, as stream_access says.
select a.n
  from unnest(:tracks::uuid[], :viewers::uuid[], :sessions::uuid[], :shares::text[], :staff::boolean[])
       with ordinality as a (track_id, viewer, session_id, share, was_staff, n)
  left join users v on v.id = a.viewer
 cross join lateral (select coalesce(a.was_staff and v.role = 'admin', false) as staff) s
  join tracks t on t.id = a.track_id and ({track_visible(t, a.viewer, s.staff)} or share_opens(t, a.share, 'read'))
 where {not_blocked_by(t.creator_id, a.viewer, s.staff)}
   and (a.viewer is null or (user_active(v) and exists (select from sessions e
                                                         where e.id = a.session_id and e.user_id = a.viewer and e.revoked_at is null and e.expires_at > now())))
