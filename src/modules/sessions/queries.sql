-- Sessions: everybody sees and ends their own only. One is active until it is revoked or expires.

-- query: session_list
-- This one first, then the one that was used last.
-- schema: Session
-- nullable: ip_address, user_agent
-- not null: device, device_kind, is_current
-- type: device_kind desktop|mobile|tablet|other
-- sort: coalesce(s.id = nullif(:session_id::text, '')::uuid, false) desc, s.last_seen_at desc, s.id desc
select s.id, coalesce(s.device_label, device_label(s.user_agent)) as device, device_kind(s.user_agent) as device_kind,
       s.ip_address, s.user_agent, s.created_at, s.last_seen_at, s.expires_at,
       coalesce(s.id = nullif(:session_id::text, '')::uuid, false) as is_current
  from sessions s
 where s.user_id = :viewer::uuid and s.revoked_at is null and s.expires_at > now()

-- query: session_stats
-- schema: SessionStats
-- not null: active, signed_in_30_days, ended_30_days, addresses, devices
-- nullable: first_seen_at
-- type: devices array
select count(*) filter (where s.revoked_at is null and s.expires_at > now())::int as active,
       count(*) filter (where s.created_at > now() - interval '30 days')::int as signed_in_30_days,
       count(*) filter (where s.revoked_at > now() - interval '30 days')::int as ended_30_days,
       count(distinct s.ip_address) filter (where s.revoked_at is null and s.expires_at > now())::int as addresses,
       min(s.created_at) as first_seen_at,
       coalesce((select json_agg(json_build_object('device_kind', d.kind, 'active', d.active) order by d.active desc, d.kind)
                   from (select device_kind(x.user_agent) as kind, count(*)::int as active
                           from sessions x
                          where x.user_id = :viewer::uuid and x.revoked_at is null and x.expires_at > now()
                          group by 1) d), '[]') as devices
  from sessions s
 where s.user_id = :viewer::uuid

-- query: session_end
-- audited
-- One, or with :all every one. Each ended session with its tokens.
with ended as (
    update sessions s
       set revoked_at = now()
     where s.user_id = :viewer::uuid and s.revoked_at is null and s.expires_at > now()
       and (s.id = :ended_id::uuid or :all::boolean)
    returning s.id
), tokens as (
    update refresh_tokens r set revoked_at = now() from ended e where r.session_id = e.id and r.revoked_at is null
)
select id from ended

-- query: session_end_others
-- not null: ended
-- All but this one, each with its tokens.
with ended as (
    update sessions s
       set revoked_at = now()
     where s.user_id = :viewer::uuid and s.revoked_at is null and s.expires_at > now()
       and s.id is distinct from nullif(:session_id::text, '')::uuid
    returning s.id
), tokens as (
    update refresh_tokens r set revoked_at = now() from ended e where r.session_id = e.id and r.revoked_at is null
)
select count(*)::int as ended from ended

-- What an archive of one's own data tells, and what erasure does (personal.c).

-- query: export_sessions
select s.id, s.ip_address, s.user_agent, s.device_label, s.created_at, s.last_seen_at, s.expires_at, s.revoked_at
  from sessions s
 where s.user_id = :user_id::uuid
 order by s.created_at, s.id

-- query: erase_sessions
-- Those of somebody who looked in during the last days: their sockets close in every process.
update sessions set revoked_at = now()
 where user_id = :user_id::uuid and revoked_at is null
returning id
