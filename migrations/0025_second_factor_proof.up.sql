-- When a session last proved the second factor of its person; null: never. Administration asks for a recent proof.
alter table sessions add column mfa_at timestamptz;

-- A code of an app or a passkey.
create function user_has_second_factor(person uuid) returns boolean
    language sql stable parallel safe
    as $$
select exists (select from mfa_configs m where m.user_id = person and m.is_enabled and m.deleted_at is null)
    or exists (select from webauthn_credentials c where c.user_id = person)
$$;

-- What routes of administration ask of somebody who is no administrator.
insert into permissions (name, resource, action, description) values
    ('users.unlock',  'users', 'unlock',  'Unlock accounts after too many failed attempts'),
    ('audit.cleanup', 'audit', 'cleanup', 'Delete what is older than the retention from the audit log');
insert into role_permissions (role_id, permission_id)
select r.id, p.id from roles r, permissions p where r.name = 'admin' and p.name in ('users.unlock', 'audit.cleanup');

-- Does the person hold this permission by a role that they have been lent and that is in use?
create function user_has_permission(person uuid, wanted text) returns boolean
    language sql stable parallel safe
    as $$
select exists (select from user_roles a
                join roles r on r.id = a.role_id and r.is_active
                join role_permissions rp on rp.role_id = r.id
                join permissions p on p.id = rp.permission_id
               where a.user_id = person and a.is_active and (a.expires_at is null or a.expires_at > now())
                 and p.name = wanted)
$$;
