alter table track_comments drop column track_version;
