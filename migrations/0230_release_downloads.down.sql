drop function may_download_release(releases, tracks, text, uuid, boolean);
alter table releases drop column download_formats, drop column is_downloadable;
