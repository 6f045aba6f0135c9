delete from track_downloads where format = 'original';
alter table track_downloads
    drop constraint track_downloads_format_check,
    add constraint track_downloads_format_check check (format in ('flac', 'lossy')),
    drop column crc32,
    drop column tags;
