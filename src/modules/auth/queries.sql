-- query: me
-- schema: User
-- type: social_links object
-- not null: track_count role is_admin
-- The person's own account; a lent role counts.
select u.id, u.username, u.display_name, u.email, u.first_name, u.last_name, u.avatar, u.banner_url, u.bio, u.location, u.social_links,
       user_effective_role(u) as role, u.is_verified, user_effective_role(u) = 'admin' as is_admin, u.is_public, u.created_at,
       u.deletion_at,
       (select count(*) from tracks t where t.creator_id = u.id and t.deleted_at is null)::int as track_count
  from users u
 where u.id = :viewer::uuid

-- query: login_attempt
-- Counts an attempt to sign in and finds whoever may try: one row, whether there is such an account or not, and the caller answers the
-- same. The attempt that reaches the bound is still checked and locks those after it; attempts from a locked source change nothing.
-- Many networks together have ten times the bound an hour. It is in the history as failed until it has passed.
with person as (
    select u.id, u.password_hash, u.password_generation, user_active(u) as active,
           exists (select from mfa_configs m where m.user_id = u.id and m.is_enabled and m.deleted_at is null) as second_factor
      from users u
     where lower(u.email) = lower(:email::text) and u.deleted_at is null
), source as (
    select lockout_source((select id from person), null, :attempt_browser::text, :attempt_network::text) as name
), crowd as (
    select coalesce(sum(f.failures), 0) >= 10 * :lockout_failures::int as locked
      from login_failures f
     where f.email_hash = login_key(:email::text) and f.source like 'network:%' and f.attempted_at > now() - interval '1 hour'
), gate as (
    insert into login_failures as f (email_hash, source, locked_until)
    select login_key(:email::text), s.name, lockout_until(1, :lockout_failures::int, :lockout_s::int)
      from source s, crowd c
     where not (c.locked and s.name like 'network:%')
    on conflict (email_hash, source) do update
       set failures = case when f.attempted_at < now() - interval '1 day' then 1 else f.failures + 1 end,
           locked_until = lockout_until(case when f.attempted_at < now() - interval '1 day' then 1 else f.failures + 1 end,
                                        :lockout_failures::int, :lockout_s::int),
           attempted_at = now()
     where f.locked_until is null or f.locked_until <= now()
    returning f.email_hash
), history as (
    insert into login_history (id, user_id, method, outcome, ip_address, user_agent, device_label, country)
    select :attempt_id::uuid, p.id, :attempt_method::text, 'failed', :client_ip::text, left(:user_agent::text, 500), device_label(:user_agent::text),
           :client_country::text
      from person p, gate
), stale as (
    delete from login_failures where attempted_at < now() - interval '1 day' and email_hash <> login_key(:email::text)
)
select exists (select from gate) as allowed, s.name as source,
       (select greatest(ceil(extract(epoch from f.locked_until - now())), 1)::int
          from login_failures f where f.email_hash = login_key(:email::text) and f.source = s.name) as retry_after_s,
       p.id, p.password_hash, p.password_generation, p.active, p.second_factor
  from source s
  left join person p on true

