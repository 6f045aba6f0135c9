-- A track's sound as one file: its first bytes and its segments, one after the other. How long each is, so that ranges need no look at all of them.
create table track_single_files (
    track_id   uuid not null,
    version    varchar(16) not null, -- of the renditions that was measured
    sizes      int[] not null,
    size_bytes bigint not null,
    constraint track_single_files_pkey primary key (track_id),
    constraint track_single_files_size_bytes_check check (size_bytes > 0),
    constraint track_single_files_sizes_check check (cardinality(sizes) between 2 and 8193),
    constraint track_single_files_track_id_fkey foreign key (track_id) references tracks (id) on delete cascade
);
