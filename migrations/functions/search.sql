-- Search (ADR 0096). Kinds: 1 tracks, 2 releases, 3 people, 4 playlists.

-- The words of a text that search_canon() made. Of writing without spaces each letter and each pair of letters is a word, and of other signs each run. A word never has letters and
-- signs: such lexemes are made by search_made() alone, which begin with a sign.
create or replace function search_words_of(canon text) returns text[]
    language plpgsql immutable parallel safe
    as $$
declare
    plain text;
    found text[];
    chunk text;
begin
    if canon ~ '^[a-z0-9 ]+$' and length(canon) <= 200 and strpos(canon, '  ') = 0 then -- nearly all names
        return (string_to_array(canon, ' '))[1:120];
    end if;
    plain := public.search_norm(canon);
    found := string_to_array(plain, ' ');
    if plain <> canon then
        foreach chunk in array string_to_array(canon, ' ') loop
            if chunk ~ '[^[:alnum:]]' and length(chunk) <= 48 then
                found := found || regexp_replace(chunk, '[^[:alnum:]]+', '', 'g') || array(select m[1] from regexp_matches(chunk, '[^[:alnum:]]+', 'g') m);
                if chunk ~ '[[:alpha:]][!$@][[:alpha:]]' then
                    found := found || regexp_replace(translate(chunk, '!$@', 'isa'), '[^[:alnum:]]+', '', 'g');
                end if;
            end if;
        end loop;
    end if;
    if plain ~ '[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]' then
        found := found || array(
            select distinct x.w
              from regexp_matches(plain, '[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]+|[^ \u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]+', 'g') m
              cross join generate_series(1, length(m[1])) i
              cross join lateral (values (case when m[1] ~ '^[a-z0-9]' then m[1] else substr(m[1], i, 1) end), (case when m[1] ~ '^[a-z0-9]' then m[1] else substr(m[1], i, 2) end)) x (w));
    end if;
    found := array_remove(found, '');
    if length(plain) > 200 then -- a lexeme has its limit
        return array(select left(w, 200) from unnest(found[1:60]) w);
    end if;
    return found[1:120];
end
$$;

-- The place of a key on the wheel of keys, 8a for A minor; null: it is none.
create or replace function search_key_code(musical_key text) returns text
    language plpgsql immutable parallel safe
    as $$
declare
    m constant text[] := regexp_match(btrim(musical_key), '^([A-Ga-g])([#b♯♭]?) ?(m|min|minor|maj|major|)$');
    wheel constant text[] := '{8,3,10,5,12,7,2,9,4,11,6,1}';
    tone int;
begin
    if m is null then
        return null;
    end if;
    tone := strpos('c d ef g a b', lower(m[1])) - 1 + case m[2] when '#' then 1 when '♯' then 1 when 'b' then -1 when '♭' then -1 else 0 end + 12;
    return case when m[3] in ('m', 'min', 'minor') then wheel[1 + (tone + 3) % 12] || 'a' else wheel[1 + tone % 12] || 'b' end;
end
$$;

-- What something is found by: its names in the form of search_canon(); all its texts in that of search_norm(); and its words: A of its names, B of who made it, C of the rest; whole names
-- without spaces begin with @, with their makers with &, makers with ~, filters with =. A rebuild calls this a million times: only expressions that PL/pgSQL evaluates by itself.
create or replace function search_made(names text[], makers text[], others text[], filters text[], out raws text[], out body text, out words tsvector)
    language plpgsql immutable parallel safe
    as $$
declare
    of_names text[] := '{}'; of_makers text[] := '{}'; of_others text[] := '{}'; of_filters text[] := '{}'; made text[] := '{}'; texts text[] := '{}';
    t text; c text; plain text; x text; last text := '';
begin
    raws := '{}';
    foreach t in array makers loop
        c := public.search_canon(t);
        continue when c = '';
        if c <> last then -- the artist often is the person
            last := c;
            plain := public.search_norm(c);
            x := replace(plain, ' ', '');
            made := made || x;
            of_makers := of_makers || ('~' || left(x, 199)) || public.search_words_of(c);
        end if;
        texts := texts || plain;
    end loop;
    foreach t in array names loop
        c := public.search_canon(t);
        raws := raws || c;
        plain := public.search_norm(c);
        x := replace(plain, ' ', '');
        of_names := of_names || ('@' || left(x, 199)) || public.search_words_of(c);
        foreach t in array made loop
            of_makers := of_makers || ('&' || left(t || x, 199)) || ('&' || left(x || t, 199));
        end loop;
        if c <> '' then
            texts := texts || plain;
        end if;
    end loop;
    foreach t in array others loop
        c := public.search_canon(t);
        continue when c = '';
        of_others := of_others || public.search_words_of(c);
        texts := texts || public.search_norm(c);
    end loop;
    foreach t in array filters loop
        if t <> '' then
            of_filters := of_filters || ('=' || t);
        end if;
    end loop;
    body := array_to_string(texts, ' ');
    words := (public.search_part(of_names, 'A') || public.search_part(of_makers, 'B') || public.search_part(of_others, 'C') || public.search_part(of_filters, ''))::tsvector;
end
$$;

-- The filters of a track's tags, and of the licences of the public releases that it is on. In functions, since PostgreSQL 15 does a statement with subselects of a row in one process only.
create or replace function search_track_filters(track uuid, tags text[]) returns text[]
    language plpgsql stable parallel safe
    as $$
declare
    made text[] := '{}';
    x text;
begin
    foreach x in array tags loop
        made := made || ('t' || label_fold(x));
    end loop;
    for x in select distinct r.licence from release_tracks i join releases r on r.id = i.release_id and r.public_from is not null where i.track_id = track loop
        made := made || ('l' || x);
    end loop;
    return made;