-- query: proof_attempt
-- The same for somebody who is known already and proves something once more: a code, or their own password. Within a session its attempts
-- are counted by themselves. Without a method it is no sign-in and not in the history.
with person as (
    select u.id, login_key(u.email) as email_hash,
           lockout_source(u.id, :attempt_session_id::text, :attempt_browser::text, :attempt_network::text) as source
      from users u
     where u.id = :attempt_user_id::uuid
), crowd as (
    select coalesce(sum(f.failures), 0) >= 10 * :lockout_failures::int as locked
      from person p
      join login_failures f on f.email_hash = p.email_hash
     where f.source like 'network:%' and f.attempted_at > now() - interval '1 hour'
), gate as (
    insert into login_failures as f (email_hash, source, locked_until)
    select p.email_hash, p.source, lockout_until(1, :lockout_failures::int, :lockout_s::int)
      from person p, crowd c
     where not (c.locked and p.source like 'network:%')
    on conflict (email_hash, source) do update
       set failures = case when f.attempted_at < now() - interval '1 day' then 1 else f.failures + 1 end,
           locked_until = lockout_until(case when f.attempted_at < now() - interval '1 day' then 1 else f.failures + 1 end,
                                        :lockout_failures::int, :lockout_s::int),
           attempted_at = now()
     where f.locked_until is null or f.locked_until <= now()
    returning f.email_hash
), history as (
    insert into login_history (id, user_id, method, outcome, ip_address, user_agent, device_label, country)
    select :attempt_id::uuid, p.id, :attempt_method::text, 'failed', :client_ip::text, left(:user_agent::text, 500), device_label(:user_agent::text),
           :client_country::text
      from person p, gate
     where :attempt_method::text is not null
)
select exists (select from gate) as allowed, p.source,
       (select greatest(ceil(extract(epoch from f.locked_until - now())), 1)::int
          from login_failures f where f.email_hash = p.email_hash and f.source = p.source) as retry_after_s
  from person p

-- query: attempt_note
-- A sign-in that needs no guard, since nobody can guess it: only the history.
insert into login_history (id, user_id, method, outcome, ip_address, user_agent, device_label, country)
values (:attempt_id::uuid, :attempt_user_id::uuid, :attempt_method::text, 'failed', :client_ip::text, left(:user_agent::text, 500),
        device_label(:user_agent::text), :client_country::text)
returning id

-- query: attempt_passed
-- The failures before it, from the same source, are forgotten, unless a second factor is still to come.
with person as (
    select u.id, login_key(u.email) as email_hash from users u where u.id = :attempt_user_id::uuid
), forgotten as (
    delete from login_failures f
     using person p
     where f.email_hash = p.email_hash and f.source = :attempt_source::text and :attempt_outcome::text = 'succeeded'
)
update login_history h
   set outcome = :attempt_outcome::text
  from person p
 where h.id = :attempt_id::uuid and h.user_id = p.id
returning h.id

-- query: login_history
-- sort: h.created_at desc, h.id desc
-- schema: LoginAttempt
-- nullable: country
-- One's own attempts, newest first.
select h.id, h.created_at, h.method, h.outcome, h.device_label as device, h.ip_address as ip, h.country
  from login_history h
 where h.user_id = :viewer::uuid

-- query: unlock_account
-- audited
-- For administrators.
with person as (
    select u.id, u.email from users u where u.id = :user_id::uuid and u.deleted_at is null
), unlocked as (
    delete from login_failures f using person p where f.email_hash = login_key(p.email)
)
select email from person

-- query: reset_request
-- One row an address, known or not, so that asking costs the same; the job finds out, when nobody is watching the clock. A row that waits or
-- runs is left alone.
-- not null: message
with job as (
    insert into jobs (kind, payload, dedupe_key, priority, max_attempts)
    values ('mail.reset_password', jsonb_build_object('email', lower(:email::text)), 'reset:' || login_key(:email::text), 2, 20)
    on conflict (dedupe_key) do update
       set state = 'queued', attempts = 0, run_at = now(), finished_at = null
     where jobs.state in ('done', 'failed', 'dead')
)
select 'If this address has an account, a mail is on its way.' as message

-- query: reset_token
-- A new link replaces the ones before it; at most one a minute.
with person as (
    select u.id, u.email, u.username, p.language
      from users u
      left join user_profiles p on p.user_id = u.id
     where lower(u.email) = lower(:email::text) and user_active(u)
       and not exists (select from user_tokens t
                        where t.user_id = u.id and t.purpose = 'reset_password' and t.created_at > now() - interval '1 minute')
), before as (
    update user_tokens t set used_at = now()
      from person
     where t.user_id = person.id and t.purpose = 'reset_password' and t.used_at is null
), token as (
    insert into user_tokens (user_id, purpose, token_hash, email, expires_at)
    select id, 'reset_password', :token_hash, email, now() + interval '1 hour' from person
)
select email, username, language from person

