-- The second factor. Rows are one's own, or those of whoever has just given the right password.

-- query: mfa_person
select u.email, u.password_hash, m.secret, coalesce(m.is_enabled, false) as is_enabled
  from users u
  left join mfa_configs m on m.user_id = u.id and m.deleted_at is null
 where u.id = :viewer::uuid

-- query: mfa_status
-- schema: SecondFactor
-- nullable: enabled_at
-- not null: enabled recovery_codes_left
select coalesce(m.is_enabled, false) as enabled, m.enabled_at,
       (select count(*) from recovery_codes r where r.user_id = u.id and not r.is_used)::int as recovery_codes_left
  from users u
  left join mfa_configs m on m.user_id = u.id and m.deleted_at is null and m.is_enabled
 where u.id = :viewer::uuid

-- query: mfa_prepare
-- audited
-- No row when it is on already.
insert into mfa_configs as m (user_id, secret)
values (:viewer::uuid, :secret)
on conflict (user_id) where deleted_at is null do update
   set secret = excluded.secret, last_step = 0
 where not m.is_enabled
returning m.id

-- query: mfa_enable
-- audited
-- The secret that the code was checked against, and no other. The code cannot be used again for signing in, and it is no proof: whoever sets
-- up a factor must not come to more by that. Its owner is told.
with enabled as (
    update mfa_configs m
       set is_enabled = true, enabled_at = now(), last_used_at = now(), last_step = :step::bigint
     where m.user_id = :viewer::uuid and m.deleted_at is null and not m.is_enabled and m.secret = :secret::text
    returning m.user_id
), event as (
    insert into outbox (name, key, payload) select 'account.second_factor_on', user_id, jsonb_build_object('user_id', user_id) from enabled
), before as (
    delete from recovery_codes r using enabled e where r.user_id = e.user_id
), codes as (
    insert into recovery_codes (user_id, code) select e.user_id, unnest(:code_hashes::text[]) from enabled e
)
select user_id from enabled

-- query: mfa_use_step
-- One winner a step; what is past stays past.
update mfa_configs m
   set last_step = :step::bigint, last_used_at = now()
 where m.user_id = :mfa_user_id::uuid and m.deleted_at is null and m.is_enabled and m.last_step < :step::bigint
returning m.user_id

-- query: mfa_use_recovery
update recovery_codes r
   set is_used = true, used_at = now()
 where r.user_id = :mfa_user_id::uuid and r.code = :code_hash::text and not r.is_used
returning r.user_id

-- query: mfa_remove
-- audited
-- With the last second factor, what was proven by it goes.
with proofs as (
    update sessions s
       set mfa_at = null
     where s.user_id = :viewer::uuid and s.mfa_at is not null
       and not exists (select from webauthn_credentials c where c.user_id = s.user_id)
), config as (
    delete from mfa_configs where user_id = :viewer::uuid returning user_id, is_enabled
), event as (
    insert into outbox (name, key, payload)
    select 'account.second_factor_off', user_id, jsonb_build_object('user_id', user_id) from config where is_enabled
), challenges as (
    delete from mfa_challenges where user_id = :viewer::uuid
)
delete from recovery_codes where user_id = :viewer::uuid returning id

-- query: mfa_challenge
-- audited
-- Tokens that nobody can use any more are swept on the way.
with stale as (
    delete from mfa_challenges where expires_at < now() - interval '1 hour'
)
insert into mfa_challenges (token_hash, user_id, password_generation, expires_at)
select :token_hash, u.id, coalesce(:password_generation::int, u.password_generation), now() + make_interval(secs => :challenge_s::int)
  from users u
 where u.id = :mfa_user_id::uuid
returning token_hash

-- query: mfa_attempt
-- A token takes a few codes, and is then spent. No row when it is none, or was made with an earlier password.
with challenge as (
    update mfa_challenges c
       set attempts = c.attempts + 1
     where c.token_hash = :token_hash and c.used_at is null and c.expires_at > now() and c.attempts < :most_attempts::int
    returning c.user_id, c.password_generation
)
select c.user_id, c.password_generation, m.secret
  from challenge c
  join users u on u.id = c.user_id and u.password_generation = c.password_generation and user_active(u)
  join mfa_configs m on m.user_id = c.user_id and m.deleted_at is null and m.is_enabled

-- query: mfa_challenge_use
-- Uses up the code and the token together, or neither. Requests that race with one token wait for its row: the first right code wins, and
-- the codes of the others stay good. `open`: the token had not been used.
with challenge as (
    select c.user_id from mfa_challenges c where c.token_hash = :token_hash and c.used_at is null for update
), step as (
    update mfa_configs m
       set last_step = :step::bigint, last_used_at = now()
      from challenge c
     where m.user_id = c.user_id and m.deleted_at is null and m.is_enabled and m.last_step < :step::bigint
    returning m.user_id
), recovery as (
    update recovery_codes r
       set is_used = true, used_at = now()
      from challenge c
     where r.user_id = c.user_id and r.code = :code_hash::text and not r.is_used
    returning r.user_id
), used as (
    update mfa_challenges c
       set used_at = now()
      from (select user_id from step union all select user_id from recovery) as code
     where c.token_hash = :token_hash and c.user_id = code.user_id
)
select exists (select from challenge) as open,
       exists (select from step) or exists (select from recovery) as good

-- What an archive of one's own data tells, and what erasure does (personal.c).

-- query: export_second_factor
select m.is_enabled, m.enabled_at, m.last_used_at, m.created_at,
       (select count(*) from recovery_codes r where r.user_id = m.user_id and not r.is_used) as recovery_codes_left
  from mfa_configs m
 where m.user_id = :user_id::uuid
 order by m.created_at, m.id
