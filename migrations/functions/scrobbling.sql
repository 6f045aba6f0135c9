-- What a person listened to, told to services elsewhere (migration 0386, ADR 0103).

-- Makes sure that a job goes through what is still to be told there.
create or replace function scrobble_wake(account uuid, person uuid, delay interval) returns void
    language plpgsql
    as $$
begin
    insert into jobs as j (kind, payload, run_at, dedupe_key, max_attempts)
    values ('scrobble.send', jsonb_build_object('account_id', account, 'user_id', person), now() + delay, 'scrobble:' || account, 30)
        on conflict (dedupe_key) do update set state = 'queued', attempts = 0, run_at = excluded.run_at, finished_at = null, last_error = null
     where j.state in ('done', 'failed', 'dead');
end
$$;

-- A play of this person has just counted. What comes within half a minute goes with it.
create or replace function scrobble_note(person uuid, play uuid) returns void
    language plpgsql
    as $$
begin
    perform scrobble_wake(n.account_id, person, interval '30 seconds')
       from (select a.id as account_id from scrobble_accounts a where a.user_id = person and a.is_on) n;
    insert into scrobbles (account_id, play_id) select a.id, play from scrobble_accounts a where a.user_id = person and a.is_on on conflict do nothing;
end
$$;

-- This person has just begun to play a track. Only the latest is told, once.
create or replace function scrobble_playing(person uuid, track uuid) returns void
    language plpgsql
    as $$
begin
    insert into jobs as j (kind, payload, dedupe_key, max_attempts)
    select 'scrobble.playing', jsonb_build_object('account_id', a.id, 'user_id', person, 'track_id', track), 'scrobble.playing:' || a.id, 1
      from scrobble_accounts a
     where a.user_id = person and a.is_on and a.tells_playing
        on conflict (dedupe_key) do update set state = 'queued', attempts = 0, payload = excluded.payload, run_at = now(), finished_at = null
     where j.state <> 'running';
end
$$;