end
$$;

create or replace function search_release_score(release uuid) returns smallint
    language plpgsql stable parallel safe
    as $$
begin
    return search_score((select sum(t.play_count + 5 * t.like_count + 10 * t.repost_count) from release_tracks i join tracks t on t.id = i.track_id where i.release_id = release));
end
$$;

-- What the things of a kind are found by; of all without ids. Only columns that others may see: a name that is not shown is not in display_name either.
-- What is not public has no public_from; who may see it is asked once more by the statement that shows it.
create or replace function search_source(of_kind smallint, ids uuid[])
    returns table (kind smallint, id uuid, owner_id uuid, public_from timestamptz, is_explicit boolean, score smallint, raws text[], body text, words tsvector)
    language plpgsql stable parallel safe
    as $$
begin
    if of_kind = 1 then
        return query
        select 1::smallint, t.id, t.creator_id, case when t.status = 'completed' and user_shown(u) then t.public_from end, t.is_explicit,
               search_score(t.play_count + 5 * t.like_count + 10 * t.repost_count), m.raws, m.body, m.words
          from tracks t
          join users u on u.id = t.creator_id
          cross join lateral search_made(array[t.title]::text[], array[t.artist, u.display_name]::text[], array[t.album, t.genre, u.username]::text[] || t.tags::text[],
                                         array['u' || t.creator_id, 'g' || label_fold(t.genre), 'y' || nullif(t.year, 0), 'Y' || nullif(t.year, 0) / 10, 'b' || t.bpm, 'B' || t.bpm / 10,
                                               'k' || search_key_code(t.musical_key), 's' || least(360, t.duration / 10), 'S' || least(360, t.duration / 10) / 10,
                                               case when t.is_downloadable then 'd' end]
                                         || search_track_filters(t.id, t.tags)) m
         where t.deleted_at is null and (ids is null or t.id = any (ids));
    elsif of_kind = 2 then
        return query
        select 2::smallint, r.id, r.user_id, case when user_shown(u) then r.public_from end, false, search_release_score(r.id), m.raws, m.body, m.words
          from releases r
          join users u on u.id = r.user_id
          cross join lateral search_made(array[r.title]::text[], array[r.artist, u.display_name]::text[], array[r.label, u.username]::text[],
                                         array['u' || r.user_id, 'y' || extract(year from r.dated_at at time zone 'UTC')::int, 'Y' || extract(year from r.dated_at at time zone 'UTC')::int / 10,
                                               'l' || r.licence, case when r.is_downloadable then 'd' end]) m
         where ids is null or r.id = any (ids);
    elsif of_kind = 3 then
        return query
        select 3::smallint, u.id, u.id,
               case when user_shown(u) and u.is_public and coalesce(s.allow_search_indexing, true) then '-infinity'::timestamptz end, false, search_score(n.follower_count), m.raws, m.body, m.words
          from users u
          left join user_settings s on s.user_id = u.id
          left join user_stats n on n.user_id = u.id
          cross join lateral search_made(array[u.display_name, u.username]::text[], '{}', '{}', '{}') m
         where u.deleted_at is null and (ids is null or u.id = any (ids));
    else
        return query
        select 4::smallint, p.id, p.user_id, case when p.visibility = 'public' and user_shown(u) then '-infinity'::timestamptz end, false,
               search_score(p.follower_count), m.raws, m.body, m.words
          from playlists p
          join users u on u.id = p.user_id
          cross join lateral search_made(array[p.name]::text[], array[u.display_name]::text[], '{}', '{}') m
         where p.deleted_at is null and (ids is null or p.id = any (ids));
    end if;
end
$$;

create or replace function search_tier(of_kind smallint, has_score smallint) returns smallint
    language sql stable parallel safe
    as $$ select coalesce(min(t.tier), 4)::smallint from search_tiers t where t.kind = of_kind and has_score >= t.min_score $$;

-- Makes the entries of these things anew, or takes them out where the things are gone. In the order of ids, so that two who do the same do not wait for one another.
create or replace function search_touch(of_kind smallint, ids uuid[]) returns void
    language plpgsql security definer set search_path = public
    as $$
begin
    -- Whoever changes the same thing now is waited for before anything is read: else what it was before would be written over what it is.
    perform from search_entries e where e.kind = of_kind and e.id = any (ids) order by e.id for update;
    delete from search_entries e
     where e.kind = of_kind and e.id = any (ids)
       and case of_kind when 1 then not exists (select from tracks t where t.id = e.id and t.deleted_at is null)
                        when 2 then not exists (select from releases r where r.id = e.id)
                        when 3 then not exists (select from users u where u.id = e.id and u.deleted_at is null)
                        else not exists (select from playlists p where p.id = e.id and p.deleted_at is null) end;
    insert into search_entries as e (kind, id, owner_id, public_from, is_explicit, score, tier, raws, body, words)
    select s.kind, s.id, s.owner_id, s.public_from, s.is_explicit, s.score, case when s.public_from is null then 9 else search_tier(s.kind, s.score) end, s.raws, s.body, s.words
      from search_source(of_kind, ids) s
     order by s.id
        on conflict (kind, id) do update
       set owner_id = excluded.owner_id, public_from = excluded.public_from, is_explicit = excluded.is_explicit, score = excluded.score, tier = excluded.tier,
           raws = excluded.raws, body = excluded.body, words = excluded.words;
    insert into search_words (word, keys)
    select w, search_word_keys(w)
      from (select distinct l.w
              from search_entries e cross join unnest(tsvector_to_array(e.words)) l (w)
             where e.kind = of_kind and e.id = any (ids) and e.public_from is not null and l.w ~ '^([[:alpha:]]{4,48}|[a-z0-9]{1,48})$') n
     where not exists (select from search_words o where o.word = n.w)
     order by w
        on conflict do nothing;
