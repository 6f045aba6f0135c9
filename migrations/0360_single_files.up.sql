-- How long a track's sound is as one file (api/layout.h), which feeds tell beforehand.
create table track_single_files (
    track_id   uuid not null,
    version    varchar(16) not null, -- of the renditions that was measured
    size_bytes bigint not null,
    constraint track_single_files_pkey primary key (track_id),
    constraint track_single_files_size_bytes_check check (size_bytes > 0),
    constraint track_single_files_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade
);
