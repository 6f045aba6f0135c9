-- The words of public names while they are counted (search_words_count()): made anew each time, so it is in no backup and no WAL.
create unlogged table search_counted (
    word text not null,
    n    int not null,
    constraint search_counted_pkey primary key (word)
);

-- The texts of these count, see migrations/functions/search.sql.
create function search_next(of_kind smallint, after uuid, most int) returns uuid[] language sql stable as $$ select '{}'::uuid[] $$;
create function search_rebuild_batch(of_kind smallint, after uuid, most int) returns uuid language sql as $$ select null::uuid $$;
create function search_rank_batch(of_kind smallint, after uuid, most int) returns uuid language sql as $$ select null::uuid $$;
create function search_words_count() returns void language sql as $$ select $$;
create function search_words_batch(after text, most int) returns text language sql as $$ select null::text $$;
create function search_word_is_used(of_word text) returns boolean language sql stable as $$ select true $$;
create function search_scores(of_kind smallint, ids uuid[]) returns table (id uuid, score smallint) language sql stable as $$ select null::uuid, 0::smallint where false $$;
drop function search_scores(smallint);
drop function search_rank();
create function search_rank() returns void language sql as $$ select $$;
create function search_made(names text[], makers text[], others text[], filters text[], out raws text[], out body text, out words tsvector)
    language sql immutable as $$ select '{}'::text[], ''::text, ''::tsvector $$;
create function search_track_filters(track uuid, tags text[]) returns text[] language sql stable as $$ select '{}'::text[] $$;
create function search_release_score(release uuid) returns smallint language sql stable as $$ select 0::smallint $$;
drop function search_vector(text[], text[], text[], text[]);
drop function search_body(text[]);

-- The words of a name are others now (search_made()): entries that are there already are made anew.
insert into jobs (kind, dedupe_key) select 'search.rebuild', 'search.rebuild:0320' where exists (select from search_entries)
    on conflict (dedupe_key) do update set state = 'queued', attempts = 0, run_at = now(), finished_at = null where jobs.state in ('done', 'failed', 'dead');
