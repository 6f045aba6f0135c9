-- query: idempotency_lock
-- One request with this key at a time; the lock ends with its transaction. A person keeps 10,000 replies a day at most.
-- problems: request_in_progress, too_many_requests
select case when not pg_try_advisory_xact_lock(hashtextextended(:viewer::text || ' ' || :idempotency_key::text, 8)) then 'request_in_progress'
            when (select count(*) from (select from idempotency_keys k where k.user_id = :viewer::uuid limit 10000) k) = 10000
            then 'too_many_requests: You have sent 10,000 requests with an Idempotency-Key within a day.' end as problem

-- query: idempotency_find
-- problems: idempotency_key_reused
select k.status, k.reply, k.location, case when k.request <> :idempotency_request::text then 'idempotency_key_reused' end as problem
  from idempotency_keys k
 where k.user_id = :viewer::uuid and k.key = :idempotency_key::text and k.created_at > now() - interval '24 hours'

-- query: idempotency_keep
insert into idempotency_keys (user_id, key, request, status, reply, location)
values (:viewer::uuid, :idempotency_key::text, :idempotency_request::text, :reply_status::int, :reply_text::text, :reply_location::text)
on conflict (user_id, key) do update
   set request = excluded.request, status = excluded.status, reply = excluded.reply, location = excluded.location, created_at = now()
returning user_id
