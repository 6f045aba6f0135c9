-- query: ticket_create
-- Old ones that nobody used go at the same time.
with old as (
    delete from ws_tickets where expires_at < now() - interval '1 minute'
)
insert into ws_tickets (token_hash, user_id, session_id, expires_at)
values (:token_hash, :viewer::uuid, :session_id::uuid, now() + make_interval(secs => :seconds::int))
returning token_hash

-- query: ticket_use
-- Works once, and only while the session that asked for it stands.
with used as (
    delete from ws_tickets where token_hash = :token_hash and expires_at > now()
    returning user_id, session_id
)
select used.user_id, used.session_id
  from used
  join sessions s on s.id = used.session_id and s.revoked_at is null and s.expires_at > now()
  join users u on u.id = used.user_id and user_active(u)

-- query: realtime_sessions
-- Those of these sessions that still stand.
select a.n
  from unnest(:ids::uuid[]) with ordinality as a (id, n)
  join sessions s on s.id = a.id and s.revoked_at is null and s.expires_at > now()
  join users u on u.id = s.user_id and user_active(u)

-- query: realtime_send
select realtime_send(:topic, :type, :fields::jsonb) as number

-- query: realtime_after
-- Where a topic stands, and its messages after a number, oldest first. There are 200 at most: older ones are not kept. A person's own topic leaves out what
-- names somebody whom they blocked, or who blocked them, since it was sent.
select t.number as newest, t.forgotten, m.number, m.type,
       (jsonb_build_object('type', m.type, 'topic', t.name, 'number', m.number) || m.fields)::text as message
  from realtime_topics t
  left join realtime_messages m on m.topic = t.name and m.number > :after::bigint
       and not exists (select from regexp_matches(m.fields::text, '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}', 'g') named (ids)
                         join user_blocks b on (b.blocker_id, b.blocked_id) in ((split_part(t.name, ':', 2)::uuid, named.ids[1]::uuid),
                                                                                (named.ids[1]::uuid, split_part(t.name, ':', 2)::uuid)))
 where t.name = :topic
 order by m.number

-- query: realtime_erase
-- What was sent to the person, and what was sent to others that names them.
with own as (
    delete from realtime_topics t where t.name = 'user:' || :user_id::uuid::text
)
delete from realtime_messages m where m.fields::text like '%' || :user_id::uuid::text || '%' returning 1 as done
