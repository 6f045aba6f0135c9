-- query: announcements_active
-- schema: Announcement
-- Everybody may read them.
select a.id, a.title, a.content, a.type, a.starts_at, a.ends_at
  from announcements a
 where a.is_active and a.starts_at <= now() and (a.ends_at is null or a.ends_at > now())
 order by a.starts_at desc, a.id

-- query: ping
select 1 as alive

-- query: schema_applied
-- What the database has, to be compared with what this program knows.
select coalesce(max(m.version), 0)::int as newest, count(*)::int as count
  from schema_migrations m

-- query: outbox_backlog
-- not null: waiting
select count(*)::int as waiting from outbox where published_at is null and failed_at is null

-- What has served its time: each deletes at most :batch rows that are older than :days (retention.c).

-- query: keep_refresh_tokens
-- A used token is needed until it expires: seeing it again means that somebody copied it.
delete from refresh_tokens
 where id in (select id from refresh_tokens where expires_at < now() - make_interval(days => :days::int) limit :batch::int)
returning 1 as deleted

-- query: keep_sessions
-- Those that ended or expired.
delete from sessions
 where id in (select id
                from sessions
               where expires_at < now() - make_interval(days => :days::int)
                  or revoked_at < now() - make_interval(days => :days::int)
               limit :batch::int)
returning 1 as deleted

-- query: keep_user_tokens
delete from user_tokens
 where id in (select id from user_tokens where expires_at < now() - make_interval(days => :days::int) limit :batch::int)
returning 1 as deleted

-- query: keep_login_history
delete from login_history
 where id in (select id from login_history where created_at < now() - make_interval(days => :days::int) limit :batch::int)
returning 1 as deleted

-- query: keep_login_failures
delete from login_failures
 where (email_hash, source) in (select email_hash, source
                                  from login_failures
                                 where attempted_at < now() - make_interval(days => :days::int)
                                   and coalesce(locked_until, attempted_at) < now()
                                 limit :batch::int)
returning 1 as deleted

-- query: keep_ws_tickets
delete from ws_tickets
 where token_hash in (select token_hash from ws_tickets where expires_at < now() - make_interval(days => :days::int) limit :batch::int)
returning 1 as deleted

-- query: keep_oauth_states
delete from oauth_states
 where state_hash in (select state_hash from oauth_states where expires_at < now() - make_interval(days => :days::int) limit :batch::int)
returning 1 as deleted

-- query: keep_mfa_challenges
delete from mfa_challenges
 where token_hash in (select token_hash from mfa_challenges where expires_at < now() - make_interval(days => :days::int) limit :batch::int)
returning 1 as deleted

-- query: keep_webauthn_challenges
delete from webauthn_challenges
 where challenge_hash in (select challenge_hash
                            from webauthn_challenges
                           where expires_at < now() - make_interval(days => :days::int)
                           limit :batch::int)
returning 1 as deleted

-- query: keep_done_jobs
delete from jobs
 where id in (select id from jobs
               where state = 'done' and finished_at < now() - make_interval(days => :days::int)
               limit :batch::int)
returning 1 as deleted

-- query: keep_failed_jobs
delete from jobs
 where id in (select id from jobs
               where state in ('failed', 'dead') and finished_at < now() - make_interval(days => :days::int)
               limit :batch::int)
returning 1 as deleted

-- query: keep_events
-- Dead letters stay until somebody decides.
delete from outbox
 where id in (select id from outbox where published_at < now() - make_interval(days => :days::int) limit :batch::int)
returning 1 as deleted

-- query: keep_processed_events
-- As long as its event may be handed out again, a consumer must know that it has acted on it.
delete from processed_events
 where (consumer, event_id) in (select p.consumer, p.event_id
                                  from processed_events p
                                 where p.processed_at < now() - make_interval(days => :days::int)
                                   and not exists (select from outbox o where o.event_id = p.event_id)
                                 limit :batch::int)
returning 1 as deleted