end
$$;

create or replace function search_changed() returns trigger
    language plpgsql security definer set search_path = public
    as $$
begin
    perform search_touch(tg_argv[0]::smallint, array[new.id]);
    return null;
end
$$;

create or replace function search_gone() returns trigger
    language plpgsql security definer set search_path = public
    as $$
declare
    named text[];
begin
    delete from search_entries e where e.kind = tg_argv[0]::smallint and e.id = old.id returning tsvector_to_array(e.words) into named;
    if tg_argv[0] = '3' then -- the name of a person does not wait for the next count
        delete from search_words o where o.word = any (named) and not search_word_is_used(o.word);
    end if;
    return null;
end
$$;

create or replace function search_refresh_owner(person uuid) returns void
    language plpgsql security definer set search_path = public
    as $$
begin
    perform search_touch(k::smallint, array(select e.id from search_entries e where e.owner_id = person and e.kind = k))
       from generate_series(1, 4) k;
end
$$;

-- A person's name is among the words of all that they made. Of somebody who made very much a job does it; that their things are hidden is at once so.
create or replace function search_owner_changed() returns trigger
    language plpgsql security definer set search_path = public
    as $$
begin
    perform search_touch(3::smallint, array[new.id]);
    if (select count(*) from (select from search_entries e where e.owner_id = new.id limit 1001) few) <= 1000 then
        perform search_refresh_owner(new.id);
    else
        if not user_shown(new) then
            update search_entries e set public_from = null, tier = 9 where e.owner_id = new.id and e.tier <> 9;
        end if;
        insert into jobs (kind, payload, dedupe_key) values ('search.owner', jsonb_build_object('user_id', new.id), 'search.owner:' || new.id || ':' || txid_current())
            on conflict do nothing;
    end if;
    return null;
end
$$;

create or replace function search_settings_changed() returns trigger
    language plpgsql security definer set search_path = public
    as $$
begin
    perform search_touch(3::smallint, array[new.user_id]);
    return null;
end
$$;

create or replace function search_release_tracks_changed() returns trigger
    language plpgsql security definer set search_path = public
    as $$
begin
    perform search_touch(1::smallint, array(select distinct c.track_id from changed c order by 1));
    return null;
end
$$;

create or replace function search_licence_changed() returns trigger
    language plpgsql security definer set search_path = public
    as $$
begin
    perform search_touch(1::smallint, array(select i.track_id from release_tracks i where i.release_id = new.id order by 1));
    return null;
end
$$;

-- All anew, set-wise; for a database that was filled beside the triggers. Searches and changes wait meanwhile; search_rebuild_batch() is for a server that runs.
create or replace function search_rebuild() returns void
    language plpgsql security definer set search_path = public set maintenance_work_mem = '512MB' set work_mem = '128MB' set max_parallel_workers_per_gather = 2
    set parallel_setup_cost = 0 set parallel_tuple_cost = 0 -- what a function of each row costs is not in the plan
    as $$
begin
    lock table search_entries in access exclusive mode;
    truncate search_entries, search_words;
    drop index search_entries_owner_idx, search_entries_words_0_idx, search_entries_words_1_idx, search_entries_words_2_idx, search_entries_words_3_idx,
               search_entries_words_4_idx;
    perform search_draw_tiers();
    for k in 1..4 loop
        insert into search_entries (kind, id, owner_id, public_from, is_explicit, score, tier, raws, body, words)
        select s.kind, s.id, s.owner_id, s.public_from, s.is_explicit, s.score, case when s.public_from is null then 9 else search_tier(s.kind, s.score) end,
               s.raws, s.body, s.words
          from search_source(k::smallint, null) s
         order by s.score desc; -- what is read most lies together
    end loop;
    create index search_entries_owner_idx on search_entries (owner_id, kind);
    create index search_entries_words_0_idx on search_entries using gin (words) with (fastupdate = off) where tier = 0;
    create index search_entries_words_1_idx on search_entries using gin (words) with (fastupdate = off) where tier = 1;
    create index search_entries_words_2_idx on search_entries using gin (words) with (fastupdate = off) where tier = 2;
    create index search_entries_words_3_idx on search_entries using gin (words) with (fastupdate = off) where tier = 3;
    create index search_entries_words_4_idx on search_entries using gin (words) with (fastupdate = off) where tier = 4;
    perform search_count_words();
    analyze search_entries, search_words;
end
$$;

-- The scores of things of a kind by the counters of now; of all without ids.
create or replace function search_scores(of_kind smallint, ids uuid[]) returns table (id uuid, score smallint)
    language plpgsql stable parallel safe
    as $$
begin
    if of_kind = 1 then
        return query select t.id, search_score(t.play_count + 5 * t.like_count + 10 * t.repost_count) from tracks t where t.deleted_at is null and (ids is null or t.id = any (ids));
    elsif of_kind = 2 then
        return query select r.id, search_score(sum(t.play_count + 5 * t.like_count + 10 * t.repost_count))
                       from releases r left join release_tracks i on i.release_id = r.id left join tracks t on t.id = i.track_id
                      where ids is null or r.id = any (ids)
                      group by r.id;
    elsif of_kind = 3 then
        return query select u.id, search_score(n.follower_count) from users u left join user_stats n on n.user_id = u.id where u.deleted_at is null and (ids is null or u.id = any (ids));
    else
        return query select p.id, search_score(p.follower_count) from playlists p where p.deleted_at is null and (ids is null or p.id = any (ids));
    end if;
end
$$;

-- Each tier is six times as large as the one above it, as far as scores differ.
create or replace function search_draw_tiers() returns void
    language plpgsql security definer set search_path = public
    as $$
