-- Versions: a new file replaces the sound of a track. A track that was never replaced has no rows here; its sound is version 1. A row of the version that
-- plays, or has played, or will; its file is one of those that the creator's quota counts, for as long as it is kept.
alter table track_versions alter column file_path drop not null,
    add column state varchar(10) not null default 'kept',
    add column original_filename varchar(255),
    add column content_sha256 bytea,
    add column format varchar(10),
    add column duration_ms int,
    add column restored_from int,
    add column media_versions text[] not null default '{}', -- runs of the processing whose files were this sound; the last is there until media_until
    add column media_until timestamptz,
    add column played_at timestamptz,   -- from when on it was what listeners hear
    add column replaced_at timestamptz,
    add column distance real,           -- how far its sound is from the version before it, 0 to 1; null: not known
    add column is_replaced boolean not null default false, -- so far that it is another recording
    add column failure_code varchar(50),
    add column failure text,
    add constraint track_versions_state_check check (state in ('pending', 'current', 'kept', 'failed', 'expired')),
    add constraint track_versions_content_sha256_check check (octet_length(content_sha256) = 32),
    add constraint track_versions_duration_ms_check check (duration_ms >= 0),
    add constraint track_versions_changelog_check check (length(changelog) <= 2000),
    add constraint track_versions_distance_check check (distance between 0 and 1);
-- One at a time is being made.
create unique index track_versions_pending_key on track_versions (track_id) where state = 'pending';
-- What the sweep looks for.
create index track_versions_replaced_at_idx on track_versions (replaced_at) where state = 'kept';
create index track_versions_left_idx on track_versions (track_id) where state in ('failed', 'expired') and file_path is not null;
create index track_versions_media_until_idx on track_versions (media_until) where media_until is not null;

alter table tracks add column version int not null default 1,
    add column version_at timestamptz,              -- since when its version plays; null: it was never replaced
    add column is_replaced boolean not null default false, -- a version since the first was another recording
    add column versions_bytes bigint not null default 0,
    add constraint tracks_versions_bytes_check check (versions_bytes >= 0),
    add constraint tracks_version_check check (version >= 1);
alter table tracks add column stored_bytes bigint generated always as (coalesce(file_size, 0) + versions_bytes) stored;

drop trigger tracks_count_stored_bytes on tracks;
create trigger tracks_count_stored_bytes after update of file_size, versions_bytes, creator_id on tracks for each row
    execute function count_stored_bytes('creator_id', 'stored_bytes');
drop trigger tracks_count_bytes_new on tracks;
create trigger tracks_count_bytes_new after insert on tracks referencing new table as changed for each statement
    execute function count_stored_bytes_of_all('creator_id', 'stored_bytes');
drop trigger tracks_count_bytes_gone on tracks;
create trigger tracks_count_bytes_gone after delete on tracks referencing old table as changed for each statement
    execute function count_stored_bytes_of_all('creator_id', 'stored_bytes');
