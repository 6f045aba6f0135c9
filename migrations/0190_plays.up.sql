-- Plays. A player tells which parts of a track were heard; they are collected for each listening (play_sessions) until it is a play by the rule of
-- play_is_enough(), and then make one row of track_plays. The rows that count are counted by a trigger, also when a person is erased.
alter table track_plays add column is_counted boolean not null default true;
update track_plays p set is_counted = false from tracks t where t.id = p.track_id and t.creator_id = p.user_id; -- one's own are kept, and not counted

create function track_plays_count() returns trigger
    language plpgsql security definer set search_path = public
    as $$
begin
    if tg_op = 'INSERT' then
        update tracks set play_count = play_count + 1 where id = new.track_id;
    else
        update tracks set play_count = play_count - 1 where id = old.track_id;
    end if;
    return null;
end
$$;
create trigger track_plays_count_new after insert on track_plays for each row when (new.is_counted) execute function track_plays_count();
create trigger track_plays_count_gone after delete on track_plays for each row when (old.is_counted) execute function track_plays_count();
update tracks t
   set play_count = n.count
  from (select t_.id, (select count(*) from track_plays p where p.track_id = t_.id and p.is_counted) as count from tracks t_) n
 where n.id = t.id and n.count <> t.play_count;

-- A listening that is told of. It is kept for a day after the last report. `sequences` are the reports that came; address is a network of IPv6 or an
-- address of IPv4, for visitors only; null where it is not known.
create table play_sessions (
    id         uuid not null,
    track_id   uuid not null,
    user_id    uuid,
    address    inet,
    heard      int4multirange not null default '{}', -- in milliseconds of the track
    sequences  int4multirange not null default '{}',
    is_done    boolean not null default false,
    play_id    uuid, -- the row of track_plays, where it made one
    started_at timestamptz not null default now(),
    told_at    timestamptz not null default now(),
    constraint play_sessions_pkey primary key (id),
    constraint play_sessions_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade,
    constraint play_sessions_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index play_sessions_track_id_idx on play_sessions (track_id, address) where is_done;
create index play_sessions_track_idx on play_sessions (track_id);
create index play_sessions_user_id_idx on play_sessions (user_id);
create index play_sessions_told_at_idx on play_sessions (told_at);

-- Until when the time of a person is used up by plays that counted: whoever lets many tracks play at once does not count faster.
create table play_listeners (
    user_id     uuid not null,
    spent_until timestamptz not null,
    constraint play_listeners_pkey primary key (user_id),
    constraint play_listeners_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index play_listeners_spent_until_idx on play_listeners (spent_until);

-- Where a person stopped in a long track.
create table track_positions (
    user_id     uuid not null,
    track_id    uuid not null,
    position_ms int not null,
    updated_at  timestamptz not null default now(),
    constraint track_positions_pkey primary key (user_id, track_id),
    constraint track_positions_position_ms_check check (position_ms >= 0),
    constraint track_positions_user_id_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint track_positions_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade
);
create index track_positions_track_id_idx on track_positions (track_id);
create trigger track_positions_set_updated_at before update on track_positions for each row execute function set_updated_at();

drop index track_plays_user_id_idx;
create index track_plays_user_id_idx on track_plays (user_id, played_at, id);
alter table user_settings add column listening_history boolean not null default true;

-- What the nightly recount found: how many rows had a wrong number at the last time, and ever.
create table counter_checks (
    counter     varchar(30) not null,
    wrong       bigint not null default 0,
    wrong_ever  bigint not null default 0,
    checked_at  timestamptz not null default now(),
    constraint counter_checks_pkey primary key (counter)
);

create function play_needed_ms(duration_ms int) returns int
    language sql immutable parallel safe
    as $$ select case when duration_ms > 0 then least(30000, (duration_ms + 1) / 2) else 30000 end $$;

-- The parts of the track that a report names, each once: [{from_ms, to_ms}]. What is not forward, or lies outside of the track, is left out.
create function play_ranges(ranges jsonb, duration_ms int) returns int4multirange
    language sql immutable parallel safe
    as $$
select coalesce(range_agg(int4range(greatest(r.from_ms, 0)::int, least(r.to_ms, duration_ms)::int)), '{}')
  from jsonb_to_recordset(ranges) as r (from_ms numeric, to_ms numeric)
 where greatest(r.from_ms, 0) < least(r.to_ms, duration_ms)
$$;

-- The one definition of a play: of the track 30 seconds or half of it, whichever is less, were heard, and in the time that passed that was possible at
-- double speed.
create function play_is_enough(heard int4multirange, duration_ms int, passed interval) returns boolean
    language sql immutable parallel safe
    as $$
select least((select coalesce(sum(upper(r)::bigint - lower(r)), 0) from unnest(heard) r), extract(epoch from passed) * 2000) >= play_needed_ms(duration_ms)
$$;

-- Takes a report of a listening. It counts once, whatever comes again, late or in another order; one that makes no sense changes nothing.
create function play_report(person uuid, visitor_address inet, session uuid, sequence int, track uuid, ranges jsonb, position_ms int, device text) returns void
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
    spent timestamptz := '-infinity';
    needed interval;
begin
    select tr.creator_id, tr.duration_ms into t from tracks tr where tr.id = track;
    keeps := person is not null and coalesce((select u.listening_history from user_settings u where u.user_id = person), true);
    insert into play_sessions (id, track_id, user_id, address) values (session, track, person, visitor_address) on conflict (id) do nothing;
    select p.* into s from play_sessions p where p.id = session for update;
    if s.track_id <> track or s.user_id <> person or (s.user_id is not null and person is null) or s.sequences @> sequence then
        return;
    end if;
    if keeps and t.duration_ms > long_ms and position_ms is not null and sequence > coalesce(upper(s.sequences) - 1, -1) then
        if position_ms > t.duration_ms - end_ms then
            delete from track_positions p where p.user_id = person and p.track_id = track;
        else
            insert into track_positions (user_id, track_id, position_ms) values (person, track, position_ms)
            on conflict (user_id, track_id) do update set position_ms = excluded.position_ms;
        end if;
    end if;
    s.user_id := person;
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
            perform pg_advisory_xact_lock(hashtextextended(track || ' ' || coalesce(s.address::text, 'unknown'), 0));
            s.is_done := (select count(*) from play_sessions p
                           where p.track_id = track and p.user_id is null and p.address is not distinct from s.address and p.is_done and p.started_at > now() - interval '1 day') < plays_of_an_address;
        end if;
        if s.is_done then
            s.play_id := gen_random_uuid();
            insert into track_plays (id, track_id, user_id, duration, played_at, device, is_counted)
            values (s.play_id, track, case when keeps then person end, 0, s.started_at, device, t.creator_id is distinct from person);
        end if;
    end if;
    update play_sessions p
       set user_id = s.user_id, heard = s.heard, sequences = s.sequences, is_done = s.is_done, play_id = s.play_id, told_at = now()
     where p.id = session;
    update track_plays p
       set duration = h.seconds
      from (select coalesce(sum(upper(r) - lower(r)), 0) / 1000 as seconds from unnest(s.heard) r) h
     where p.id = s.play_id and p.duration <> h.seconds;
end
$$;
