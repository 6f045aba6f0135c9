-- fragment: audit_line(l, u)
-- schema: AuditLog
-- nullable: actor_username, ip
l.id, l.at, l.actor_id, u.username as actor_username, l.action, l.target, l.status, host(l.ip) as ip, l.user_agent, l.request_id,
       l.details

-- query: audit_add
-- One a request. Alone, or in the statement of the change that it tells of (db_run_with()).
insert into audit_logs (actor_id, action, target, status, ip, user_agent, request_id)
select :audit_actor::uuid, :audit_action::text, :audit_target::text, :audit_status::int, :client_ip::inet, left(:user_agent::text, 500),
       :audit_request_id::text

-- query: audit_search
-- For administrators. The last 30 days unless `from` says otherwise, so that a search reads no more than it must.
-- filter: to: l.at < :to::timestamptz
-- filter: actor_id: l.actor_id = :actor_id::uuid
-- filter: username: lower(u.username) = lower(:username::text)
-- search: action: l.action ilike '%' || {like_escape(:action::text)} || '%'
-- search: target: l.target like {like_escape(:target::text)} || '%'
-- filter: status: l.status = :status::int
-- filter: outcome=granted: l.status < 400
-- filter: outcome=refused: l.status >= 400
-- search: ip: l.ip <<= :ip::inet
-- filter: request_id: l.request_id = :request_id::text
-- sort: l.id desc
select {audit_line(l, u)}
  from audit_logs l
  left join users u on u.id = l.actor_id
 where l.at >= coalesce(:from::timestamptz, now() - interval '30 days')

-- query: audit_get
select {audit_line(l, u)}
  from audit_logs l
  left join users u on u.id = l.actor_id
 where l.id = :id::bigint

-- query: audit_own
-- What one did oneself.
-- search: action: l.action ilike '%' || {like_escape(:action::text)} || '%'
-- sort: l.id desc
select {audit_line(l, u)}
  from audit_logs l
  join users u on u.id = l.actor_id
 where l.actor_id = :viewer::uuid

-- query: audit_ip_known
select l.id from audit_logs l where l.ip = :ip::inet limit 1

-- query: audit_ip
-- All that came from one address.
-- sort: l.id desc
select {audit_line(l, u)}
  from audit_logs l
  left join users u on u.id = l.actor_id
 where l.ip = :ip::inet

-- query: audit_stats
-- schema: AuditStats
-- not null: *
-- type: by_action array
-- type: by_status array
-- type: by_day array
with l as materialized (
    select at, actor_id, action, status, ip from audit_logs where at > now() - make_interval(days => :days::int)
)
select :days::int as days,
       (select count(*) from l) as total,
       (select count(*) from l where status >= 400) as refused,
       (select count(distinct actor_id) from l) as people,
       (select count(distinct ip) from l) as addresses,
       coalesce((select json_agg(x) from (select action, count(*) as count, count(*) filter (where status >= 400) as refused
                                            from l group by action order by 2 desc, 1 limit 20) x), '[]') as by_action,
       coalesce((select json_agg(x) from (select status, count(*) as count from l group by status order by 2 desc, 1) x), '[]') as by_status,
       coalesce((select json_agg(x) from (select (at at time zone 'UTC')::date as day, count(*) as count,
                                                 count(*) filter (where status >= 400) as refused
                                            from l group by 1 order by 1) x), '[]') as by_day

-- query: audit_suspicious
-- The rules are in docs/audit.md; change both together.
-- schema: SuspiciousActivity
-- nullable: ip, actor_id, actor_username
-- not null: rule, severity, count, first_at, last_at
-- sort: case f.severity when 'high' then 2 when 'medium' then 1 else 0 end desc, f.last_at desc, f.rule desc,
--       coalesce(host(f.ip), '') || ' ' || coalesce(f.actor_id::text, '') desc
-- unique: a rule finds an address and a person once
-- type: severity high|medium|low
-- type: rule password_guessing|password_guessed|many_accounts|refused_actions|probing|many_addresses|administration_from_new_address
with l as materialized (
    select id, at, actor_id, action, status, ip from audit_logs where at > now() - make_interval(hours => :hours::int)
), found as (
    select 'password_guessing' as rule, 'medium' as severity, ip, null::uuid as actor_id, count(*) as count, min(at) as first_at,
           max(at) as last_at
      from l
     where action = 'POST /api/v1/auth/login' and status = 401 and ip is not null
     group by ip having count(*) >= 10
    union all
    select 'password_guessed', 'high', good.ip, good.actor_id, count(*), min(bad.at), max(good.at)
      from l good
      join l bad on bad.ip = good.ip and bad.action = good.action and bad.status = 401
                and bad.at between good.at - interval '1 hour' and good.at
     where good.action = 'POST /api/v1/auth/login' and good.status = 200
     group by good.ip, good.actor_id, good.id having count(*) >= 5
    union all
    select 'many_accounts', 'medium', ip, null, count(*), min(at), max(at)
      from l
     where action = 'POST /api/v1/auth/register' and status = 201 and ip is not null
     group by ip having count(*) >= 5
    union all
    select 'refused_actions', 'medium', null, actor_id, count(*), min(at), max(at)
      from l
     where status = 403 and actor_id is not null
     group by actor_id having count(*) >= 10
    union all
    select 'probing', 'medium', ip, actor_id, count(*), min(at), max(at)
      from l
     where status = 404 and ip is not null
     group by ip, actor_id having count(*) >= 30
    union all
    select 'many_addresses', 'low', null, actor_id, count(distinct ip), min(at), max(at)
      from l
     where actor_id is not null
     group by actor_id having count(distinct ip) >= 5
    union all
    select 'administration_from_new_address', 'high', l.ip, l.actor_id, count(*), min(l.at), max(l.at)
      from l
     where l.status < 400 and l.actor_id is not null and l.ip is not null
       and (split_part(l.action, ' ', 2) ~ '^/api/v1/(admin|roles|audit)(/|$)' or split_part(l.action, ' ', 2) ~ '^/api/v1/users/\{id\}/roles')
       and exists (select from audit_logs o
                    where o.actor_id = l.actor_id and o.ip <> l.ip and o.at < l.at - interval '24 hours')
       and not exists (select from audit_logs o
                        where o.actor_id = l.actor_id and o.ip = l.ip
                          and o.at between l.at - interval '30 days' and l.at - interval '24 hours')
     group by l.ip, l.actor_id
)
select f.rule, f.severity, host(f.ip) as ip, f.actor_id, u.username as actor_username, f.count, f.first_at, f.last_at
  from found f
  left join users u on u.id = f.actor_id
 where true

-- query: audit_delete_old
-- audited
-- A piece at a time, by a function with the rights of the log's owner: requests have not got them.
select audit_delete_old(:older_than_days::int, :most::int) as deleted

-- What an archive of one's own data tells, and what erasure does (personal.c).

-- query: export_audit
-- What one did, and what others did to one's account (addresses that are it or begin with it and a slash): of those, not from where.
select l.at, coalesce(l.actor_id = :user_id::uuid, false) as done_by_me, l.action, l.target, l.status,
       case when l.actor_id = :user_id::uuid then host(l.ip) end as ip,
       case when l.actor_id = :user_id::uuid then l.user_agent end as user_agent
  from audit_logs l
 where l.actor_id = :user_id::uuid
    or (l.target ~>=~ ('/api/v1/users/' || :user_id::text) and l.target ~<~ ('/api/v1/users/' || :user_id::text || '0'))
 order by l.id

-- query: erase_audit
select audit_forget(:user_id::uuid, :tombstone::uuid)::text as done
