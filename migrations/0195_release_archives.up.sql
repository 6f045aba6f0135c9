-- Archives of releases are made of files whose size and CRC-32 are known before the first byte is sent. An original has a row for that too, which names the
-- file where it lies. `tags`: what a file that was made says about its track, in short; null: nothing that is known, so it is made anew.
alter table track_downloads
    add column crc32 bigint,
    add column tags text,
    drop constraint track_downloads_format_check,
    add constraint track_downloads_format_check check (format in ('flac', 'lossy', 'original'));
