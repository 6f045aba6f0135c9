alter table installation drop column demo_fill;
-- What plays the files of another track could not be played any more.
delete from tracks where media_of is not null;
drop index tracks_media_of_idx;
alter table tracks drop column media_of;
