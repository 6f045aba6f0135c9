-- Administrators change genres and tags one at a time, so that two at once make no ring. The texts: migrations/functions/labels.sql
create function labels_lock() returns void language plpgsql as $$ begin end $$;
create function tag_merge(given text, target text) returns table (merged text, kept text, problem text) language plpgsql as $$ begin end $$;
create function genre_merge(given text, target text) returns table (merged text, kept text, problem text) language plpgsql as $$ begin end $$;
create function genre_move(given text, above text) returns table (slug varchar, parent varchar, problem text) language plpgsql as $$ begin end $$;
