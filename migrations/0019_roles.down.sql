drop index audit_logs_ip_idx;
create or replace function user_is_staff(viewer uuid) returns boolean
    language sql stable parallel safe
    as $$
select exists (select from users u where u.id = viewer and u.role in ('moderator', 'admin') and user_active(u))
$$;
drop function user_effective_role(users);
