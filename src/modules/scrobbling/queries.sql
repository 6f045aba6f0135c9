-- Services elsewhere that are told what a person listened to (ADR 0103). Everybody sees and changes their own only; nobody is told what opens an account there.

-- fragment: scrobble_account(a)
-- schema: ScrobbleAccount
-- nullable: username, stopped_for, last_error, last_sent_at
-- not null: waiting
-- type: service listenbrainz|lastfm
-- type: stopped_for unconfirmed|refused
-- type: last_error unreachable|busy|failed|not_taken
a.id, a.service, a.base_url, a.username, a.is_on, a.tells_playing, a.stopped_for, a.last_error, a.sent_count, a.last_sent_at,
       (select count(*) from scrobbles w_ where w_.account_id = a.id)::int as waiting, a.created_at

-- query: scrobble_list
-- sort: a.created_at desc, a.id desc
select {scrobble_account(a)} from scrobble_accounts a where a.user_id = :viewer::uuid

-- query: scrobble_get
select {scrobble_account(a)} from scrobble_accounts a where a.id = :account_id::uuid and a.user_id = :viewer::uuid

-- query: scrobble_begun
-- schema: ScrobbleBegun
-- not null: confirm_url
select {scrobble_account(a)}, :confirm_url::text as confirm_url from scrobble_accounts a where a.id = :account_id::uuid and a.user_id = :viewer::uuid

-- query: scrobble_services
-- schema: ScrobbleServices
-- not null: *
select :setting_listenbrainz_url::text as listenbrainz_url, :setting_lastfm_url::text as lastfm_url, :setting_lastfm_api_key::text <> '' as has_lastfm_key

-- query: scrobble_room
-- problems: conflict
select case when (select count(*) from scrobble_accounts a where a.user_id = :viewer::uuid and not (a.service = :service::text and a.base_url = :address::text)) >= 10
            then 'conflict: You have connected ten services, which is the most. Disconnect one first.' end as problem

-- query: scrobble_known
-- The id of a connection that is there already: connecting anew takes its place.
select a.id from scrobble_accounts a where a.user_id = :viewer::uuid and a.service = :service::text and a.base_url = :address::text

-- query: scrobble_put
-- audited
-- What is sealed belongs to this id.
insert into scrobble_accounts as a (id, user_id, service, base_url, username, sealed, is_on, stopped_for, tells_playing)
values (:account_id::uuid, :viewer::uuid, :service::text, :address::text, :username::text, :sealed::text, :stopped::text is null, :stopped::text,
        coalesce(:tells_playing::boolean, false))
    on conflict (id) do update
   set username = coalesce(excluded.username, a.username), sealed = excluded.sealed, is_on = excluded.is_on, stopped_for = excluded.stopped_for,
       tells_playing = coalesce(:tells_playing::boolean, a.tells_playing), last_error = null
returning a.id

-- query: scrobble_sealed
select a.id as account_id, a.service, a.base_url, a.sealed, a.stopped_for from scrobble_accounts a where a.id = :id::uuid and a.user_id = :viewer::uuid

-- query: scrobble_confirm
-- audited
update scrobble_accounts a
   set sealed = :sealed::text, username = :username::text, is_on = true, stopped_for = null, last_error = null
 where a.id = :account_id::uuid and a.user_id = :viewer::uuid
returning a.id

-- query: scrobble_change
-- What the service refused must be connected anew. What was not told when it is switched off is not told later.
-- problems: conflict
with x as (
    select a.id, case when :is_on::boolean and a.stopped_for is not null then 'conflict: Connect this service anew first.' end as problem
      from scrobble_accounts a where a.id = :id::uuid and a.user_id = :viewer::uuid
), u as (
    update scrobble_accounts a
       set is_on = coalesce(:is_on::boolean, a.is_on), tells_playing = coalesce(:tells_playing::boolean, a.tells_playing)
      from x where a.id = x.id and x.problem is null
    returning a.*
), d as (
    delete from scrobbles w using u where w.account_id = u.id and not u.is_on
)
select {scrobble_account(u)}, x.problem from x left join u on true

-- query: scrobble_delete
delete from scrobble_accounts a where a.id = :id::uuid and a.user_id = :viewer::uuid returning a.id

