-- Events on their way from the outbox to their subscribers: see docs/adr/0032-events.md.

-- query: bus_register
-- This subscriber runs here. One that is new begins with the events to come, or with the first that is kept.
with subscriber as (
    insert into bus_subscribers as s (name, patterns) values (:subscriber, :patterns::text[])
    on conflict (name) do update set patterns = excluded.patterns, seen_at = now()
    returning s.name
)
insert into bus_cursors (subscriber, partition, position)
select s.name, l.partition, case when :from_start::boolean then 0 else n.last end
  from subscriber s, generate_series(0, 3) l (partition), bus_numbering n
on conflict (subscriber, partition) do nothing
returning partition

-- query: bus_number
-- Gives the next events their numbers, by one node at a time, and returns their names. Who waited for another node may still see events without
-- the numbers that this one gave: `number is null` is asked again when the row is locked.
with turn as (
    select n.last from bus_numbering n for update skip locked
), next as (
    select e.id, t.last + row_number() over (order by e.id) as number
      from turn t, (select o.id from outbox o where o.number is null order by o.id limit :most::int) e
), numbered as (
    update outbox o
       set number = n.number, partition = hashtext(coalesce(o.key, o.id::text)) & 3
      from next n
     where o.id = n.id and o.number is null
    returning o.name, o.number
), moved as (
    update bus_numbering set last = (select max(number) from numbered) where exists (select from numbered)
)
select name, count(*) as events from numbered group by name

-- query: bus_look
-- The last number, and who has something to try again.
select n.last, coalesce((select array_agg(distinct u.subscriber) from bus_unfinished u where u.dead_at is null and u.next_at <= now()), '{}') as due
  from bus_numbering n

-- query: bus_peek
-- The partitions where a subscriber has not come to the end, and whether there are events for it.
select c.partition, n.last,
       (select o.number from outbox o
         where o.number > c.position and o.partition = c.partition and o.name like any (:patterns::text[])
         order by o.number
         limit 1) is not null as has_events
  from bus_numbering n
  join bus_cursors c on c.subscriber = :subscriber and c.position < n.last

-- query: bus_skip
-- No events for this subscriber up to there. Should a crash undo it, the same is found once more, so nobody waits for the disk.
update bus_cursors c
   set position = :last::bigint
  from (select b.partition
          from bus_cursors b
         where b.subscriber = :subscriber and b.partition = any (:partitions::smallint[]) and b.position < :last::bigint
           for update skip locked) l
 where c.subscriber = :subscriber and c.partition = l.partition and set_config('synchronous_commit', 'off', true) is not null
returning c.partition

-- query: bus_claim
-- The next events of a partition, which no other node gets before the end of this transaction. None while too many wait to be tried again. A subscriber
-- that asks nothing for a minute loses its transaction, so that it holds neither the partition nor the rows that vacuum would remove.
with partition as (
    select c.position, set_config('idle_in_transaction_session_timeout', '60s', true) as longest_pause
      from bus_cursors c
     where c.subscriber = :subscriber and c.partition = :partition::smallint
       and (select count(*) from bus_unfinished u where u.subscriber = :subscriber and u.dead_at is null) < :unfinished_most::int
       for update skip locked
)
select l.position, o.number, o.event_id::text as event_id, o.name, o.key, o.payload::text as payload, (extract(epoch from o.created_at) * 1000)::bigint as at_ms,
       exists (select from bus_unfinished u
                where u.subscriber = :subscriber and u.key = o.key and u.dead_at is null and not u.replayed) as waits, l.longest_pause
  from partition l
 cross join lateral (select e.*
                       from outbox e
                      where e.number > l.position and e.partition = :partition::smallint and e.name like any (:patterns::text[])
                      order by e.number
                      limit :most::int) o
 order by o.number

