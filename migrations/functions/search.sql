-- A pattern for LIKE for each word, the longest first: it finds fewest rows by an index. No words find everything.
create or replace function search_patterns(query text) returns text[]
    language sql immutable parallel safe
    as $$
select coalesce(array_agg('%' || regexp_replace(w, '([\\%_])', '\\\1', 'g') || '%' order by length(w) desc, w), '{%}')
  from regexp_split_to_table(search_fold(query), '\s+') w
 where w <> ''
$$;