-- Jobs.

-- query: scrobble_account_of
-- Nothing is told for somebody who is banned or about to be erased; it waits.
select a.service, a.base_url, a.sealed from scrobble_accounts a join users u on u.id = a.user_id and user_shown(u) where a.id = :account_id::uuid and a.is_on

-- fragment: scrobble_told(p, t, u, a)
-- It may be told: everybody finds the track, and it is still in the history of the person, who keeps one.
(p.user_id = a.user_id and {track_listed(t, u, null::uuid, false)}
 and coalesce((select s_.listening_history from user_settings s_ where s_.user_id = a.user_id), true))

-- query: scrobbles_drop
-- What may not be told any more, and what is older than services take.
delete from scrobbles w
 using scrobble_accounts a, track_plays p, tracks t, users u
 where w.account_id = :account_id::uuid and a.id = w.account_id and p.id = w.play_id and t.id = p.track_id and u.id = t.creator_id
   and (p.played_at < now() - interval '13 days' or {scrobble_told(p, t, u, a)} is not true)

-- fragment: scrobble_columns(t, u)
coalesce(nullif(t.artist, ''), u.display_name) as artist, t.title, nullif(t.album, '') as album, coalesce(t.duration_ms, 0) as duration_ms, '/track/' || t.id as path

-- query: scrobbles_due
-- The earliest first.
select p.id, extract(epoch from p.played_at)::bigint as played_at, {scrobble_columns(t, u)}
  from scrobbles w
  join scrobble_accounts a on a.id = w.account_id
  join track_plays p on p.id = w.play_id
  join tracks t on t.id = p.track_id
  join users u on u.id = t.creator_id
 where w.account_id = :account_id::uuid and a.is_on and {scrobble_told(p, t, u, a)}
 order by p.played_at, p.id
 limit :most::int

-- query: scrobbles_done
-- `taken`: they were told; else they are nothing that the service takes.
with d as (
    delete from scrobbles w where w.account_id = :account_id::uuid and w.play_id = any (:play_ids::uuid[]) returning w.play_id
)
update scrobble_accounts a
   set sent_count = a.sent_count + case when :taken::boolean then (select count(*) from d) else 0 end,
       last_sent_at = case when :taken::boolean then now() else a.last_sent_at end, last_error = case when not :taken::boolean then 'not_taken' end
 where a.id = :account_id::uuid

-- query: scrobble_failed
update scrobble_accounts a set last_error = :error::text where a.id = :account_id::uuid and a.last_error is distinct from :error::text

-- query: scrobble_stop
-- The service does not take what opens the account any more: it is switched off, and its person is told. Another token may have come meanwhile: then nothing happens.
with a as (
    update scrobble_accounts a set is_on = false, stopped_for = 'refused', last_error = null
     where a.id = :account_id::uuid and a.is_on and a.sealed = :sealed::text
    returning a.id, a.user_id
), d as (
    delete from scrobbles w using a where w.account_id = a.id
)
insert into outbox (name, key, payload) select 'scrobbling.stopped', a.id, jsonb_build_object('account_id', a.id, 'user_id', a.user_id) from a returning key

-- query: scrobble_playing
select {scrobble_columns(t, u)}
  from tracks t
  join users u on u.id = t.creator_id
  join scrobble_accounts a on a.id = :account_id::uuid and a.is_on and a.tells_playing
 where t.id = :track_id::uuid and {track_listed(t, u, null::uuid, false)}
   and coalesce((select s.listening_history from user_settings s where s.user_id = a.user_id), true)

-- query: scrobble_sweep
-- A play may be noted just when the job for its account ends.
select scrobble_wake(a.id, a.user_id, interval '0') :: text as woken
  from scrobble_accounts a
  join users u on u.id = a.user_id and user_shown(u)
 where a.is_on and exists (select from scrobbles w where w.account_id = a.id and w.created_at < now() - interval '1 minute')

-- query: export_scrobble_accounts
select a.service, a.base_url, a.username, a.is_on, a.tells_playing, a.stopped_for, a.sent_count, a.last_sent_at, a.created_at
  from scrobble_accounts a where a.user_id = :user_id::uuid order by a.created_at, a.id