-- query: bus_advance
-- All up to :number is done, but for those that wait for an earlier one of their key.
with waiting as (
    insert into bus_unfinished (subscriber, number, key, next_at)
    select :subscriber, o.number, o.key, 'infinity' from outbox o where o.number = any (:waiting::bigint[])
)
update bus_cursors set position = :number::bigint where subscriber = :subscriber and partition = :partition::smallint returning partition

-- query: bus_set_aside
-- It failed: it is tried again later, unless another node has acted on it meanwhile.
with moved as (
    update bus_cursors set position = :number::bigint
     where subscriber = :subscriber and partition = :partition::smallint and position = :position::bigint
    returning subscriber
)
insert into bus_unfinished (subscriber, number, key, attempts, next_at, last_error)
select m.subscriber, o.number, o.key, 1, now() + interval '2 seconds', :error
  from moved m
  join outbox o on o.number = :number::bigint
returning id

-- query: bus_due
-- One that is to be tried again. Those that wait for an earlier one of their key are never due: see bus_next and bus_unblock.
select u.id::text as id, o.event_id::text as event_id, o.number, o.name, o.key, o.payload::text as payload, u.attempts, u.replayed,
       (extract(epoch from o.created_at) * 1000)::bigint as at_ms,
       set_config('idle_in_transaction_session_timeout', '60s', true) as longest_pause
  from bus_unfinished u
  join outbox o on o.number = u.number
 where u.subscriber = :subscriber and u.dead_at is null and u.next_at <= now()
 order by u.next_at
 limit 1
   for update of u skip locked

-- query: bus_finished
delete from bus_unfinished where id = :id::uuid returning id

-- query: bus_next
-- The first that waited for this one, which is finished or a dead letter.
update bus_unfinished
   set next_at = now()
 where id = (select u.id
               from bus_unfinished u
              where u.subscriber = :subscriber and u.key = :key and u.dead_at is null and not u.replayed
              order by u.number
              limit 1)
   and next_at = 'infinity'
returning id

-- query: bus_unblock
-- Those that wait for nothing: they were set aside while the one before them was being finished.
update bus_unfinished u
   set next_at = now()
 where u.next_at = 'infinity' and u.dead_at is null
   and not exists (select from bus_unfinished e
                    where e.subscriber = u.subscriber and e.key = u.key and e.dead_at is null and not e.replayed and e.number < u.number)
returning u.id

-- query: bus_failed
-- The pause doubles from two seconds up to ten minutes. After :attempts_most attempts it is a dead letter.
update bus_unfinished
   set attempts = attempts + 1, last_error = :error,
       next_at = now() + interval '1 second' * least(power(2, least(attempts + 1, 20)), 600),
       dead_at = case when attempts + 1 >= :attempts_most::int then now() end
 where id = :id::uuid and attempts = :attempts::int and dead_at is null
returning dead_at is not null as is_dead

-- query: bus_counts
-- How many events the slowest subscriber has before it, how old the first of them is, and the dead letters.
with slowest as (
    select coalesce(min(c.position), n.last) as position, n.last from bus_numbering n left join bus_cursors c on true group by n.last
)
select (s.last - s.position) + (select count(*) from outbox o where o.number is null)
       + (select count(*) from bus_unfinished u where u.dead_at is null) as waiting,
       coalesce(extract(epoch from now() - least((select o.created_at from outbox o where o.number > s.position order by o.number limit 1),
                                                 (select o.created_at from outbox o where o.number is null order by o.id limit 1),
                                                 (select min(o.created_at)
                                                    from bus_unfinished u
                                                    join outbox o on o.number = u.number
                                                   where u.dead_at is null))), 0)::float8 as oldest_s,
       (select count(*) from bus_unfinished u where u.dead_at is not null) as dead
  from slowest s

-- query: bus_counts_each
select s.name as subscriber, n.last - min(c.position) + (select count(*) from bus_unfinished u where u.subscriber = s.name and u.dead_at is null) as waiting
  from bus_subscribers s
  join bus_cursors c on c.subscriber = s.name
  join bus_numbering n on true
 group by s.name, n.last
 order by s.name
