-- query: demo_person
-- not null: id
-- A person of the demonstration; the row that is there already when it was added before.
with old as (
    select id from users where lower(username) = lower(:username) and deleted_at is null
), new as (
    insert into users (username, email, password_hash, password_changed_at, first_name, last_name, bio, location, role, is_verified,
                       email_verified_at)
    select :username, :email, :password_hash, now(), :first_name, :last_name, :bio, :location, :role::user_role, true, now()
     where not exists (select from old)
    returning id
), settings as (
    insert into user_settings (user_id) select id from new
), profile as (
    insert into user_profiles (user_id) select id from new
)
select id from new union all select id from old

-- query: outgoing_hold
-- Whether mails and push messages wait. Returns how many do.
with held as (update installation set outgoing_held = :held::boolean returning outgoing_held)
select (select count(*) from jobs where state = 'queued' and kind ~ '^(mail|push)[.]') as waiting from held

-- query: outgoing_held
select (select count(*) from jobs where state = 'queued' and kind ~ '^(mail|push)[.]') as waiting from installation where outgoing_held

-- query: demo_has_track
select exists (select from tracks t join users u on u.id = t.creator_id
                where lower(u.username) = lower(:username) and t.title = :title and t.deleted_at is null) as present

-- query: demo_unfinished
select count(*)::int as unfinished,
       (select count(*)::int from tracks where status = 'failed' and deleted_at is null) as failed,
       coalesce((select sum(progress) from jobs where kind = 'transcode' and state = 'running'), 0) as running
  from tracks
 where status = 'processing' and deleted_at is null
