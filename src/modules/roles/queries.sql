-- Roles: everybody sees those in use, staff and whoever manages them all; administrators change them, and whoever manages them within
-- what they hold.

-- query: role_list
-- sort: not r.is_system, r.name
-- schema: Role
-- not null: permissions
select r.id, r.name, r.display_name, r.description, r.is_system, r.is_active,
       array(select p.name from role_permissions rp join permissions p on p.id = rp.permission_id where rp.role_id = r.id order by p.name)
           as permissions,
       r.created_at, r.updated_at
  from roles r
 where (r.is_active or :viewer_staff::boolean or user_has_permission(:viewer::uuid, 'roles.manage'))

-- query: role_get
-- schema: Role
-- not null: permissions
select r.id, r.name, r.display_name, r.description, r.is_system, r.is_active,
       array(select p.name from role_permissions rp join permissions p on p.id = rp.permission_id where rp.role_id = r.id order by p.name)
           as permissions,
       r.created_at, r.updated_at
  from roles r
 where r.id = :id::uuid
   and (r.is_active or :viewer_staff::boolean or user_has_permission(:viewer::uuid, 'roles.manage'))

-- fragment: role_unknown_permission
-- A name in :permissions that is none, or null.
(select min(w.name) from unnest(:permissions::text[]) w (name) where not exists (select from permissions p where p.name = w.name))

-- fragment: role_beyond
-- Administrators give what they like. Whoever manages roles by a permission gives and takes only what they hold themselves: no system role, no
-- role or permission that they have not got, and not the permission to manage roles: else a role lent for a day would be handed on for good.
(:viewer_role::text <> 'admin'
 and (exists (select from roles x where x.id = r.id and x.is_system)
      or exists (select from permissions p
                  where (p.name = any (coalesce(:permissions::text[], '{}'))
                         or exists (select from role_permissions rp where rp.role_id = r.id and rp.permission_id = p.id))
                    and (p.name = 'roles.manage' or not user_has_permission(:viewer::uuid, p.name)))))

-- query: role_may_create
-- problems: validation, forbidden
select case when {role_unknown_permission} is not null
            then 'validation permissions: There is no permission ' || {role_unknown_permission}
            when {role_beyond} then 'forbidden' end as problem
  from (select null::uuid as id) r

-- query: role_may_change
-- problems: system_role, validation, forbidden
select case when r.is_system then 'system_role'
            when {role_unknown_permission} is not null
            then 'validation permissions: There is no permission ' || {role_unknown_permission}
            when {role_beyond} then 'forbidden' end as problem
  from roles r
 where r.id = :id::uuid

-- query: role_may_delete
-- problems: system_role, forbidden
select case when r.is_system then 'system_role'
            when {role_beyond} then 'forbidden' end as problem
  from roles r
 where r.id = :id::uuid

-- query: role_may_assign
-- Not to oneself.
-- problems: validation, forbidden
select case when r.is_active is not true then 'validation role_id: There is no such role in use'
            when :expires_at::timestamptz <= now() then 'validation expires_at: This time has passed'
            when u.id = :viewer::uuid and :viewer_role::text <> 'admin' or {role_beyond} then 'forbidden' end as problem
  from users u
  left join roles r on r.id = :role_id::uuid
 where u.id = :id::uuid and u.deleted_at is null

-- query: role_may_revoke
-- Not from oneself.
-- problems: forbidden
select case when :id::uuid = :viewer::uuid and :viewer_role::text <> 'admin' or {role_beyond} then 'forbidden' end as problem
  from (select :role_id::uuid as id) r

-- query: role_person
select u.id from users u where u.id = :id::uuid and u.deleted_at is null

-- query: role_create
with r as (
    insert into roles (name, display_name, description)
    values (:name, :display_name, :description::text)
    returning id
), granted as (
    insert into role_permissions (role_id, permission_id)
    select r.id, p.id from r join permissions p on p.name = any (coalesce(:permissions::text[], '{}'))
)
select id from r

-- query: role_update
-- Inputs that were not given stay as they are.
with r as (
    update roles r
       set {set_given(display_name, r, text)},
           {set_given(description, r, text)},
           {set_given(is_active, r, boolean)}
     where r.id = :id::uuid and not r.is_system
    returning r.id
), taken as (
    delete from role_permissions rp
     using r, permissions p
     where rp.role_id = r.id and p.id = rp.permission_id
       and :has_permissions::boolean and p.name <> all (:permissions::text[])
), granted as (
    insert into role_permissions (role_id, permission_id)
    select r.id, p.id from r join permissions p on p.name = any (:permissions::text[])
    on conflict do nothing
)
select id from r

-- query: role_delete
-- Whoever had it has it no longer.
delete from roles where id = :id::uuid and not is_system returning id

-- query: role_assign
-- Assigning it again changes until when. What somebody was lent they lend for no longer, unless they administer for good.
-- schema: UserRole
-- not null: user_id, role_id, role, display_name, is_system, assigned_at
-- nullable: assigned_by
with a as (
    insert into user_roles as a (user_id, role_id, role, assigned_by, expires_at)
    select :id::uuid, r.id, r.name, :viewer::uuid,
           least(:expires_at::timestamptz,
                 (select min(own.expires_at) from user_roles own join users u on u.id = own.user_id and u.role <> 'admin'
                   where own.user_id = :viewer::uuid and own.is_active and own.expires_at > now()))
      from roles r
     where r.id = :role_id::uuid
    on conflict (user_id, role_id) do update
       set assigned_at = now(), assigned_by = excluded.assigned_by, expires_at = excluded.expires_at, is_active = true
    returning a.*
), event as (
    insert into outbox (name, key, payload)
    select 'user.role_assigned', user_id, jsonb_build_object('user_id', user_id, 'role', role, 'by', assigned_by, 'expires_at', expires_at) from a
)
select a.user_id, a.role_id, r.name as role, r.display_name, r.is_system, a.assigned_at, a.assigned_by, a.expires_at
  from a
  join roles r on r.id = a.role_id

-- query: role_assignments
-- sort: a.assigned_at desc, r.name desc
-- What a person has been lent and still has.
-- schema: UserRole
-- not null: user_id, role_id, role, display_name, is_system, assigned_at
-- nullable: assigned_by
select a.user_id, a.role_id, r.name as role, r.display_name, r.is_system, a.assigned_at, a.assigned_by, a.expires_at
  from user_roles a
  join roles r on r.id = a.role_id
 where a.user_id = :id::uuid and a.is_active and (a.expires_at is null or a.expires_at > now())

-- query: role_revoke
with a as (
    delete from user_roles where user_id = :id::uuid and role_id = :role_id::uuid returning user_id, role
), event as (
    insert into outbox (name, key, payload)
    select 'user.role_revoked', user_id, jsonb_build_object('user_id', user_id, 'role', role, 'by', :viewer::uuid) from a
)
select user_id from a

-- What an archive of one's own data tells, and what erasure does (personal.c).

-- query: export_roles
select r.name, a.assigned_at, a.expires_at, a.is_active
  from user_roles a
  join roles r on r.id = a.role_id
 where a.user_id = :user_id::uuid
 order by a.assigned_at, a.id
