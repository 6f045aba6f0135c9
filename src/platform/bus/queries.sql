-- Events on their way from the outbox to their subscribers.

-- query: pubsub_notify
select pg_notify(:channel, :payload)

-- query: bus_unpublished
-- Those that failed before come last, after a pause that doubles each time up to ten minutes.
select id::text as id, event_id::text as event_id, name, payload::text as payload, attempts
  from outbox
 where published_at is null
   and (attempts = 0 or created_at + interval '1 second' * least(power(2, attempts), 600 * attempts) < now())
 order by attempts, id
 limit 100

-- query: bus_claim
-- A row the first time this consumer sees this event.
insert into processed_events (consumer, event_id) values (:consumer, :event_id::uuid)
on conflict do nothing
returning consumer

-- query: bus_published
update outbox set published_at = now() where id = :id::bigint and published_at is null returning id

-- query: bus_failed
-- After 50 attempts, some hours, nobody is asked again.
update outbox
   set attempts = attempts + 1, published_at = case when attempts >= 50 then now() end
 where id = :id::bigint and published_at is null
returning attempts

-- query: bus_purge
-- What everybody has seen long ago.
with e as (
    delete from outbox where published_at < now() - interval '7 days' returning event_id),
p as (
    delete from processed_events where processed_at < now() - interval '14 days' returning consumer)
select (select count(*) from e) as events, (select count(*) from p) as notes

-- query: bus_counts
select count(*) as waiting, coalesce(extract(epoch from now() - min(created_at)), 0)::float8 as oldest_s
  from outbox
 where published_at is null
