-- Passkeys: one's own, but for signing in.

-- query: passkey_person
select u.email, u.username, u.password_hash, u.password_generation
  from users u
 where u.id = :viewer::uuid

-- query: passkey_ids
select encode(c.credential_id, 'hex') from webauthn_credentials c where c.user_id = :viewer::uuid order by c.created_at

-- query: passkey_challenge_make
-- audited
-- Challenges that nobody can answer any more are swept on the way.
with stale as (
    delete from webauthn_challenges where expires_at < now() - interval '1 hour'
)
insert into webauthn_challenges (challenge_hash, user_id, password_generation, expires_at)
values (:challenge_hash, :challenge_user_id::uuid, :password_generation::int, now() + make_interval(secs => :challenge_s::int))
returning challenge_hash

-- query: passkey_challenge_take
-- Once, and only by whom it was made for, while their password is the one that was given for it.
delete from webauthn_challenges c
 where c.challenge_hash = :challenge_hash and c.user_id is not distinct from :challenge_user_id::uuid and c.expires_at > now()
   and (c.user_id is null or exists (select from users u where u.id = c.user_id and u.password_generation = c.password_generation))
returning c.challenge_hash

-- query: passkey_add
-- audited
-- No row when there are too many already. Its owner is told.
with added as (
    insert into webauthn_credentials (user_id, credential_id, public_key, algorithm, aaguid, sign_count, name)
    select :viewer::uuid, :credential_id::bytea, :public_key::bytea, :algorithm::int, :aaguid::bytea, :counter::bigint, :name
     where (select count(*) from webauthn_credentials c where c.user_id = :viewer::uuid) < :most_passkeys::int
    returning id, user_id
), event as (
    insert into outbox (name, key, payload) select 'account.passkey_added', user_id, jsonb_build_object('user_id', user_id) from added
)
select id from added

-- query: passkey_list
-- sort: c.created_at desc, c.id desc
-- schema: Passkey
-- nullable: last_used_at
select c.id, c.name, c.created_at, c.last_used_at
  from webauthn_credentials c
 where c.user_id = :viewer::uuid

-- query: passkey_get
-- schema: Passkey
-- nullable: last_used_at
select c.id, c.name, c.created_at, c.last_used_at
  from webauthn_credentials c
 where c.id = :id::uuid and c.user_id = :viewer::uuid

-- query: passkey_rename
-- schema: Passkey
-- nullable: last_used_at
update webauthn_credentials c
   set name = :name
 where c.id = :id::uuid and c.user_id = :viewer::uuid
returning c.id, c.name, c.created_at, c.last_used_at

-- query: passkey_delete
-- With the last second factor, what was proven by it goes. Its owner is told.
with proofs as (
    update sessions s
       set mfa_at = null
     where s.user_id = :viewer::uuid and s.mfa_at is not null
       and not exists (select from mfa_configs m where m.user_id = s.user_id and m.is_enabled and m.deleted_at is null)
       and not exists (select from webauthn_credentials c where c.user_id = s.user_id and c.id <> :id::uuid)
), gone as (
    delete from webauthn_credentials where id = :id::uuid and user_id = :viewer::uuid returning id, user_id
), event as (
    insert into outbox (name, key, payload) select 'account.passkey_removed', user_id, jsonb_build_object('user_id', user_id) from gone
)
select id from gone

-- query: passkey_find
-- Of accounts in good standing.
select c.id, c.user_id, encode(c.public_key, 'hex') as public_key, c.algorithm
  from webauthn_credentials c
  join users u on u.id = c.user_id and user_active(u)
 where c.credential_id = :credential_id::bytea

-- query: passkey_used
-- Devices without a counter always say 0. No row when the counter has not grown.
with used as (
    update webauthn_credentials c
       set sign_count = :counter::bigint, last_used_at = now()
     where c.id = :passkey_id::uuid and (c.sign_count < :counter::bigint or (c.sign_count = 0 and :counter::bigint = 0))
    returning c.user_id
)
insert into login_history (user_id, method, outcome, ip_address, user_agent, device_label, country)
select u.user_id, 'passkey', 'succeeded', :client_ip::text, left(:user_agent::text, 500), device_label(:user_agent::text),
       :client_country::text
  from used u
returning id

-- What an archive of one's own data tells, and what erasure does (personal.c).

-- query: export_passkeys
select w.id, w.name, w.algorithm, w.created_at, w.last_used_at
  from webauthn_credentials w
 where w.user_id = :user_id::uuid
 order by w.created_at, w.id
