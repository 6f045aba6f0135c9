-- Background jobs. Only rows that are locked by the asking node and still running may be changed by it.

-- query: job_claim
-- The next one of a pool: a few candidates of each of its kinds by index, and of those the first that nobody else is taking. Mails and push
-- messages wait while the installation holds them back.
update jobs
   set state = 'running', locked_by = :node, locked_at = now(), heartbeat_at = now(), attempts = attempts + 1,
       stage = null, progress = 0, finished_at = null, announced_at = null
 where id = (select j.id
               from jobs j
              where j.state = 'queued'
                and j.id in (select c.id
                               from unnest(:kinds::text[]) k (kind)
                              cross join lateral (select q.id
                                                    from jobs q
                                                   where q.state = 'queued' and q.kind = k.kind and q.run_at <= now()
                                                     and q.seconds <= :max_seconds::int
                                                   order by q.priority, q.turn
                                                   limit 32) c
                              where not (k.kind ~ '^(mail|push|scrobble)[.]|^library[.]import$' and (select outgoing_held from installation)))
              order by j.priority, j.turn
              limit 1
                for update skip locked)
returning id::text as id, kind, payload::text as payload, attempts, max_attempts

-- query: job_announce
-- Those that are due and of which RabbitMQ does not know yet: marked first, so that their rows are not locked while the broker is waited for. Should a crash undo it,
-- they are announced once more, so nobody waits for the disk.
update jobs
   set announced_at = now()
 where id in (select j.id
                from jobs j
               where j.state = 'queued' and j.announced_at is null and j.run_at <= now() and j.kind = any (:kinds::text[])
               order by j.run_at
               limit 500
                 for update skip locked)
   and set_config('synchronous_commit', 'off', true) is not null
returning id::text as id, kind

-- query: job_unannounce
update jobs set announced_at = null where id = any (:ids::uuid[]) and state = 'queued' returning id

-- query: job_progress
update jobs
   set stage = :stage, progress = :progress::real, heartbeat_at = now()
 where id = :id::uuid and locked_by = :node and state = 'running'
returning id

-- query: job_heartbeat
update jobs
   set heartbeat_at = now()
 where id = any (:ids::uuid[]) and locked_by = :node and state = 'running'
returning id::text as id

-- query: job_finish
update jobs
   set state = :state, finished_at = now(), last_error = :error, locked_by = null, heartbeat_at = null,
       stage = case when :state = 'done' then 'done' else 'failed' end,
       progress = case when :state = 'done' then 1 else progress end
 where id = :id::uuid and locked_by = :node and state = 'running'
returning id

-- query: job_every
-- The one row of work that is done again and again.
insert into jobs (kind, dedupe_key) values (:kind::text, 'every:' || :kind::text)
on conflict (dedupe_key) do update
   set state = 'queued', attempts = 0, run_at = now(), finished_at = null
 where jobs.state in ('done', 'failed', 'dead')
returning id

-- query: job_again
update jobs
   set state = 'queued', attempts = 0, run_at = now() + interval '1 second' * :every_s::int, last_error = :error, locked_by = null,
       heartbeat_at = null, stage = null, progress = 0
 where id = :id::uuid and locked_by = :node and state = 'running'
returning id

-- query: job_retry
-- The pause doubles from two seconds up to ten minutes, with a tenth of chance so that jobs do not come back all at once.
with r as (
    update jobs
       set state = case when attempts >= max_attempts then 'dead' else 'queued' end,
           finished_at = case when attempts >= max_attempts then now() end,
           run_at = now() + interval '1 second' * greatest(least(power(2, attempts), 600) * (1 + random() / 10), :wait_s::int),
           last_error = :error, locked_by = null, heartbeat_at = null, stage = null, progress = 0
     where id = :id::uuid and locked_by = :node and state = 'running'
    returning id, kind, payload, state),
e as (
    insert into outbox (name, key, payload)
    select 'job.died', r.id, jsonb_build_object('job_id', r.id, 'kind', r.kind, 'payload', r.payload, 'reason', 'attempts')
      from r
     where r.state = 'dead')
select state from r

-- query: job_give_back
update jobs
   set state = 'queued', attempts = greatest(attempts - 1, 0), locked_by = null, heartbeat_at = null, stage = null, progress = 0
 where id = :id::uuid and locked_by = :node and state = 'running'
returning id

-- query: job_put_off
update jobs
   set state = 'queued', attempts = greatest(attempts - 1, 0), run_at = now() + interval '1 second' * :wait_s::int, last_error = :error,
       locked_by = null, heartbeat_at = null, stage = null, progress = 0
 where id = :id::uuid and locked_by = :node and state = 'running'
returning id

-- query: job_nodes
-- Who holds jobs on this machine.
select distinct locked_by from jobs where state = 'running' and starts_with(locked_by, :machine)

-- query: job_recover
-- Takes jobs back from nodes that are known to be dead, or that have not been heard of for too long. That is no attempt. Should the job be
-- what kills them, it waits longer each time, and is parked after twenty deaths.
with r as (
    update jobs
       set deaths = deaths + 1, attempts = greatest(attempts - 1, 0),
           state = case when deaths + 1 >= 20 then 'dead' else 'queued' end,
           finished_at = case when deaths + 1 >= 20 then now() end,
           run_at = now() + interval '1 second' * least(power(2, least(deaths, 10)) - 1, 600),
           last_error = 'the process that worked on it died, time ' || deaths + 1 || case when deaths + 1 >= 20 then ': parked' else '' end,
           locked_by = null, heartbeat_at = null, stage = null, progress = 0
     where state = 'running'
       and (locked_by = any (:dead::text[]) or heartbeat_at < now() - interval '1 second' * :stale_after_s::int)
    returning id, kind, payload, state),
e as (
    insert into outbox (name, key, payload)
    select 'job.died', r.id, jsonb_build_object('job_id', r.id, 'kind', r.kind, 'payload', r.payload, 'reason', 'deaths')
      from r
     where r.state = 'dead')
select id::text as id, kind, state from r

-- query: job_counts
select kind, state, count(*) as count from jobs where state <> 'done' group by kind, state order by kind, state
