-- Archives of releases are made of files whose size and CRC-32 are known before the first byte is sent. An original has a row for that too, which names the
-- file where it lies.
alter table track_downloads
    add column crc32 bigint,
    drop constraint track_downloads_format_check,
    add constraint track_downloads_format_check check (format in ('flac', 'lossy', 'original'));
