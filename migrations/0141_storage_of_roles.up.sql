-- How much a person may store: what an administrator set for them, else the most that one of their roles has, else STORAGE_QUOTA_MB.
alter table roles add column storage_bytes bigint;
alter table roles add constraint roles_storage_bytes_check check (storage_bytes >= 0);

insert into permissions (name, resource, action, description)
values ('storage.manage', 'storage', 'manage', 'Set how much a person or a role may store');
insert into role_permissions (role_id, permission_id)
select r.id, p.id from roles r, permissions p where r.name = 'admin' and p.name = 'storage.manage';

create function storage_max_of(person uuid, usual bigint) returns bigint
    language sql stable
    as $$
select coalesce((select q.max_bytes from user_storage_quotas q where q.user_id = person and q.is_own),
                (select max(r.storage_bytes)
                   from roles r
                  where r.is_active
                    and (exists (select from users u where u.id = person and u.role::text = r.name)
                         or exists (select from user_roles a
                                     where a.role_id = r.id and a.user_id = person and a.is_active and (a.expires_at is null or a.expires_at > now())))),
                usual)
$$;
