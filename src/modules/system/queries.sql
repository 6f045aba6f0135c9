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
