-- Stems: the parts that a track was mixed from. All of a track are played on one clock, so what is made of them has one sample rate.
alter table track_stems
    add column user_id uuid,
    add column state varchar(10) not null default 'pending',
    add column original_filename varchar(255),
    add column content_sha256 bytea,
    add column duration_ms int,
    add column sample_rate int not null default 48000,      -- of what is played, in Hz; samples and offset count in it
    add column channels int,                                -- of what is played
    add column samples bigint,
    add column segments int,
    add column offset_samples bigint not null default 0,    -- where its first sample is on the clock of the track
    add column run varchar(16),                             -- the run of the processing whose files these are
    add column failure_code varchar(50),
    add column failure text,
    add constraint track_stems_state_check check (state in ('pending', 'ready', 'failed')),
    add constraint track_stems_content_sha256_check check (octet_length(content_sha256) = 32),
    add constraint track_stems_sample_rate_check check (sample_rate between 8000 and 192000),
    add constraint track_stems_user_id_fkey foreign key (user_id) references users (id) on delete cascade;
update track_stems s set user_id = t.creator_id from tracks t where t.id = s.track_id;
alter table track_stems alter column user_id set not null;
create index track_stems_user_id_idx on track_stems (user_id);
drop index track_stems_live_idx;
create unique index track_stems_name_key on track_stems (track_id, lower(name)) where deleted_at is null;

create trigger track_stems_count_bytes_new after insert on track_stems referencing new table as changed for each statement
    execute function count_stored_bytes_of_all('user_id', 'size_bytes');
create trigger track_stems_count_bytes_gone after delete on track_stems referencing old table as changed for each statement
    execute function count_stored_bytes_of_all('user_id', 'size_bytes');
create trigger track_stems_count_stored_bytes after update of size_bytes, user_id on track_stems for each row
    execute function count_stored_bytes('user_id', 'size_bytes');

alter table tracks add column stems_open boolean not null default false; -- everybody who may see the track may hear its stems

-- Who else may.
create table track_stem_guests (
    id         uuid not null default gen_random_uuid(),
    track_id   uuid not null,
    user_id    uuid not null,
    created_at timestamptz not null default now(),
    constraint track_stem_guests_pkey primary key (id),
    constraint track_stem_guests_track_id_user_id_key unique (track_id, user_id),
    constraint track_stem_guests_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade,
    constraint track_stem_guests_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index track_stem_guests_track_id_idx on track_stem_guests (track_id, created_at, id);
create index track_stem_guests_user_id_idx on track_stem_guests (user_id);
