-- The stream server.

-- query: stream_access
-- Whoever may see the track may hear it.
select track_is_public(t) and user_shown(u) as is_public, t.stream_status = 'ready' as is_ready
  from tracks t
  join users u on u.id = t.creator_id
 where t.id = :track_id::uuid and track_row_visible(t, :viewer::uuid)

-- query: stream_transcode
-- Processes a track once more. A job that waits or runs already is left alone.
-- schema: TranscodeJob
-- not null: state
with t as (
    update tracks t
       set status = 'processing', stream_status = 'pending', status_message = null, failure_code = null
     where t.id = :track_id::uuid and t.deleted_at is null
    returning t.id, t.creator_id, pg_notify('track_changed', t.id::text)),
j as (
    insert into jobs (kind, payload, dedupe_key, priority)
    select 'transcode', jsonb_build_object('track_id', t.id, 'user_id', t.creator_id), 'transcode:' || t.id, coalesce(:priority::int, 5)
      from t
    on conflict (dedupe_key) do update
       set state = case when jobs.state = 'running' then jobs.state else 'queued' end,
           attempts = case when jobs.state = 'running' then jobs.attempts else 0 end,
           run_at = now(), finished_at = null, priority = excluded.priority
    returning id, state)
select j.id as job_id, t.id as track_id, j.state from t, j
