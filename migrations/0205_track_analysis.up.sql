-- What was measured of the sound that plays: tempo, beats, key, tuning and timbre. What a person says of tempo and key is in tracks, and wins.
create table track_analysis (
    track_id         uuid not null,
    method           smallint not null,  -- a later one may tell something else of the same sound
    bpm              real,               -- the best guess; null: there is none
    bpm_confidence   real not null,
    bpm_is_sure      boolean not null,
    first_beat_s     double precision,   -- the grid of beats, where the tempo is sure
    beat_s           double precision,
    onsets_per_s     real not null,
    musical_key      varchar(10),        -- the best guess: "F# minor"
    key_confidence   real not null,
    key_is_sure      boolean not null,
    tuning_cents     real,               -- above a = 440 Hz; null: it says nothing, as of noise
    timbre_mean      real[],             -- mel-frequency cepstral coefficients; null: silence
    timbre_deviation real[],
    created_at       timestamptz not null default now(),
    updated_at       timestamptz not null default now(),
    constraint track_analysis_pkey primary key (track_id),
    constraint track_analysis_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade,
    constraint track_analysis_bpm_check check (bpm > 0 and (bpm is not null or not bpm_is_sure)),
    constraint track_analysis_bpm_confidence_check check (bpm_confidence between 0 and 1),
    constraint track_analysis_key_confidence_check check (key_confidence between 0 and 1),
    constraint track_analysis_musical_key_check check (musical_key is not null or not key_is_sure),
    constraint track_analysis_beat_s_check check (beat_s > 0 and (beat_s is null) = (first_beat_s is null)),
    constraint track_analysis_timbre_check check (cardinality(timbre_mean) <= 40 and cardinality(timbre_mean) = cardinality(timbre_deviation))
);
create trigger track_analysis_set_updated_at before update on track_analysis for each row
    execute function set_updated_at();

-- How differently two tracks sound: by their timbre, and by their tempo where both are sure of it; twice as fast counts as the same. Null: not known.
create function sound_distance(a track_analysis, b track_analysis) returns double precision
    language sql stable parallel safe
return (select sqrt(avg((a.timbre_mean[i] - b.timbre_mean[i]) ^ 2 / (a.timbre_deviation[i] ^ 2 + b.timbre_deviation[i] ^ 2 + 1e-6)))
          from generate_series(2, cardinality(a.timbre_mean)) i) -- the first is the level
       + case when a.bpm_is_sure and b.bpm_is_sure
              then 2 * abs(log(2, (a.bpm / b.bpm)::numeric) - round(log(2, (a.bpm / b.bpm)::numeric)))::double precision else 0.3 end;