begin
    delete from search_tiers;
    for k in 1..4 loop
        insert into search_tiers (kind, tier, min_score)
        select k, b.tier, max(s.score)
          from (values (0, 2000), (1, 14000), (2, 86000), (3, 518000)) b (tier, place)
          join (select g.score, sum(count(*)) over (order by g.score desc) as places from search_scores(k::smallint, null) g where g.score > 0 group by g.score) s on s.places >= b.place
         group by b.tier;
        -- Where there are fewer, the last tier is of those with the score 0.
        insert into search_tiers (kind, tier, min_score)
        select k, coalesce((select max(t.tier) from search_tiers t where t.kind = k), -1) + 1, 1
         where coalesce((select max(t.tier) from search_tiers t where t.kind = k), -1) < 3;
    end loop;
end
$$;

-- The next things of a kind, or entries of such, by id. Null for `after`: from the first one on.
create or replace function search_next(of_kind smallint, after uuid, most int) returns uuid[]
    language plpgsql stable
    as $$
declare
    low constant uuid := coalesce(after, '00000000-0000-0000-0000-000000000000');
    things uuid[];
begin
    things := case of_kind when 1 then array(select t.id from tracks t where t.id > low order by t.id limit most)
                           when 2 then array(select r.id from releases r where r.id > low order by r.id limit most)
                           when 3 then array(select u.id from users u where u.id > low order by u.id limit most)
                           else array(select p.id from playlists p where p.id > low order by p.id limit most) end;
    return array(select x.id
                   from (select unnest(things) union (select e.id from search_entries e where e.kind = of_kind and e.id > low order by e.id limit most)) x (id)
                  order by x.id limit most);
end
$$;

-- Makes the entries of the next things anew, beside everything else, and returns the last one's id; null: there are no more. A transaction of its own for each call (job search.rebuild).
-- What is read is locked for so long: who changes it now is waited for, and who wants to waits, then its trigger finds the entry. Where that takes long, nothing is done and `after` returned.
create or replace function search_rebuild_batch(of_kind smallint, after uuid, most int) returns uuid
    language plpgsql security definer set search_path = public set lock_timeout = '400ms' -- less than deadlock_timeout: it is always this that gives way
    as $$
declare
    ids constant uuid[] := search_next(of_kind, after, most);
    owners uuid[];
begin
    if of_kind = 1 then
        perform from tracks t where t.id = any (ids) order by t.id for share;
        perform from releases r where r.id in (select i.release_id from release_tracks i where i.track_id = any (ids)) order by r.id for share;
        owners := array(select t.creator_id from tracks t where t.id = any (ids));
    elsif of_kind = 2 then
        perform from releases r where r.id = any (ids) order by r.id for share;
        owners := array(select r.user_id from releases r where r.id = any (ids));
    elsif of_kind = 3 then
        owners := ids;
        perform from user_settings s where s.user_id = any (ids) order by s.user_id for share;
    else
        perform from playlists p where p.id = any (ids) order by p.id for share;
        owners := array(select p.user_id from playlists p where p.id = any (ids));
    end if;
    perform from users u where u.id = any (owners) order by u.id for share;
    perform search_touch(of_kind, ids);
    return ids[cardinality(ids)];
exception when lock_not_available or deadlock_detected then
    return coalesce(after, '00000000-0000-0000-0000-000000000000');
end
$$;

-- Brings the scores and tiers of the next entries up to date. Calls and result as with search_rebuild_batch().
create or replace function search_rank_batch(of_kind smallint, after uuid, most int) returns uuid
    language plpgsql security definer set search_path = public set lock_timeout = '400ms'
    as $$
declare
    ids constant uuid[] := array(select e.id from search_entries e where e.kind = of_kind and e.id > coalesce(after, '00000000-0000-0000-0000-000000000000') order by e.id limit most);
    changed uuid[];
begin
    changed := array(select e.id
                       from search_entries e
                       join search_scores(of_kind, ids) s on s.id = e.id
                      where e.kind = of_kind and e.id = any (ids)
                        and (e.score, e.tier) is distinct from (s.score, case when e.public_from is null then 9 else search_tier(of_kind, s.score) end));
    perform from search_entries e where e.kind = of_kind and e.id = any (changed) order by e.id for update;
    update search_entries e
       set score = s.score, tier = case when e.public_from is null then 9 else search_tier(of_kind, s.score) end
      from search_scores(of_kind, changed) s
     where e.kind = of_kind and e.id = s.id;
    return ids[cardinality(ids)];
exception when lock_not_available or deadlock_detected then
    return coalesce(after, '00000000-0000-0000-0000-000000000000');
end
$$;

-- Scores, tiers and words of everything, in one transaction; the job does the same in many.
create or replace function search_rank() returns void
    language plpgsql security definer set search_path = public
    as $$
declare
    after uuid;
begin
    perform search_draw_tiers();
    for k in 1..4 loop
        after := null;
        loop
            after := search_rank_batch(k::smallint, after, 5000);
            exit when after is null;
        end loop;
    end loop;
    perform search_count_words();
end
$$;

-- Counts how many public things have each word.
create or replace function search_words_count() returns void
    language plpgsql security definer set search_path = public
    as $$
begin
    truncate search_counted;
    insert into search_counted (word, n)
    select w.word, count(*)::int
      from search_entries e cross join regexp_split_to_table(e.body, ' ') w (word)
     where e.public_from is not null and w.word ~ '^([[:alpha:]]{4,48}|[a-z0-9]{1,48})$'
     group by w.word;
end
$$;

-- Takes over the counts of the next words; words that nothing public has any more go. Returns the last word; null: there are no more.
create or replace function search_words_batch(after text, most int) returns text
    language plpgsql security definer set search_path = public
    as $$
