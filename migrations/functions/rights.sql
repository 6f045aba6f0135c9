-- What a person may. In PL/pgSQL where they look into other tables and are asked on nearly every request, since that keeps their plans.

-- The role of the account, or a higher one that it has been lent.
create or replace function user_effective_role(u users) returns user_role
    language plpgsql stable parallel safe
    as $$
begin
    return greatest(u.role, (select max(r.name::user_role)
                             from user_roles a
                             join roles r on r.id = a.role_id and r.is_system and r.is_active
                            where a.user_id = u.id and a.is_active and (a.expires_at is null or a.expires_at > now())));
end
$$;

-- A code of an app or a passkey.
create or replace function user_has_second_factor(person uuid) returns boolean
    language sql stable parallel safe
    as $$
select exists (select from mfa_configs m where m.user_id = person and m.is_enabled and m.deleted_at is null)
    or exists (select from webauthn_credentials c where c.user_id = person)
$$;

-- Does the person hold this permission by a role that they have been lent and that is in use?
create or replace function user_has_permission(person uuid, wanted text) returns boolean
    language sql stable parallel safe
    as $$
select exists (select from user_roles a
                join roles r on r.id = a.role_id and r.is_active
                join role_permissions rp on rp.role_id = r.id
                join permissions p on p.id = rp.permission_id
               where a.user_id = person and a.is_active and (a.expires_at is null or a.expires_at > now())
                 and p.name = wanted)
$$;
