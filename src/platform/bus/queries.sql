-- Events on their way from the outbox to their subscribers.

-- query: pubsub_notify
select pg_notify(:channel, :payload)

-- query: bus_unpublished
-- In the order in which they were written. Those that failed before come last, after a pause that doubles each time up to ten minutes.
select o.id::text as outbox_id, o.event_id::text as event_id, o.name, o.payload::text as payload, o.attempts
  from outbox o
 where o.published_at is null and o.failed_at is null
   and (o.attempts = 0 or o.created_at + interval '1 second' * least(power(2, o.attempts), 600 * o.attempts) < now())
 order by o.attempts, o.id
 limit 100

-- query: bus_claim
-- A row the first time this consumer sees this event.
insert into processed_events (consumer, event_id) values (:consumer, :event_id::uuid)
on conflict do nothing
returning consumer

-- query: bus_published
update outbox set published_at = now() where id = :id::bigint and published_at is null returning id

-- query: bus_failed
-- After 50 attempts, some hours, it is a dead letter: kept, but not handed out any more.
update outbox
   set attempts = attempts + 1, last_error = :error, failed_at = case when attempts + 1 >= 50 then now() end
 where id = :id::bigint and published_at is null and failed_at is null
returning failed_at is not null as is_dead

-- query: bus_counts
select count(*) filter (where failed_at is null) as waiting,
       coalesce(extract(epoch from now() - min(created_at) filter (where failed_at is null)), 0)::float8 as oldest_s,
       count(failed_at) as dead
  from outbox
 where published_at is null