declare
    those constant text[] := array(select x.word
                                     from ((select c.word from search_counted c where c.word > coalesce(after, '') order by c.word limit most)
                                           union (select o.word from search_words o where o.word > coalesce(after, '') order by o.word limit most)) x
                                    order by x.word limit most);
begin
    insert into search_words as o (word, n, keys)
    select c.word, c.n, search_word_keys(c.word) from search_counted c left join search_words h on h.word = c.word
     where c.word = any (those) and h.n is distinct from c.n
     order by c.word
        on conflict (word) do update set n = excluded.n;
    delete from search_words o
     where o.word = any (those) and not exists (select from search_counted c where c.word = o.word) and not search_word_is_used(o.word);
    return those[cardinality(those)];
end
$$;

-- In the texts of something public. Asked of a word that may have come since the words were counted.
create or replace function search_word_is_used(of_word text) returns boolean
    language sql stable set enable_seqscan = off
    as $$
select exists (select from search_entries e where e.tier = 0 and e.words @@ search_quote(of_word)::tsquery and ' ' || e.body || ' ' like '% ' || of_word || ' %')
    or exists (select from search_entries e where e.tier = 1 and e.words @@ search_quote(of_word)::tsquery and ' ' || e.body || ' ' like '% ' || of_word || ' %')
    or exists (select from search_entries e where e.tier = 2 and e.words @@ search_quote(of_word)::tsquery and ' ' || e.body || ' ' like '% ' || of_word || ' %')
    or exists (select from search_entries e where e.tier = 3 and e.words @@ search_quote(of_word)::tsquery and ' ' || e.body || ' ' like '% ' || of_word || ' %')
    or exists (select from search_entries e where e.tier = 4 and e.words @@ search_quote(of_word)::tsquery and ' ' || e.body || ' ' like '% ' || of_word || ' %')
$$;

-- All of it at once.
create or replace function search_count_words() returns void
    language plpgsql security definer set search_path = public
    as $$
declare
    word text;
begin
    perform search_words_count();
    loop
        word := search_words_batch(word, 5000);
        exit when word is null;
    end loop;
end
$$;

create or replace function search_score(sum numeric) returns smallint
    language sql immutable parallel safe
    as $$ select least(30000, round(100 * ln(1 + coalesce(sum, 0))))::smallint $$;

-- The words that all have to be found. Of writing without spaces each pair of letters.
create or replace function search_query_words(canon text) returns text[]
    language plpgsql immutable parallel safe
    as $$
declare
    plain constant text := search_norm(canon);
begin
    if plain !~ '[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]' then
        return (array_remove(string_to_array(plain, ' '), ''))[1:12];
    end if;
    return (select (array_agg(x.w order by p.n, m.n, i))[1:24]
              from unnest(string_to_array(plain, ' ')) with ordinality p (word, n)
              cross join regexp_matches(p.word, '([\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]+)|([^\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]+)', 'g')
                         with ordinality m (part, n)
              cross join generate_series(1, case when m.part[1] is null then 1 else greatest(1, length(m.part[1]) - 1) end) i
              cross join lateral (select case when m.part[1] is null then m.part[2] else substr(m.part[1], i, 2) end) x (w));
end
$$;

create or replace function search_budget(typed text) returns int
    language sql immutable parallel safe
    as $$ select case when typed !~ '^[[:alpha:]]+$' or length(typed) <= 4 then 0 when length(typed) <= 8 then 1 else 2 end $$;

-- How many typing errors lead from one word to the other; more than `most`: some number above it. A letter too many, too few, wrong, or two exchanged count 1; where the
-- first letter differs, one more.
create or replace function search_distance(a text, b text, most int) returns int
    language plpgsql immutable parallel safe
    as $$
declare
    first constant int := (left(a, 1) <> left(b, 1))::int;
    d int := levenshtein_less_equal(a, b, 2 * most);
    x text[]; y text[];
    before int[]; last int[]; now int[];
    least_of_row int;
begin
    if d <= 1 or d > 2 * most or first > most then
        return d + first;
    end if;
    if d = 2 then -- two may be one exchange
        if length(a) = length(b) then
            for i in 1..length(a) - 1 loop
                if substr(a, i, 1) <> substr(b, i, 1) then
                    return case when left(a, i - 1) || substr(a, i + 1, 1) || substr(a, i, 1) || substr(a, i + 2) = b then 1 else 2 end + first;
                end if;
            end loop;
        end if;
        return 2 + first;
    end if;
    x := string_to_array(a, null); y := string_to_array(b, null);
    last := array(select generate_series(0, cardinality(y)));
    for i in 1..cardinality(x) loop
        now := array[i];
        least_of_row := i;
        for j in 1..cardinality(y) loop
            d := least(last[j + 1] + 1, now[j] + 1, last[j] + (x[i] <> y[j])::int);
            if i > 1 and j > 1 and x[i] = y[j - 1] and x[i - 1] = y[j] then
                d := least(d, before[j - 1] + 1);
            end if;
            now[j + 1] := d;
            least_of_row := least(least_of_row, d);
        end loop;
        if least_of_row > most then
            return most + 1;
        end if;
        before := last; last := now;
    end loop;
    return last[cardinality(y) + 1] + first;
end
$$;

-- A word of the vocabulary is found by its keys when it is misspelt; short ones and those with digits are in it to be counted only.
create or replace function search_word_keys(word text) returns text[]
    language plpgsql immutable parallel safe
    as $$ begin return case when word ~ '^[[:alpha:]]{4,48}$' then search_keys(word) else '{}' end; end $$;

-- Do so many things have a word with this beginning that it is cheaper to look at those that the other words find? Of these there are at most as many as of the rarest one, and of
-- very frequent words the best few hundred have it too.
create or replace function search_is_frequent(beginning text, others text[]) returns boolean
    language plpgsql stable parallel safe
    as $$
