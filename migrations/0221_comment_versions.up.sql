-- Which version of the track a comment is about: the one that played when it was written. There was one of each until now.
alter table track_comments add column track_version int not null default 1;
