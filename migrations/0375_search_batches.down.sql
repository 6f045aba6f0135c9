create function search_vector(names text[], makers text[], others text[], filters text[]) returns tsvector
    language plpgsql immutable parallel safe
    as $$
declare
    whole text[] := '{}'; pairs text[] := '{}'; made text[] := '{}';
    n text; m text; x text;
    vector text := '';
begin
    foreach m in array makers loop
        made := made || replace(public.search_norm(m), ' ', '');
        vector := vector || public.search_part(public.search_words_of(m), 'B');
    end loop;
    foreach n in array names loop
        x := replace(public.search_norm(n), ' ', '');
        whole := whole || ('@' || left(x, 199));
        foreach m in array made loop
            pairs := pairs || ('&' || left(m || x, 199)) || ('&' || left(x || m, 199));
        end loop;
        vector := vector || public.search_part(public.search_words_of(n), 'A');
    end loop;
    foreach m in array others loop
        if m <> '' then
            vector := vector || public.search_part(public.search_words_of(m), 'C');
        end if;
    end loop;
    vector := vector || public.search_part(whole, 'A') || public.search_part(pairs, 'B');
    if cardinality(made) > 0 then
        vector := vector || public.search_part(array(select '~' || left(y, 199) from unnest(made) y), 'B');
    end if;
    if cardinality(filters) > 0 then
        vector := vector || public.search_part(array(select '=' || f from unnest(filters) f where f <> ''), '');
    end if;
    return vector::tsvector;
end
$$;
create function search_body(texts text[]) returns text language sql immutable as $$ select ''::text $$;
drop function search_release_score(uuid);
drop function search_track_filters(uuid, text[]);
drop function search_made(text[], text[], text[], text[]);
drop function search_rank();
create function search_rank() returns int language sql as $$ select 0 $$;
create function search_scores(of_kind smallint) returns table (id uuid, score smallint) language sql stable as $$ select null::uuid, 0::smallint where false $$;
drop function search_scores(smallint, uuid[]);
drop function search_word_is_used(text);
drop function search_words_batch(text, int);
drop function search_words_count();
drop function search_rank_batch(smallint, uuid, int);
drop function search_rebuild_batch(smallint, uuid, int);
drop function search_next(smallint, uuid, int);
drop table search_counted;