declare
    n bigint := (select sum(few.n) from (select w.n from search_words w where w.word >= beginning and w.word < beginning || U&'\+10FFFF' limit 3000) few);
begin
    return n > 30000 or n > 300 and n > 14 * (select min(coalesce(w.n, 0)) from unnest(others) o (word) left join search_words w on w.word = o.word);
end
$$;

-- Words that are not further than `budget` from what was typed, the nearest and the most frequent first. `is_beginning`: or that begin so.
create or replace function search_variants(typed text, is_beginning boolean, budget int) returns table (word text, cost int)
    language plpgsql stable parallel safe
    as $$
begin
    if budget <= 0 then
        return;
    end if;
    return query
    select v.word, v.cost
      from (select w.word, w.n, case when is_beginning and length(w.word) > length(typed)
                                     then (select min(search_distance(typed, left(w.word, k), budget))
                                             from generate_series(length(typed) - (budget > 1)::int, least(length(w.word), length(typed) + budget)) k)
                                     else search_distance(typed, w.word, budget) end as cost
              from search_words w
             where w.keys && (case when budget = 1 then array(select k from unnest(search_keys(typed)) k where k like '<%')
                                   else search_keys(typed) end)
               and (budget > 1 or left(w.word, 1) = left(typed, 1))
               and length(w.word) >= length(typed) - budget and (is_beginning or length(w.word) <= length(typed) + budget)
               and levenshtein_less_equal(typed, case when is_beginning then left(w.word, length(typed)) else w.word end, 2 * budget) <= 2 * budget) v
     where v.cost between 1 and budget
     order by v.cost, v.n desc, v.word
     limit 8;
end
$$;

-- Entries of a kind that are found by `wanted` and not by `minus`: tier by tier, of each those with the highest score, at most `most` in all. Rights are part of it.
-- Each tier is a statement of its own: its index holds that tier alone, and PostgreSQL takes it only where the number stands in the text.
-- After 200 ms of the statement no further tier is begun. The tiers above are read whole. In those below, where scores differ little, a word that none of the best have and many of these do is compared in the first few hundred.
create or replace function search_scan(of_kind smallint, wanted tsquery, minus tsquery, tail text, viewer uuid, hidden uuid[], any_words boolean, scope text, most int)
    returns table (id uuid, score smallint, words tsvector)
    language plpgsql stable parallel safe
    as $$
#variable_conflict use_column
declare
    had int := 0;
    n int;
begin
    if scope = 'own' then
        return query
        select e.id, e.score, e.words
          from search_entries e
         where e.kind = of_kind and e.owner_id = viewer and e.words @@ wanted and (minus is null or not e.words @@ minus)
           and (tail is null or ' ' || e.body like tail)
         order by e.score desc, e.id
         limit most;
        return;
    end if;
    if scope in ('both', 'closed') and viewer is not null then
        return query
        select e.id, e.score, e.words
          from search_entries e
         where e.kind = of_kind and e.tier = 9
           and (e.owner_id = viewer or e.id in (select c.playlist_id from playlist_collaborators c where c.user_id = viewer and c.permission <> 'none'))
           and e.words @@ wanted and (minus is null or not e.words @@ minus) and (tail is null or ' ' || e.body like tail)
         order by e.score desc, e.id
         limit most;
        get diagnostics had = row_count;
    end if;
    if scope = 'closed' then
        return;
    end if;
    return query
    select e.id, e.score, e.words
      from search_entries e
     where e.kind = of_kind and e.tier = 0 and e.words @@ wanted and (minus is null or not e.words @@ minus) and e.public_from <= now()
       and not e.owner_id = any (hidden) and (any_words or not e.is_explicit or e.owner_id = viewer) and (tail is null or ' ' || e.body like tail)
     order by e.score desc, e.id
     limit most - had;
    get diagnostics n = row_count;
    had := had + n;
    if had >= most or clock_timestamp() > statement_timestamp() + interval '200 milliseconds' then
        return;
    end if;
    return query
    select e.id, e.score, e.words
      from search_entries e
     where e.kind = of_kind and e.tier = 1 and e.words @@ wanted and (minus is null or not e.words @@ minus) and e.public_from <= now()
       and not e.owner_id = any (hidden) and (any_words or not e.is_explicit or e.owner_id = viewer) and (tail is null or ' ' || e.body like tail)
     order by e.score desc, e.id
     limit most - had;
    get diagnostics n = row_count;
    had := had + n;
    if had >= most or clock_timestamp() > statement_timestamp() + interval '200 milliseconds' then
        return;
    end if;
    return query
    select f.id, f.score, f.words
      from (select e.id, e.score, e.words
              from search_entries e
             where e.kind = of_kind and e.tier = 2 and e.words @@ wanted and (minus is null or not e.words @@ minus) and e.public_from <= now()
               and not e.owner_id = any (hidden) and (any_words or not e.is_explicit or e.owner_id = viewer) and (tail is null or ' ' || e.body like tail)
             limit 3000) f
     order by f.score desc, f.id
     limit most - had;
    get diagnostics n = row_count;
    had := had + n;
    if had >= most or clock_timestamp() > statement_timestamp() + interval '200 milliseconds' then
        return;
    end if;
    return query
    select f.id, f.score, f.words
      from (select e.id, e.score, e.words
              from search_entries e
             where e.kind = of_kind and e.tier = 3 and e.words @@ wanted and (minus is null or not e.words @@ minus) and e.public_from <= now()
               and not e.owner_id = any (hidden) and (any_words or not e.is_explicit or e.owner_id = viewer) and (tail is null or ' ' || e.body like tail)
             limit 500 + most) f
     order by f.score desc, f.id
     limit most - had;
    get diagnostics n = row_count;
    had := had + n;
    if had >= most or clock_timestamp() > statement_timestamp() + interval '200 milliseconds' then
        return;
    end if;
    return query
    select f.id, f.score, f.words
      from (select e.id, e.score, e.words
              from search_entries e
             where e.kind = of_kind and e.tier = 4 and e.words @@ wanted and (minus is null or not e.words @@ minus) and e.public_from <= now()
               and not e.owner_id = any (hidden) and (any_words or not e.is_explicit or e.owner_id = viewer) and (tail is null or ' ' || e.body like tail)
             limit 500 + most) f
     order by f.score desc, f.id
     limit most - had;
