-- Somebody chose this track's cover, or that it has none: processing it once more does not bring back the picture in its file.
alter table tracks add column cover_is_chosen boolean not null default false;
