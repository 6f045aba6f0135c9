-- A role may be lent for a while: what somebody may do is the higher of the account's own role and of the system roles assigned to
-- it that have not expired.
create function user_effective_role(u users) returns user_role
    language sql stable parallel safe
    as $$
select greatest(u.role, (select max(r.name::user_role)
                           from user_roles a
                           join roles r on r.id = a.role_id and r.is_system and r.is_active
                          where a.user_id = u.id and a.is_active and (a.expires_at is null or a.expires_at > now())))
$$;

create or replace function user_is_staff(viewer uuid) returns boolean
    language sql stable parallel safe
    as $$
select exists (select from users u
                where u.id = viewer and user_active(u)
                  and (u.role in ('moderator', 'admin')
                       or exists (select from user_roles a
                                    join roles r on r.id = a.role_id and r.is_system and r.is_active
                                   where a.user_id = u.id and a.is_active and (a.expires_at is null or a.expires_at > now())
                                     and r.name in ('moderator', 'admin'))))
$$;

create index audit_logs_ip_idx on audit_logs (ip, id desc) where ip is not null;
