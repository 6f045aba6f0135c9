-- What counts as a play (migrations 0190, 0193, 0386; ADR 0065).

-- Takes a report of a listening. A listening counts once, also when reports come twice, late or in another order. A report that makes no sense changes nothing.
create or replace function play_report(person uuid, visitor_address inet, session uuid, sequence int, track uuid, ranges jsonb, position_ms int, device text) returns void
    language plpgsql
    as $$
declare
    plays_of_an_address constant int := 10; -- of one track, in a day
    most_parts constant int := 200;         -- of a listening
    long_ms constant int := 1200000;        -- 20 minutes: where one stopped in such a track is remembered
    end_ms constant int := 10000;
    s play_sessions;
    t record;
    keeps boolean;
    is_new boolean;
    spent timestamptz := '-infinity';
    needed interval;
begin
    select tr.creator_id, tr.duration_ms into t from tracks tr where tr.id = track;
    keeps := person is not null and coalesce((select u.listening_history from user_settings u where u.user_id = person), true);
    insert into play_sessions (id, track_id, user_id, address) values (session, track, person, case when person is null then coalesce(visitor_address, '::') end) on conflict (id) do nothing;
    is_new := found;
    select p.* into s from play_sessions p where p.id = session for update;
    if s.track_id <> track or s.user_id is distinct from person or s.sequences @> sequence then
        return; -- a listening belongs to whoever began it: if a person could take over a visitor's, the visitor's address could count one more below
    end if;
    if is_new and keeps and t.creator_id is distinct from person then
        perform scrobble_playing(person, track);
    end if;
    if keeps and t.duration_ms > long_ms and position_ms is not null and sequence > coalesce(upper(s.sequences) - 1, -1) then
        if position_ms > t.duration_ms - end_ms then
            delete from track_positions p where p.user_id = person and p.track_id = track;
        else
            insert into track_positions (user_id, track_id, position_ms) values (person, track, position_ms)
            on conflict (user_id, track_id) do update set position_ms = excluded.position_ms;
        end if;
    end if;
    s.heard := s.heard + play_ranges(ranges, t.duration_ms);
    s.sequences := s.sequences + int4multirange(int4range(sequence, sequence, '[]'));
    if (select count(*) from unnest(s.heard)) > most_parts or (select count(*) from unnest(s.sequences)) > most_parts then
        return;
    end if;
    if not s.is_done and play_is_enough(s.heard, t.duration_ms, now() - s.started_at) then
        needed := make_interval(secs => play_needed_ms(t.duration_ms) / 2000.0);
        if person is not null then
            insert into play_listeners (user_id, spent_until) values (person, '-infinity') on conflict (user_id) do nothing;
            select l.spent_until into spent from play_listeners l where l.user_id = person for update;
            s.is_done := play_is_enough(s.heard, t.duration_ms, now() - greatest(spent, s.started_at));
            if s.is_done then
                update play_listeners l set spent_until = greatest(spent, s.started_at) + needed where l.user_id = person;
            end if;
        else
            perform pg_advisory_xact_lock(hashtextextended(track || ' ' || s.address, 0));
            s.is_done := (select count(*) from play_sessions p
                           where p.track_id = track and p.address = s.address and p.is_done -- as play_sessions_counted_idx wants it
                             and p.counted_at > now() - interval '1 day') < plays_of_an_address;
        end if;
        if s.is_done then
            s.play_id := gen_random_uuid();
            s.counted_at := now();
            insert into track_plays (id, track_id, user_id, duration, played_at, device, is_counted)
            values (s.play_id, track, case when keeps then person end, 0, s.started_at, device, t.creator_id is distinct from person);
            if keeps and t.creator_id is distinct from person then
                perform scrobble_note(person, s.play_id);
            end if;
        end if;
    end if;
    update play_sessions p
       set heard = s.heard, sequences = s.sequences, is_done = s.is_done, play_id = s.play_id, counted_at = s.counted_at, told_at = now()
     where p.id = session;
    update track_plays p
       set duration = h.seconds
      from (select coalesce(sum(upper(r) - lower(r)), 0) / 1000 as seconds from unnest(s.heard) r) h
     where p.id = s.play_id and p.duration <> h.seconds;
end
$$;
