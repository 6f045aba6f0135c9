-- query: announcements_active
-- sort: a.starts_at desc, a.id desc
-- schema: Announcement
-- Everybody may read them.
select a.id, a.title, a.content, a.type, a.starts_at, a.ends_at
  from announcements a
 where a.is_active and a.starts_at <= now() and (a.ends_at is null or a.ends_at > now())

-- query: ping
select 1 as alive

-- query: schema_applied
-- What the database has, to be compared with what this program knows.
select coalesce(max(m.version), 0)::int as newest, count(*)::int as count
  from schema_migrations m

-- query: outbox_backlog
-- not null: waiting
-- Those that have no number yet; no more than it takes to tell that nobody hands them out.
select count(*)::int as waiting from (select from outbox where number is null limit 10000) o

-- query: dead_events
-- schema: DeadEvent
-- nullable: key, last_error
-- not null: dead_at
-- type: payload object
-- Administrators and those who may manage jobs.
-- filter: subscriber: u.subscriber = :subscriber::text
-- sort: u.dead_at desc, u.id desc
select u.id, u.subscriber, o.event_id, o.name, o.key, o.payload, u.attempts, u.last_error, o.created_at, u.dead_at
  from bus_unfinished u
  join outbox o on o.number = u.number
 where u.dead_at is not null

-- query: dead_event_replay
update bus_unfinished
   set dead_at = null, replayed = true, attempts = 0, next_at = now()
 where id = :id::uuid and dead_at is not null
returning id

-- query: dead_events_replay
-- not null: replayed
with again as (
    update bus_unfinished
       set dead_at = null, replayed = true, attempts = 0, next_at = now()
     where dead_at is not null and (:subscriber::text is null or subscriber = :subscriber::text)
    returning id
)
select count(*) as replayed from again

-- query: dead_event_delete
delete from bus_unfinished where id = :id::uuid and dead_at is not null returning id

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

-- query: keep_realtime_messages
-- Clients that were away for longer read anew what the topic is about.
with old as (
    select m.topic, m.number from realtime_messages m where m.sent_at < now() - make_interval(days => :days::int) limit :batch::int
), marked as (
    update realtime_topics t
       set forgotten = greatest(t.forgotten, o.number)
      from (select topic, max(number) as number from old group by topic) o
     where t.name = o.topic
)
delete from realtime_messages m using old o where m.topic = o.topic and m.number = o.number
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

-- query: keep_play_sessions
-- Listenings that nothing was told of for so long.
delete from play_sessions
 where id in (select id from play_sessions where told_at < now() - make_interval(days => :days::int) limit :batch::int)
returning 1 as deleted

-- query: keep_app_listenings
delete from app_listenings
 where ctid in (select ctid from app_listenings where began_at < now() - make_interval(days => :days::int) limit :batch::int)
returning 1 as deleted

-- query: keep_play_listeners
delete from play_listeners
 where user_id in (select user_id from play_listeners where spent_until < now() - make_interval(days => :days::int) limit :batch::int)
returning 1 as deleted

-- query: keep_playlist_openings
delete from playlist_openings
 where (playlist_id, who, by_link) in (select playlist_id, who, by_link from playlist_openings where opened_at < now() - make_interval(days => :days::int) limit :batch::int)
returning 1 as deleted

-- query: keep_guest_addresses
-- Of guests of shared queues: the row stays.
update queue_session_people set address = null
 where id in (select id from queue_session_people where address is not null and created_at < now() - make_interval(days => :days::int) limit :batch::int)
returning 1 as deleted

-- query: keep_idempotency_keys
delete from idempotency_keys
 where (user_id, key) in (select user_id, key from idempotency_keys where created_at < now() - make_interval(days => :days::int) limit :batch::int)
returning 1 as deleted

-- query: keep_deleted_playlist_items
-- First these, since one playlist may have thousands.
delete from playlist_tracks
 where id in (select i.id
                from playlists p
                join playlist_tracks i on i.playlist_id = p.id
               where p.deleted_at < now() - make_interval(days => :days::int)
               limit :batch::int)
returning 1 as deleted

-- query: keep_playlist_version_items
-- First these, since one version may have thousands. What an old version changed is not needed to restore it.
delete from playlist_version_items
 where (version_id, item_id) in (select i.version_id, i.item_id
                                   from playlist_versions v
                                   join playlist_version_items i on i.version_id = v.id
                                  where v.changed_at < now() - make_interval(days => :days::int)
                                  limit :batch::int)
returning 1 as deleted

-- query: keep_playlist_versions
-- One old version stays below newer ones: what there was before them.
delete from playlist_versions
 where id in (select v.id
                from playlist_versions v
               where v.changed_at < now() - make_interval(days => :days::int)
                 and not exists (select from playlist_version_items i where i.version_id = v.id)
                 and (select n.changed_at < now() - make_interval(days => :days::int)
                        from playlist_versions n
                       where n.playlist_id = v.playlist_id and n.version > v.version
                       order by n.version
                       limit 1) is not false
               limit :batch::int)
returning 1 as deleted

-- query: keep_deleted_playlists
delete from playlists
 where id in (select p.id
                from playlists p
               where p.deleted_at < now() - make_interval(days => :days::int)
                 and not exists (select from playlist_tracks i where i.playlist_id = p.id)
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
-- Those that all subscribers have done. Dead letters stay until somebody decides.
delete from outbox
 where id in (select o.id
                from outbox o
               where o.created_at < now() - make_interval(days => :days::int)
                 and o.number <= (select coalesce(min(c.position), n.last) from bus_numbering n left join bus_cursors c on true group by n.last)
                 and not exists (select from bus_unfinished u where u.number = o.number)
               limit :batch::int)
returning 1 as deleted

-- query: keep_subscribers
-- Those that no node has run for so long: a version of Veza that had them is gone.
delete from bus_subscribers
 where name in (select name from bus_subscribers where seen_at < now() - make_interval(days => :days::int) limit :batch::int)
returning 1 as deleted

-- What an archive of one's own data tells, and what erasure does (personal.c).

-- query: export_announcements
select a.id, a.title, a.content, a.type, a.starts_at, a.ends_at, a.created_at
  from announcements a
 where a.created_by = :user_id::uuid
 order by a.created_at, a.id
