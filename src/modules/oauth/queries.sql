-- Signing in elsewhere: sign-ins on their way, and which account elsewhere belongs to whom here.

-- query: oauth_state_make
-- Those that nobody can finish any more are swept on the way.
with stale as (
    delete from oauth_states where expires_at < now() - interval '1 hour'
)
insert into oauth_states (state_hash, browser_hash, provider, redirect, session_id, expires_at)
values (:state_hash, :browser_hash, :state_provider, :state_redirect, :state_session_id::uuid,
        now() + make_interval(secs => :state_s::int))
returning state_hash

-- query: oauth_state_take
-- Once, whoever comes with it: in another browser, or at another provider, it is spent as well. `link_user_id` is whose session began
-- it, while that session stands.
with taken as (
    delete from oauth_states where state_hash = :state_hash
    returning browser_hash, provider, redirect, session_id, expires_at
)
select t.browser_hash = :browser_hash::text and t.provider = :provider::text and t.expires_at > now() as good, t.redirect,
       t.session_id is not null as linking, u.id as link_user_id
  from taken t
  left join sessions s on s.id = t.session_id and s.revoked_at is null and s.expires_at > now()
  left join users u on u.id = s.user_id and user_active(u)

-- query: oauth_identity
-- Whose account here it is.
select f.id, f.user_id, user_active(u) as active,
       exists (select from mfa_configs m where m.user_id = u.id and m.is_enabled and m.deleted_at is null) as second_factor
  from federated_identities f
  join users u on u.id = f.user_id and u.deleted_at is null
 where f.provider = :provider and f.issuer = :issuer and f.provider_id = :provider_id

-- query: oauth_forget_deleted
-- Who has deleted their account may come back as somebody new.
delete from federated_identities f
 using users u
 where f.provider = :provider and f.issuer = :issuer and f.provider_id = :provider_id and u.id = f.user_id and u.deleted_at is not null
returning f.id

-- query: oauth_namesake
-- The account here with this address.
select u.id as user_id, u.is_verified, user_active(u) as active,
       exists (select from mfa_configs m where m.user_id = u.id and m.is_enabled and m.deleted_at is null) as second_factor
  from users u
 where lower(u.email) = lower(:oauth_email::text) and u.deleted_at is null

-- query: oauth_connect
-- audited
-- Notes who it is and the tokens that came, and tells the owner when it is new. No row when it is somebody else's.
with noted as (
    insert into federated_identities as f (user_id, provider, issuer, provider_id, email, display_name, access_token, refresh_token, expires_at, last_used_at)
    values (:owner_id::uuid, :provider, :issuer, :provider_id, :oauth_email, left(:display_name, 255), :sealed_access, :sealed_refresh,
            now() + make_interval(secs => :token_s::int), now())
    on conflict on constraint federated_identities_provider_id_key do update
       set email = excluded.email, display_name = excluded.display_name, access_token = excluded.access_token,
           refresh_token = coalesce(excluded.refresh_token, f.refresh_token), expires_at = excluded.expires_at, last_used_at = now()
     where f.user_id = excluded.user_id
    returning f.id, f.user_id, f.created_at = now() as is_new
), event as (
    insert into outbox (name, key, payload)
    select 'account.connected', user_id, jsonb_build_object('user_id', user_id) from noted where is_new
)
select id from noted

-- query: oauth_register
-- An account without a password, whose address the provider has verified.
-- problems: username_taken
with name as (
    select case when username_reserved(:new_username::text) then 'username_taken' end as problem
), account as (
    insert into users (username, email, is_verified, email_verified_at)
    select :new_username, :oauth_email, true, now() from name where problem is null
    returning id
), settings as (
    insert into user_settings (user_id) select id from account
), profile as (
    insert into user_profiles (user_id, language) select id, :language from account
), identity as (
    insert into federated_identities (user_id, provider, issuer, provider_id, email, display_name, access_token, refresh_token, expires_at, last_used_at)
    select id, :provider, :issuer, :provider_id, :oauth_email, left(:display_name, 255), :sealed_access, :sealed_refresh,
           now() + make_interval(secs => :token_s::int), now()
      from account
), event as (
    insert into outbox (name, key, payload)
    select 'user.created', id, jsonb_build_object('user_id', id) from account
)
select a.id, n.problem
  from name n
  left join account a on true

-- query: oauth_connections
-- sort: f.created_at desc, f.id desc
-- schema: OauthConnection
-- nullable: name, email, last_used_at
-- One's own.
select f.id, f.provider, f.display_name as name, f.email, f.created_at, f.last_used_at
  from federated_identities f
 where f.user_id = :viewer::uuid

-- query: oauth_disconnect
-- Only while there is another way in.
-- problems: last_sign_in_method
with mine as materialized (
    select f.id, case when not sign_in_stays(f.user_id, f.id, :setting_oauth_providers::text) then 'last_sign_in_method' end as problem
      from federated_identities f
     where f.id = :id::uuid and f.user_id = :viewer::uuid
), gone as (
    delete from federated_identities f using mine m where f.id = m.id and m.problem is null
    returning f.id
)
select m.id, m.problem
  from mine m
 where m.problem is not null or exists (select from gone)

-- What an archive of one's own data tells, and what erasure does (personal.c).

-- query: export_connections
select f.provider, f.issuer, f.provider_id, f.email, f.display_name, f.avatar_url, f.created_at, f.last_used_at
  from federated_identities f
 where f.user_id = :user_id::uuid
 order by f.created_at, f.id