-- query: reset_lookup
select t.user_id
  from user_tokens t
 where t.token_hash = :token_hash and t.purpose = 'reset_password' and t.used_at is null and t.expires_at > now()

-- query: reset_password
-- audited
-- Uses the link up, sets the password and ends everything that the old one opened. Of two that race, one finds the link unused.
with used as (
    update user_tokens
       set used_at = now(), browser_hash = :browser_hash
     where token_hash = :token_hash and purpose = 'reset_password' and used_at is null and expires_at > now()
    returning user_id, email
), changed as (
    update users u
       set password_hash = :password_hash, password_changed_at = now(), token_version = token_version + 1
      from used
     where u.id = used.user_id and lower(u.email) = lower(used.email) and user_active(u)
    returning u.id, u.email
), ended as (
    update sessions s set revoked_at = now() from changed c where s.user_id = c.id and s.revoked_at is null
), tokens as (
    update refresh_tokens r set revoked_at = now() from changed c where r.user_id = c.id and r.revoked_at is null
), keys as (
    delete from api_keys k using changed c where k.user_id = c.id and :revoke_api_keys::boolean returning k.id
), apps as (
    delete from app_passwords a using changed c where a.user_id = c.id and :revoke_api_keys::boolean
), unlocked as (
    delete from login_failures f using changed c where f.email_hash = login_key(c.email)
), event as (
    insert into outbox (name, key, payload) select 'account.password_changed', id, jsonb_build_object('user_id', id) from changed
)
select c.email,
       (select count(*) from api_keys k
         where k.user_id = c.id and (k.expires_at is null or k.expires_at > now()) and k.id not in (select id from keys)) as keys_left
  from changed c

-- query: register
-- audited
-- Account, settings, profile and the job that sends the verification mail commit together.
-- problems: username_taken
with name as (
    select case when username_reserved(:username::text) then 'username_taken' end as problem
), account as (
    insert into users (id, username, email, password_hash, password_changed_at)
    select :audit_actor::uuid, :username, :email, :password_hash, now() from name where problem is null
    returning id
), settings as (
    insert into user_settings (user_id) select id from account
), profile as (
    insert into user_profiles (user_id, language, timezone)
    select id, :language, coalesce((select z.name from pg_timezone_names z where z.name = :timezone::text), 'UTC') from account
), mail as (
    insert into jobs (kind, payload, priority, max_attempts)
    select 'mail.verify_email', jsonb_build_object('user_id', id), 2, 20 from account
), event as (
    insert into outbox (name, key, payload)
    select 'user.created', id, jsonb_build_object('user_id', id) from account
)
select a.id, n.problem
  from name n
  left join account a on true

-- query: session_create
-- audited
-- A session with the first refresh token of its family. An event tells of one in a browser where the person never was, unless it is their
-- first: a browser is known by its cookie, a client without cookies by its name and address. No row when the password that was given, if
-- any, has been changed meanwhile: whoever changes it holds the person's row.
with person as (
    select u.id
      from users u
     where u.id = :user_id::uuid and u.password_generation = coalesce(:password_generation::int, u.password_generation)
       for update
), earlier as (
    select count(*) > 0 as any,
           coalesce(bool_or(s.browser_hash = :browser_hash::text
                            or (s.ip_address = :client_ip and s.user_agent is not distinct from left(:user_agent, 500))), false) as known
      from sessions s
     where s.user_id = :user_id::uuid
), session as (
    insert into sessions (id, user_id, ip_address, user_agent, browser_hash, expires_at, mfa_at)
    select :new_session_id::uuid, p.id, :client_ip, left(:user_agent, 500), :browser_hash, now() + make_interval(secs => :ttl_s::int),
           case when :two_factors::boolean then now() end
      from person p
    returning id, user_id, expires_at
), event as (
    insert into outbox (name, key, payload)
    select 'account.signed_in', n.user_id, jsonb_build_object('user_id', n.user_id, 'session_id', n.id)
      from session n, earlier e
     where e.any and not e.known
), token as (
    insert into refresh_tokens (user_id, session_id, family_id, token_hash, expires_at)
    select user_id, id, id, :refresh_hash, expires_at from session
)
update users u
   set last_login_at = now(), login_count = login_count + 1
  from session
 where u.id = session.user_id