end
$$;

-- Any number between these, as lexemes of filters: whole tens by one each, which has a capital letter.
create or replace function search_range(letter text, low int, high int) returns text
    language sql immutable parallel safe
    as $$
select coalesce(string_agg('''=' || case when n.ten * 10 >= low and n.ten * 10 + 9 <= high then upper(letter) || n.ten else letter || x end || '''', ' | '), '''=none''')
  from generate_series(low / 10, high / 10) n (ten)
  cross join generate_series(greatest(low, n.ten * 10), case when n.ten * 10 >= low and n.ten * 10 + 9 <= high then n.ten * 10 else least(high, n.ten * 10 + 9) end) x
$$;

-- What all hits must have besides the words, as lexemes of search_made(); null: nothing.
create or replace function search_filters(genre text, tag text, bpm_from int, bpm_to int, key_code text, compatible boolean, year_from int, year_to int,
                                          duration_from int, duration_to int, licence text, downloadable boolean, owner uuid) returns tsquery
    language sql stable parallel safe
    as $$
select nullif(string_agg('(' || g.any_of || ')', ' & '), '')::tsquery
  from (select search_quote('=g' || label_fold(genre)) as any_of where genre <> ''
        union all select search_quote('=t' || label_fold(tag)) where tag <> ''
        union all select search_range('b', coalesce(bpm_from, 1), coalesce(bpm_to, 999)) where bpm_from is not null or bpm_to is not null
        union all select string_agg('''=k' || k || '''', ' | ')
                    from (select k.number || k.letter as k
                            from (select rtrim(key_code, 'ab')::int as n, right(key_code, 1) as l) c
                            cross join lateral (values (c.n, c.l, true), (c.n % 12 + 1, c.l, false), ((c.n + 10) % 12 + 1, c.l, false),
                                                       (c.n, translate(c.l, 'ab', 'ba'), false)) k (number, letter, is_itself)
                           where k.is_itself or compatible) k
                   where key_code ~ '^([1-9]|1[0-2])[ab]$'
        union all select search_range('y', coalesce(year_from, 1800), coalesce(year_to, 2100)) where year_from is not null or year_to is not null
        union all select search_range('s', least(360, coalesce(duration_from, 0) / 10), least(360, coalesce(duration_to, 3600) / 10))
                   where duration_from is not null or duration_to is not null
        union all select search_quote('=l' || licence) where licence <> ''
        union all select '''=d''' where downloadable
        union all select search_quote('=u' || owner) where owner is not null) g
$$;

-- The engine: what of a kind is found, in its order. First names that are the text, then names that begin with it, then what has all its words (the last one may be a beginning),
-- then, where few were found, what has them with typing errors. Of each the best `most` by score. A row without id: time was up, there may be more. That is after 200 ms, when no
-- further step is begun, or when the statement is cancelled: what was found until then is the result all the same.
-- `scope`: public; both: and what is one's own or shared with one; closed: only that; own: one's own, whatever its state.
create or replace function search_find(of_kind smallint, asked text, viewer uuid, staff boolean, scope text, filters tsquery, most int)
    returns table (place int, id uuid, class text, field text, typos int)
    language plpgsql stable set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off
    as $$
#variable_conflict use_column
declare
    canon constant text := search_canon(asked);
    whole constant text := left(replace(search_norm(canon), ' ', ''), 199);
    parts constant text[] := search_query_words(canon);
    final constant text := parts[cardinality(parts)];
    is_sign constant boolean := final ~ '^[@&~=]'; -- with which the lexemes begin that are no words: so it is not taken for the beginning of one
    hidden uuid[] := '{}';
    any_words boolean := true;
    exact tsquery; beginning tsquery; spread tsquery; named tsquery; maker tsquery;
    exact_meant tsquery;
    tail text;
    had int := 0;
    n int;
    x_no int[] := '{}'; x_word text[] := '{}'; x_plain text[] := '{}'; x_cost int[] := '{}';
begin
    if whole = '' or cardinality(parts) = 0 then
        return;
    end if;
    if viewer is not null then
        hidden := array(select b.blocker_id from user_blocks b where b.blocked_id = viewer and not staff);
        any_words := coalesce((select s.explicit_content from user_settings s where s.user_id = viewer), true);
    end if;

    named := search_quote('@' || whole)::tsquery;
    exact := (search_quote('@' || whole) || ' | ' || search_quote('&' || whole))::tsquery;
    return query
    select (row_number() over (order by canon = any (e.raws) desc, s.words @@ named desc, s.score desc, s.id))::int, s.id, 'exact', case when s.words @@ named then 'name' else 'maker_and_name' end, 0
      from search_scan(of_kind, case when filters is null then exact else exact && filters end, null, null, viewer, hidden, any_words, scope, most) s
      join search_entries e on e.kind = of_kind and e.id = s.id;
    get diagnostics n = row_count;
    had := had + n;
    if had >= most then
        return;
    end if;
    if clock_timestamp() > statement_timestamp() + interval '200 milliseconds' then
        return query select 0, null::uuid, 'partial', null, 0;
        return;
    end if;

    beginning := (search_quote('@' || whole) || ':*')::tsquery;
    return query
    select had + (row_number() over (order by s.score desc, s.id))::int, s.id, 'prefix', 'name', 0
      from search_scan(of_kind, case when filters is null then beginning else beginning && filters end, exact, null, viewer, hidden, any_words, scope, most - had) s;
    get diagnostics n = row_count;
    had := had + n;
    if had >= most then
        return;
    end if;
    if clock_timestamp() > statement_timestamp() + interval '200 milliseconds' then
        return query select 0, null::uuid, 'partial', null, 0;
        return;
    end if;

    -- For a beginning PostgreSQL gathers all that has a word with it, whatever the other words are. Where that is much it is compared with what the other words found.
    if cardinality(parts) > 1 and final ~ '^([[:alpha:]]{4,48}|[a-z0-9]{1,48})$' and search_is_frequent(final, parts[1:cardinality(parts) - 1]) then
        tail := '% ' || final || '%';
    end if;
    maker := search_quote('~' || whole)::tsquery;
    select (string_agg(search_quote(p.w) || case when p.i = cardinality(parts) and not is_sign then ':*' else '' end, ' & ')
                filter (where tail is null or p.i < cardinality(parts)))::tsquery,
           string_agg(search_quote(p.w) || case when p.i = cardinality(parts) and not is_sign then ':*A' else ':A' end, ' & ')::tsquery
      into spread, named
      from unnest(parts) with ordinality p (w, i);
    return query
    select had + (row_number() over (order by s.words @@ maker desc, s.words @@ named desc, s.score desc, s.id))::int, s.id, 'words',
           case when s.words @@ maker then 'maker' when s.words @@ named then 'name' else 'several' end, 0
      from search_scan(of_kind, case when filters is null then spread else spread && filters end, exact || beginning, tail, viewer, hidden, any_words, scope, most - had) s;
    get diagnostics n = row_count;
    had := had + n;
    if clock_timestamp() > statement_timestamp() + interval '200 milliseconds' then
        return query select 0, null::uuid, 'partial', null, 0;
        return;
    end if;
    if had >= least(most, 20) then
        return;
    end if;

    select array_agg(v.i), array_agg(v.word), array_agg(v.plain), array_agg(v.cost)
      into x_no, x_word, x_plain, x_cost
      from (select p.i::int, search_quote(p.w) || case when p.i = cardinality(parts) then ':*' else '' end as word, p.w as plain, 0 as cost from unnest(parts) with ordinality p (w, i)
            union all
            select p.i::int, search_quote(v.word), v.word, v.cost
              from unnest(parts) with ordinality p (w, i)
              cross join search_variants(p.w, p.i = cardinality(parts), search_budget(p.w)) v) v
     where tail is null or v.i < cardinality(parts);
    if cardinality(x_no) = cardinality(parts) - (tail is not null)::int then
        return;
    end if;
    -- Names that are nothing but the words that were meant come first among those with as many errors.
    select string_agg(search_quote('@' || replace(m.meant, ' ', '')), ' | ')::tsquery into exact_meant
      from (select v.plain as meant from unnest(x_plain, x_cost) v (plain, cost) where cardinality(parts) = 1 and v.cost > 0
            union all
            select string_agg(coalesce((select v.plain from unnest(x_no, x_plain, x_cost) v (i, plain, cost) where v.i = p.i and v.cost > 0 order by v.cost limit 1), p.w), '' order by p.i)
              from unnest(parts) with ordinality p (w, i) where cardinality(parts) > 1) m;
    return query
    select had + (row_number() over (order by t.typos, s.words @@ exact_meant desc nulls last, s.words @@ q.named desc, s.score desc, s.id))::int, s.id, 'typo',
           case when s.words @@ q.named then 'name' else 'several' end, t.typos
      from (select string_agg('(' || a.any_of || ')', ' & ')::tsquery as wanted, string_agg('(' || a.in_names || ')', ' & ')::tsquery as named
              from (select v.i, string_agg(v.word, ' | ') as any_of, string_agg(v.word || case when v.word like '%:*' then 'A' else ':A' end, ' | ') as in_names
                      from unnest(x_no, x_word) v (i, word) group by v.i) a) q
      cross join search_scan(of_kind, case when filters is null then q.wanted else q.wanted && filters end,
                             exact || beginning || case when tail is null then spread else exact end, tail, viewer, hidden, any_words, scope, least(most - had, 100)) s
      cross join lateral (select sum(b.cost)::int as typos
                            from (select min(v.cost) as cost from unnest(x_no, x_word, x_cost) v (i, word, cost) where s.words @@ v.word::tsquery group by v.i) b) t
     where t.typos > 0;
    if clock_timestamp() > statement_timestamp() + interval '200 milliseconds' then
        return query select 0, null::uuid, 'partial', null, 0;
    end if;
exception when query_canceled then
    return query select 0, null::uuid, 'partial', null, 0;
end
$$;

-- What may have been meant: each word that is none replaced by the nearest that is one. Null: nothing better. Only to be shown when it finds something that the viewer may see.
create or replace function search_corrected(asked text) returns text
    language plpgsql stable
    as $$
declare
    parts constant text[] := search_query_words(search_canon(asked));
    better text[] := '{}';
    p text;
begin
    foreach p in array coalesce(parts, '{}') loop
        better := better || coalesce((select w.word from search_words w where w.word = p),
                                     (select v.word from search_variants(p, false, case when p !~ '^[[:alpha:]]{3,}$' then 0 else search_budget(p) + 1 end) v
                                       order by v.cost, v.word limit 1), p);
    end loop;
    return nullif(array_to_string(better, ' '), array_to_string(parts, ' '));
end
$$;
