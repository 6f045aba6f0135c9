-- What rises: made anew by a job from counted plays of the last week (ADR 0099). A bounded number of rows. Places and no
-- scores, from which somebody could tell how many listened.
create table rising_tracks (
    track_id    uuid not null,
    genre       varchar(100),
    place       int not null,
    computed_at timestamptz not null default now(),
    constraint rising_tracks_pkey primary key (track_id),
    constraint rising_tracks_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade
);
create index rising_tracks_place_idx on rising_tracks (place, track_id);
create index rising_tracks_genre_idx on rising_tracks (genre, place, track_id);
-- Text of the functions: migrations/functions/discover.sql
create function rising_compute(most int) returns int language plpgsql as $$ begin end $$;

-- Tracks that sound alike have like projections of their timbre, so that neighbours are read from an index. The numbers are any three directions.
create function sound_projection(timbre real[], direction int) returns real
    language sql immutable parallel safe
    return (select sum(timbre[i] * cos(direction * (i - 1.5) * pi() / 12) / sqrt(i))::real from generate_series(2, cardinality(timbre)) i);
alter table track_analysis add column sound_1 real generated always as (sound_projection(timbre_mean, 1)) stored,
    add column sound_2 real generated always as (sound_projection(timbre_mean, 2)) stored,
    add column sound_3 real generated always as (sound_projection(timbre_mean, 3)) stored;
create index track_analysis_sound_1_idx on track_analysis (sound_1) where sound_1 is not null;
create index track_analysis_sound_2_idx on track_analysis (sound_2) where sound_2 is not null;
create index track_analysis_sound_3_idx on track_analysis (sound_3) where sound_3 is not null;
create function key_fifths(musical_key text) returns int language sql immutable parallel safe as $$ select null::int $$;
create function sound_neighbours(timbre real[], each int) returns setof uuid language plpgsql stable as $$ begin end $$;

-- Radio: it begins with a track and remembers what it played, so that it does not repeat itself. A person has five at most.
create table radios (
    id         uuid not null default gen_random_uuid(),
    user_id    uuid not null,
    track_id   uuid not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint radios_pkey primary key (id),
    constraint radios_user_id_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint radios_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade
);
create index radios_user_id_idx on radios (user_id, updated_at);
create index radios_track_id_idx on radios (track_id);
create trigger radios_set_updated_at before update on radios for each row execute function set_updated_at();

-- What it chose, in this order; of the oldest beyond 2,000 only the newest are kept. `gave_way`: the rule that could not be kept.
create table radio_tracks (
    radio_id uuid not null,
    place    int not null,
    track_id uuid not null,
    reason   varchar(20) not null,
    gave_way varchar(20),
    constraint radio_tracks_pkey primary key (radio_id, place),
    constraint radio_tracks_reason_check check (reason in ('sounds_alike', 'same_genre', 'same_tag', 'else')),
    constraint radio_tracks_gave_way_check check (gave_way in ('artist_spacing', 'repeats')),
    constraint radio_tracks_radio_id_fkey foreign key (radio_id) references radios (id) on delete cascade,
    constraint radio_tracks_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade
);
create index radio_tracks_track_id_idx on radio_tracks (track_id);
create function radio_go_on(radio uuid, wanted int) returns int language plpgsql as $$ begin end $$;
create function sound_path(viewer uuid, from_track uuid, to_track uuid, wanted int) returns table (track_id uuid, place int)
    language plpgsql stable as $$ begin end $$;
-- May the track be in a list that Veza chooses for this person?
create function track_discovered(viewer uuid, tracks uuid[]) returns setof uuid language plpgsql stable as $$ begin end $$;