returning u.token_version

-- query: session_check
-- Is this session of this person still good? Asked on every request that carries a token, hence user_effective_role(u) written out:
-- a function that is not inlined would be planned anew each time.
-- `good_until`: when a lent role or the session ends by itself, in Unix seconds.
select greatest(u.role, lent.role) as role, u.is_verified, extract(epoch from s.mfa_at)::bigint as mfa_at,
       extract(epoch from least(s.expires_at, lent.until))::bigint as good_until
  from sessions s
  join users u on u.id = s.user_id
 cross join lateral (select max(r.name::user_role) as role, min(a.expires_at) as until
                       from user_roles a
                       join roles r on r.id = a.role_id and r.is_system and r.is_active
                      where a.user_id = u.id and a.is_active and (a.expires_at is null or a.expires_at > now())) lent
 where s.id = :check_session_id::uuid
   and s.user_id = :check_user_id::uuid
   and s.revoked_at is null
   and s.expires_at > now()
   and u.token_version = :check_version::int
   and user_active(u)

-- query: session_prove
-- audited
update sessions s
   set mfa_at = now()
 where s.id = :session_id::uuid and s.user_id = :viewer::uuid
returning s.mfa_at + make_interval(secs => :admin_mfa_s::int) as mfa_until

-- query: password_lock
-- Before a new password: nobody opens a session with the old one meanwhile, and what they have opened is seen.
select u.id from users u where u.id = :password_user_id::uuid for update

-- query: session_freshness
-- What this session has proven within `fresh_s` seconds.
select user_has_second_factor(u.id) as has_factor,
       coalesce(s.mfa_at > now() - make_interval(secs => :fresh_s::int), false) as factor_fresh,
       coalesce(greatest(s.created_at, s.proven_at, s.mfa_at) > now() - make_interval(secs => :fresh_s::int), false) as fresh
  from users u
  left join sessions s on s.id = :session_id::uuid and s.user_id = u.id
 where u.id = :viewer::uuid

-- query: step_up_person
select u.password_hash from users u where u.id = :viewer::uuid

-- query: session_prove_password
-- audited
update sessions s
   set proven_at = now()
 where s.id = :session_id::uuid and s.user_id = :viewer::uuid
returning s.proven_at + make_interval(secs => :fresh_s::int) as proven_until

-- query: second_factor_exists
-- Of whoever is refused for want of a proof: is there something to prove it with?
select user_has_second_factor(:viewer::uuid) as exists

-- query: permission_held
select user_has_permission(:viewer::uuid, :permission::text) as held

