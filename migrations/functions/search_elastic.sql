-- Elasticsearch beside PostgreSQL (ADR 0102): what the index is told, what it is asked, and what becomes of its answers.

create or replace function search_version() returns trigger
    language plpgsql security definer set search_path = public
    as $$
begin
    if tg_op = 'INSERT' or (old.owner_id, old.public_from, old.is_explicit, old.score, old.raws, old.words)
                           is distinct from (new.owner_id, new.public_from, new.is_explicit, new.score, new.raws, new.words) then
        new.version := nextval('search_version_seq');
    end if;
    return new;
end
$$;

-- After a statement that made or changed entries. In the order of the keys, as all who lock them.
create or replace function search_note() returns trigger
    language plpgsql security definer set search_path = public
    as $$
begin
    if not (select i.is_kept from search_index i) then
        return null;
    end if;
    if tg_op = 'INSERT' then
        insert into search_changes (kind, id, version)
        select c.kind, c.id, c.version from changed c order by c.kind, c.id
            on conflict (kind, id) do update set version = excluded.version, attempts = 0, next_at = now(), error = null;
    else
        insert into search_changes (kind, id, version)
        select c.kind, c.id, c.version from changed c join was w on w.kind = c.kind and w.id = c.id where w.version <> c.version order by c.kind, c.id
            on conflict (kind, id) do update set version = excluded.version, attempts = 0, next_at = now(), error = null;
    end if;
    return null;
end
$$;

create or replace function search_note_gone() returns trigger
    language plpgsql security definer set search_path = public
    as $$
begin
    if (select i.is_kept from search_index i) then
        insert into search_changes (kind, id, version)
        select c.kind, c.id, nextval('search_version_seq') from (select g.kind, g.id from changed g order by g.kind, g.id) c
            on conflict (kind, id) do update set version = excluded.version, attempts = 0, next_at = now(), error = null;
    end if;
    return null;
end
$$;

-- What was in there is not known any more: the index has to be made anew.
create or replace function search_note_emptied() returns trigger
    language plpgsql security definer set search_path = public
    as $$
begin
    update search_index set is_wanted = true where is_kept;
    return null;
end
$$;

-- What the index has of an entry: the same words as PostgreSQL, so both find the same.
create or replace function search_document(e search_entries) returns jsonb
    language sql stable parallel safe
    as $$
select jsonb_build_object('kind', e.kind, 'key', e.kind || ':' || e.id, 'owner_id', e.owner_id, 'is_explicit', e.is_explicit, 'score', e.score,
                          'public_from', greatest(0, ceil(extract(epoch from greatest(e.public_from, '1970-01-01'::timestamptz)))::bigint),
                          'raws', to_jsonb(e.raws), 'words', to_jsonb(tsvector_to_array(e.words)),
                          'names', to_jsonb(tsvector_to_array(ts_filter(e.words, '{a}'))))
$$;

-- Filters as lists of words, of each of which a hit must have one. What search_filters() makes is nothing but & of groups of |.
create or replace function search_alternatives(filters tsquery) returns jsonb
    language sql immutable parallel safe
    as $$
