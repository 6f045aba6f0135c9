-- The texts of these count, see migrations/functions/search.sql.
create function search_word_keys(word text) returns text[] language sql immutable as $$ select '{}'::text[] $$;
create function search_is_frequent(beginning text, others text[]) returns boolean language sql stable as $$ select false $$;