-- query: refresh_rotate
-- audited
-- A token of the session's current generation begins the next one. The generation before may be used once more, for a short time and by the
-- client that used it (ADR 0013): it gives another token of the current generation. Requests that race wait for the session's row and
-- are judged by what they then find in it.
with renewed as (
    update sessions s
       set refresh_generation = r.generation + 1,
           refresh_graced = r.generation < s.refresh_generation,
           refreshed_at = case when r.generation = s.refresh_generation then now() else s.refreshed_at end,
           refresh_client = :refresh_client,
           last_seen_at = now(),
           expires_at = now() + make_interval(secs => :ttl_s::int)
      from refresh_tokens r
      join users u on u.id = r.user_id and user_active(u)
     where r.token_hash = :refresh_hash
       and r.revoked_at is null and r.deleted_at is null and r.expires_at > now()
       and s.id = r.session_id and s.revoked_at is null
       and (r.generation = s.refresh_generation
            or (r.generation = s.refresh_generation - 1 and not s.refresh_graced
                and s.refresh_client = :refresh_client and s.refreshed_at > now() - make_interval(secs => :grace_s::int)))
    returning r.id as token_id, r.family_id, s.user_id, s.id as session_id, s.refresh_generation, u.token_version
), used as (
    update refresh_tokens r
       set used_at = coalesce(r.used_at, now()), replaced_by = coalesce(r.replaced_by, :new_token_id::uuid)
      from renewed n
     where r.id = n.token_id
), next as (
    insert into refresh_tokens (id, user_id, session_id, family_id, generation, token_hash, expires_at)
    select :new_token_id::uuid, user_id, session_id, family_id, refresh_generation, :new_refresh_hash,
           now() + make_interval(secs => :ttl_s::int)
      from renewed
)
select user_id, session_id, token_version from renewed

-- query: refresh_superseded
-- Was this token refused only because the same client has just renewed the session with it?
select exists (
    select from refresh_tokens r
      join sessions s on s.id = r.session_id and s.revoked_at is null
     where r.token_hash = :refresh_hash and r.revoked_at is null
       and r.generation = s.refresh_generation - 1
       and s.refresh_client = :refresh_client and s.refreshed_at > now() - make_interval(secs => :grace_s::int)) as superseded

-- query: refresh_replayed
-- Somebody sent a token of an earlier generation: nobody who holds a token of its family may go on.
with family as (
    select r.family_id, r.session_id
      from refresh_tokens r
      join sessions s on s.id = r.session_id
     where r.token_hash = :refresh_hash and r.generation < s.refresh_generation
), tokens as (
    update refresh_tokens r set revoked_at = now() from family f where r.family_id = f.family_id and r.revoked_at is null
)
update sessions s set revoked_at = now() from family f where s.id = f.session_id and s.revoked_at is null
returning s.user_id, s.id as session_id

-- query: session_close
-- audited
-- By the session of an access token, or by a refresh token.
with closed as (
    update sessions s
       set revoked_at = now()
     where s.revoked_at is null
       and (s.id = :closing_id::uuid
            or s.id = (select r.session_id from refresh_tokens r where r.token_hash = :refresh_hash))
    returning s.id
)
update refresh_tokens r set revoked_at = now() from closed c where r.session_id = c.id and r.revoked_at is null
returning r.id

-- query: username_check
-- sees: everybody, whether the name is taken and no more
-- not null: username, available
-- type: reason taken|invalid|reserved
select :username::text as username, w.reason is null as available, w.reason
  from (select case when :username::text !~ '^[A-Za-z0-9_.-]{3,30}$' then 'invalid'
                    when username_reserved(:username::text) then 'reserved'
                    when exists (select from users u where lower(u.username) = lower(:username::text) and u.deleted_at is null) then 'taken'
               end as reason) w

-- query: verify_email
-- audited
-- not null: verified
with used as (
    update user_tokens
       set used_at = now()
     where token_hash = :token_hash and purpose = 'verify_email' and used_at is null and expires_at > now()
    returning user_id, email
)
update users u
   set is_verified = true, email_verified_at = coalesce(u.email_verified_at, now())
  from used
 where u.id = used.user_id and lower(u.email) = lower(used.email) and u.deleted_at is null
returning u.is_verified as verified, u.username