select coalesce(jsonb_agg(g.one order by g.n), '[]')
  from (select t.n, jsonb_build_object('terms', jsonb_build_object('words', jsonb_agg(replace(replace(t.word, '''''', ''''), '\\', '\')))) as one
          from (select m[1] as word, count(m[2]) over (order by i) as n
                  from regexp_matches(filters::text, '''((?:[^'']|'''')*)''|(&)', 'g') with ordinality x (m, i)) t
         where t.word is not null
         group by t.n) g
$$;

-- The lines of an _msearch, two for each kind; no row where the index is not to be asked. The boosts are the classes and fields of search_find(), see search_rank_of in
-- modules/search/candidates.c. With typing errors: what has one of the words that may have been meant for each word (null: none); a hit's score is 4 for each word
-- less one for each error, and a fraction.
create or replace function search_question(kinds smallint[], asked text, viewer uuid, staff boolean, filters tsquery, most int, with_typos boolean) returns table (body text, words int)
    language plpgsql stable
    as $$
#variable_conflict use_column
declare
    canon constant text := search_canon(asked);
    whole constant text := left(replace(search_norm(canon), ' ', ''), 199);
    parts constant text[] := search_query_words(canon);
    n constant int := cardinality(parts);
    final constant text := parts[n];
    tail constant boolean := n > 1 and final ~ '^[a-z0-9]$'; -- these two as in search_find()
    is_sign constant boolean := final ~ '^[@&~=]';
    fences jsonb;
    hidden jsonb := '[]';
    classes jsonb;
    alternatives jsonb; named jsonb; meant jsonb;
    x_no int[]; x_word text[]; x_begins boolean[]; x_cost int[];
begin
    if whole = '' or n = 0 or not (select i.is_live and i.is_kept from search_index i) then
        return;
    end if;
    fences := jsonb_build_array(jsonb_build_object('range', jsonb_build_object('public_from', jsonb_build_object('lte', floor(extract(epoch from now()))::bigint))))
              || case when filters is null then '[]' else search_alternatives(filters) end;
    if viewer is not null then
        hidden := coalesce((select jsonb_agg(b.blocker_id) from (select o.blocker_id from user_blocks o where o.blocked_id = viewer and not staff limit 1000) b), '[]');
        if not coalesce((select s.explicit_content from user_settings s where s.user_id = viewer), true) then
            fences := fences || jsonb_build_array(jsonb_build_object('bool', jsonb_build_object('should', jsonb_build_array(
                jsonb_build_object('term', jsonb_build_object('is_explicit', false)), jsonb_build_object('term', jsonb_build_object('owner_id', viewer))))));
        end if;
    end if;
    if not with_typos then
        select jsonb_agg(case when p.i = n and not is_sign then jsonb_build_object('prefix', jsonb_build_object('words', jsonb_build_object('value', p.w)))
                              else jsonb_build_object('term', jsonb_build_object('words', p.w)) end order by p.i),
               jsonb_agg(case when p.i = n and not is_sign then jsonb_build_object('prefix', jsonb_build_object('names', jsonb_build_object('value', p.w)))
                              else jsonb_build_object('term', jsonb_build_object('names', p.w)) end order by p.i) filter (where not tail or p.i < n)
          into alternatives, named
          from unnest(parts) with ordinality p (w, i);
        select jsonb_agg(jsonb_build_object('constant_score', jsonb_build_object('boost', c.boost, 'filter', c.filter)) order by c.boost desc)
          into classes
          from (values (90, jsonb_build_object('term', jsonb_build_object('raws', canon))),
                       (80, jsonb_build_object('term', jsonb_build_object('words', '@' || whole))),
                       (70, jsonb_build_object('term', jsonb_build_object('words', '&' || whole))),
                       (60, jsonb_build_object('prefix', jsonb_build_object('words', jsonb_build_object('value', '@' || whole)))),
                       (50, jsonb_build_object('bool', jsonb_build_object('filter', alternatives || jsonb_build_array(jsonb_build_object('term', jsonb_build_object('words', '~' || whole)))))),
                       (40, jsonb_build_object('bool', jsonb_build_object('filter', alternatives || named))),
                       (30, jsonb_build_object('bool', jsonb_build_object('filter', alternatives)))) c (boost, filter);
        classes := jsonb_build_object('must', jsonb_build_array(jsonb_build_object('dis_max', jsonb_build_object('queries', classes))));
    else
        select array_agg(v.i), array_agg(v.word), array_agg(v.begins), array_agg(v.cost)
          into x_no, x_word, x_begins, x_cost
          from (select p.i::int, p.w as word, p.i = n and not is_sign as begins, 0 as cost from unnest(parts) with ordinality p (w, i)
                union all
                select p.i::int, v.word, false, v.cost
                  from unnest(parts) with ordinality p (w, i)
                  cross join search_variants(p.w, p.i = n, search_budget(p.w)) v) v
         where not tail or v.i < n;
        if cardinality(x_no) = n - tail::int then
            return;
        end if;
        select jsonb_agg(jsonb_build_object('dis_max', jsonb_build_object('queries', a.any_of)) order by a.i), jsonb_agg(jsonb_build_object('bool', jsonb_build_object('should', a.in_names)) order by a.i)
          into alternatives, named
          from (select v.i, jsonb_agg(jsonb_build_object('constant_score', jsonb_build_object('boost', 4 - v.cost, 'filter', v.one)) order by v.cost, v.word) as any_of,
                       jsonb_agg(v.of_names order by v.cost, v.word) as in_names
                  from (select x.i, x.word, x.cost,
                               case when x.begins then jsonb_build_object('prefix', jsonb_build_object('words', jsonb_build_object('value', x.word)))
                                    else jsonb_build_object('term', jsonb_build_object('words', x.word)) end as one,
                               case when x.begins then jsonb_build_object('prefix', jsonb_build_object('names', jsonb_build_object('value', x.word)))
                                    else jsonb_build_object('term', jsonb_build_object('names', x.word)) end as of_names
                          from unnest(x_no, x_word, x_begins, x_cost) x (i, word, begins, cost)) v
                 group by v.i) a;
        select coalesce(jsonb_agg('@' || replace(m.one, ' ', '')), '[]') into meant
          from (select v.word as one from unnest(x_word, x_cost) v (word, cost) where n = 1 and v.cost > 0
                union all
                select string_agg(coalesce((select v.word from unnest(x_no, x_word, x_cost) v (i, word, cost) where v.i = p.i and v.cost > 0 order by v.cost limit 1), p.w), '' order by p.i)
                  from unnest(parts) with ordinality p (w, i) where n > 1) m
         where m.one is not null;
        if tail then
            fences := fences || jsonb_build_array(jsonb_build_object('prefix', jsonb_build_object('words', jsonb_build_object('value', final))));
        end if;
        classes := jsonb_build_object('must', alternatives, 'should', jsonb_build_array(
            jsonb_build_object('constant_score', jsonb_build_object('boost', 0.5, 'filter', jsonb_build_object('terms', jsonb_build_object('words', meant)))),
            jsonb_build_object('constant_score', jsonb_build_object('boost', 0.25, 'filter', jsonb_build_object('bool', jsonb_build_object('filter', named))))));
    end if;
    return query
    select string_agg('{}' || E'\n' || jsonb_build_object(
               'size', most, 'track_total_hits', false, 'track_scores', true, '_source', false,
               'sort', jsonb_build_array(jsonb_build_object('_score', jsonb_build_object('order', 'desc')), jsonb_build_object('score', jsonb_build_object('order', 'desc')),
                                         jsonb_build_object('key', jsonb_build_object('order', 'asc'))),
               'query', jsonb_build_object('bool', classes || jsonb_build_object(
                   'filter', jsonb_build_array(jsonb_build_object('term', jsonb_build_object('kind', k.kind))) || fences,
                   'must_not', case when hidden = '[]' then '[]' else jsonb_build_array(jsonb_build_object('terms', jsonb_build_object('owner_id', hidden))) end))) || E'\n', '' order by k.i),
           n - tail::int
      from unnest(kinds) with ordinality k (kind, i);
end
$$;

-- As search_find(), where `hits` are what the index found: [{"id", "class", "field", "typos", "rank"}]. They are no more than proposals: what is shown, counted and filtered is what
-- the entries say by now. What is not public is not in the index: it is asked for here. Null: PostgreSQL finds all.
create or replace function search_found(of_kind smallint, asked text, viewer uuid, staff boolean, scope text, filters tsquery, most int, hits jsonb)
    returns table (place int, id uuid, class text, field text, typos int)
    language plpgsql stable
    as $$
#variable_conflict use_column
declare
    hidden uuid[] := '{}';
    any_words boolean := true;
begin
    if hits is null then
        return query select * from search_find(of_kind, asked, viewer, staff, scope, filters, most);
        return;
    end if;
    if viewer is not null then
        hidden := array(select b.blocker_id from user_blocks b where b.blocked_id = viewer and not staff);
        any_words := coalesce((select s.explicit_content from user_settings s where s.user_id = viewer), true);
    end if;
    return query
    select (row_number() over (order by f.first, f.typos, f.rank desc, f.score desc, f.id))::int, f.id, f.class, f.field, f.typos
      from (select x.id, x.class, x.field, x.typos, x.score, case when x.class = 'typo' then x.rank + 4 * x.typos else x.rank end as rank,
                   array_position(array['exact', 'prefix', 'words', 'typo'], x.class) as first
              from (select distinct on (h.id) h.id, h.class, h.field, h.typos, h.rank, e.score
                      from jsonb_to_recordset(hits) h (id uuid, class text, field text, typos int, rank real)
                      join search_entries e on e.kind = of_kind and e.id = h.id and e.public_from <= now() and not e.owner_id = any (hidden)
                                               and (any_words or not e.is_explicit or e.owner_id = viewer) and (filters is null or e.words @@ filters)
                     order by h.id, array_position(array['exact', 'prefix', 'words', 'typo'], h.class), h.typos) x
            union all
            select o.id, o.class, o.field, o.typos, e.score,
                   case o.class when 'exact' then case o.field when 'name' then 80 else 70 end when 'prefix' then 60
                                when 'words' then case o.field when 'maker' then 50 when 'name' then 40 else 30 end else 0 end,
                   array_position(array['exact', 'prefix', 'words', 'typo'], o.class)
              from search_find(of_kind, asked, viewer, staff, 'closed', filters, most) o
              join search_entries e on e.kind = of_kind and e.id = o.id
             where scope = 'both') f
     limit most;
end
$$;

-- The number of the last change. Requests may draw from the sequence, but not read it.
create or replace function search_fence() returns bigint
    language sql volatile security definer set search_path = public
    as $$ select s.last_value from search_version_seq s $$;

-- Compares a part of the index with the entries: all keys between two, which the index has these versions of. What differs is noted as changed. What was changed after
-- `fence`, or waits already, is no difference. `ahead`: the index has a higher version than there ever was here, as after a restore.
create or replace function search_compare(keys text[], versions bigint[], after text, until_key text, fence bigint) returns table (missing int, extra int, stale int, ahead int)
    language plpgsql security definer set search_path = public
    as $$
begin
    return query
    with i as (
        select left(k.key, 1)::smallint as kind, substr(k.key, 3)::uuid as id, k.version from unnest(keys, versions) k (key, version)
    ), e as (
        select s.kind, s.id, s.version
          from search_entries s
         where s.public_from is not null and s.version <= fence
           and (after = '' or (s.kind, s.id) > (left(after, 1)::smallint, substr(after, 3)::uuid))
           and (until_key is null or (s.kind, s.id) <= (left(until_key, 1)::smallint, substr(until_key, 3)::uuid))
    ), d as (
        select coalesce(i.kind, e.kind) as kind, coalesce(i.id, e.id) as id, i.version as had, e.version as has
          from i full join e on e.kind = i.kind and e.id = i.id
         where i.version is distinct from e.version
           and not exists (select from search_changes c where c.kind = coalesce(i.kind, e.kind) and c.id = coalesce(i.id, e.id))
           and not exists (select from search_entries n where n.kind = i.kind and n.id = i.id and n.version > fence)
    ), noted as (
        insert into search_changes (kind, id, version)
        select d.kind, d.id, coalesce(d.has, nextval('search_version_seq')) from d order by d.kind, d.id
            on conflict do nothing
    )
    select count(*) filter (where d.had is null)::int, count(*) filter (where d.has is null)::int, count(*) filter (where d.had < d.has)::int,
           count(*) filter (where d.had > d.has or d.had > (select q.last_value from search_version_seq q))::int
      from d;
end
$$;
