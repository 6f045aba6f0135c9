-- Administrators merge genres, as they do tags. Its text: migrations/functions/labels.sql
create function genre_merge_step(merged varchar, kept varchar, most int) returns int language plpgsql as $$ begin end $$;