-- query: resend_verification
-- Queues the mail when there is such an account without verification, at most once a minute. Tells nobody whether.
-- not null: message
with job as (
    insert into jobs (kind, payload, priority, max_attempts)
    select 'mail.verify_email', jsonb_build_object('user_id', u.id), 2, 20
      from users u
     where lower(u.email) = lower(:email) and not u.is_verified and user_active(u)
       and not exists (select from user_tokens t
                        where t.user_id = u.id and t.purpose = 'verify_email' and t.created_at > now() - interval '1 minute')
       and not exists (select from jobs j
                        where j.kind = 'mail.verify_email' and j.state in ('queued', 'running')
                          and j.payload ->> 'user_id' = u.id::text)
)
select 'If this address has an account that is not verified, a mail is on its way.' as message

-- query: verification_token
-- A new link replaces the ones before it.
with person as (
    select u.id, u.email, u.username, p.language
      from users u
      left join user_profiles p on p.user_id = u.id
     where u.id = :user_id::uuid and not u.is_verified and user_active(u)
), before as (
    update user_tokens t set used_at = now()
      from person
     where t.user_id = person.id and t.purpose = 'verify_email' and t.used_at is null
), token as (
    insert into user_tokens (user_id, purpose, token_hash, email, expires_at)
    select id, 'verify_email', :token_hash, email, now() + interval '2 days' from person
)
select email, username, language from person

-- query: become_creator
-- At once, or where the operator approves creators noted as asked for. Whoever is lent a role from creator on needs no approval.
update users u
   set role = case when u.role = 'user' and not (:setting_creator_approval::boolean and :viewer_role::text = 'user')
                   then 'content_creator'::user_role else u.role end,
       creator_requested_at = coalesce(u.creator_requested_at, now())
 where u.id = :viewer::uuid
returning u.id

-- query: user_create
-- For the command line.
with account as (
    insert into users (username, email, password_hash, password_changed_at, role, is_verified, email_verified_at)
    values (:username, :email, :password_hash, now(), :role::user_role, :verified::boolean,
            case when :verified::boolean then now() end)
    returning id
), settings as (
    insert into user_settings (user_id) select id from account
), profile as (
    insert into user_profiles (user_id) select id from account
), event as (
    insert into outbox (name, key, payload)
    select 'user.created', id, jsonb_build_object('user_id', id) from account
)
select id from account

-- query: token_version
select u.token_version from users u where u.id = :viewer::uuid

-- query: api_key_find
-- A key that has not expired, of an account in good standing; while the account waits for its erasure it has none. Asked on every
-- request that carries one; see session_check.
select k.id, k.user_id, greatest(u.role, lent.role) as role, u.is_verified,
       :needed_scope::text is not null and k.scopes @> array[:needed_scope::text] as allowed,
       k.last_used_at is null or k.last_used_at < now() - interval '1 minute' as unnoted
  from api_keys k
  join users u on u.id = k.user_id and user_shown(u)
 cross join lateral (select max(r.name::user_role) as role
                       from user_roles a
                       join roles r on r.id = a.role_id and r.is_system and r.is_active
                      where a.user_id = u.id and a.is_active and (a.expires_at is null or a.expires_at > now())) lent
 where k.hashed_key = :hashed_key and (k.expires_at is null or k.expires_at > now())

-- query: api_key_used
update api_keys k
   set last_used_at = now()
 where k.id = :used_key_id::uuid and (k.last_used_at is null or k.last_used_at < now() - interval '1 minute')
returning k.id

-- What an archive of one's own data tells, and what erasure does (personal.c).

-- query: export_login_history
select h.id, h.created_at, h.method, h.outcome, h.ip_address, h.user_agent, h.device_label, h.country
  from login_history h
 where h.user_id = :user_id::uuid
 order by h.created_at, h.id

-- query: export_mailed_links
select t.purpose, t.email, t.created_at, t.used_at, t.expires_at
  from user_tokens t
 where t.user_id = :user_id::uuid
 order by t.created_at, t.id

-- query: erase_login_failures
delete from login_failures f
 using users u
 where u.id = :user_id::uuid and f.email_hash = login_key(lower(u.email))
returning f.source
