-- Tracks that were processed before tempo, key and timbre were measured are measured by a job. What it could not measure, and how often it tried: twice at most for one sound.
create table track_analysis_failures (
    track_id      uuid not null,
    media_version varchar(16) not null, -- the sound that was tried
    failures      smallint not null default 1,
    code          varchar(50) not null,
    created_at    timestamptz not null default now(),
    updated_at    timestamptz not null default now(),
    constraint track_analysis_failures_pkey primary key (track_id),
    constraint track_analysis_failures_failures_check check (failures > 0),
    constraint track_analysis_failures_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade
);
create trigger track_analysis_failures_set_updated_at before update on track_analysis_failures for each row
    execute function set_updated_at();
