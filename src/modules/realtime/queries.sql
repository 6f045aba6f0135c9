-- query: ticket_create
-- Old ones that nobody used go at the same time.
with old as (
    delete from ws_tickets where expires_at < now() - interval '1 minute'
)
insert into ws_tickets (token_hash, user_id, session_id, expires_at)
values (:token_hash, :viewer::uuid, :session_id::uuid, now() + make_interval(secs => 30))
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
