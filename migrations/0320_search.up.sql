-- Search (ADR 0096). One row for each thing that can be found, kept in the transaction that changes the thing; `words` holds all that it is found by.
-- Candidates are read tier by tier, those with the highest score first, so that how many are read does not depend on how many there are.
create extension if not exists fuzzystrmatch with schema public;

create table search_entries (
    kind        smallint not null,
    id          uuid not null,
    owner_id    uuid not null,
    public_from timestamptz,
    is_explicit boolean not null default false,
    score       smallint not null default 0,
    tier        smallint not null default 9,
    raws        text[] not null,
    body        text not null,
    words       tsvector not null,
    constraint search_entries_pkey primary key (kind, id),
    constraint search_entries_kind_check check (kind between 1 and 4),
    constraint search_entries_tier_check check ((tier between 0 and 4 and public_from is not null) or (tier = 9 and public_from is null))
) partition by list (kind);
create table search_entries_tracks partition of search_entries for values in (1) with (fillfactor = 85);
create table search_entries_releases partition of search_entries for values in (2) with (fillfactor = 85);
create table search_entries_users partition of search_entries for values in (3) with (fillfactor = 85);
create table search_entries_playlists partition of search_entries for values in (4) with (fillfactor = 85);
create index search_entries_owner_idx on search_entries (owner_id, kind);
-- Without a list of what is pending: a search would read all of it.
create index search_entries_words_0_idx on search_entries using gin (words) with (fastupdate = off) where tier = 0;
create index search_entries_words_1_idx on search_entries using gin (words) with (fastupdate = off) where tier = 1;
create index search_entries_words_2_idx on search_entries using gin (words) with (fastupdate = off) where tier = 2;
create index search_entries_words_3_idx on search_entries using gin (words) with (fastupdate = off) where tier = 3;
create index search_entries_words_4_idx on search_entries using gin (words) with (fastupdate = off) where tier = 4;

-- The lowest score of each tier but the last.
create table search_tiers (
    kind      smallint not null,
    tier      smallint not null,
    min_score smallint not null,
    constraint search_tiers_pkey primary key (kind, tier)
);

-- The distinct words of what is public, for typing errors. A word is offered only within a hit that the viewer may see.
create table search_words (
    word text not null,
    n    int not null default 1,
    keys text[] not null,
    constraint search_words_pkey primary key (word)
);
create index search_words_keys_idx on search_words using gin (keys) with (fastupdate = off);

-- Why something was found.
create type search_reason as (class text, field text, typos int);

-- What is typed and what is searched, in one form: width, accents and case folded, apostrophes of one kind, single spaces.
create function search_canon(value text) returns text
    language plpgsql immutable parallel safe
    as $$
declare
    v text := coalesce(left(value, 1000), '');
begin
    if v ~ '[^\x01-\x7f]' then
        v := translate(v, '’‘ʼ′´`＇', '''''''''''''''');
        v := lower(public.immutable_unaccent(normalize(v, NFKC)));
        v := normalize(regexp_replace(normalize(v, NFKD), '[\u0300-\u036f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+', '', 'g'), NFKC);
        v := translate(lower(v), 'ς‘’′', 'σ''''''');
    else
        v := translate(lower(v), '`', '''');
    end if;
    if v ~ '[\s\x01-\x1f]' then
        v := btrim(regexp_replace(v, '[\s\x01-\x1f]+', ' ', 'g'));
    end if;
    return left(v, 1000);
end
$$;

-- Only letters and digits, in words. What has none of them stays as it is, without spaces.
create function search_norm(canon text) returns text
    language sql immutable parallel safe
    as $$
select case when canon ~ '^[a-z0-9 ]+$' then canon
            else coalesce(nullif(btrim(regexp_replace(replace(canon, '''', ''), '[^[:alnum:]]+', ' ', 'g')), ''), replace(canon, ' ', '')) end
$$;

-- The words of a text that search_canon() made. Of writing without spaces each letter and each pair of letters is a word.
create function search_words_of(canon text) returns text[]
    language plpgsql immutable parallel safe
    as $$
declare
    plain constant text := public.search_norm(canon);
    found text[] := string_to_array(plain, ' ');
    chunk text;
begin
    if plain <> canon then
        foreach chunk in array string_to_array(canon, ' ') loop
            if chunk ~ '[^[:alnum:]]' and length(chunk) <= 48 then
                found := found || chunk || regexp_replace(chunk, '[^[:alnum:]]+', '', 'g') || array(select m[1] from regexp_matches(chunk, '[^[:alnum:]]+', 'g') m);
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

-- A lexeme in the text form of tsvector and tsquery.
create function search_quote(word text) returns text
    language sql immutable parallel safe
    as $$ select '''' || replace(replace(left(word, 200), '\', '\\'), '''', '''''') || '''' $$;

-- Words as the text of a tsvector, with a weight.
create function search_part(words text[], weight text) returns text
    language sql immutable parallel safe
    as $$
select case when cardinality(words) > 0
            then '''' || replace(replace(replace(array_to_string(words, E'\x02'), '\', '\\'), '''', ''''''), E'\x02', ''':1' || weight || ' ''') || ''':1' || weight || ' ' else '' end
$$;

-- All that something is found by: A its names, B who made it, C the rest; whole names without spaces begin with @, with their makers with &, makers with ~, filters with =.
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

-- What words that differ in one letter among their first five, or among their last five, have in common.
create function search_keys(word text) returns text[]
    language sql immutable parallel safe
    as $$
select array(select distinct s.side || overlay(s.part placing '' from i for 1)
               from (values ('<', left(word, 5)), ('>', right(word, 5))) s (side, part) cross join generate_series(1, length(s.part) + 1) i)
$$;

-- The number of a key on the wheel of keys: 1 to 12, then a for minor and b for major. Null where it is none.
create function search_key_code(musical_key text) returns text
    language sql immutable parallel safe
    as $$
select case when k.minor then (array['8','3','10','5','12','7','2','9','4','11','6','1'])[1 + (k.tone + 3) % 12] || 'a'
            else (array['8','3','10','5','12','7','2','9','4','11','6','1'])[1 + k.tone] || 'b' end
  from (select (strpos('c d ef g a b', lower(m[1])) - 1 + case m[2] when '#' then 1 when '♯' then 1 when 'b' then -1 when '♭' then -1 else 0 end + 12) % 12 as tone,
               m[3] ~* '^(m|min|minor)$' as minor
          from regexp_matches(btrim(musical_key), '^([A-Ga-g])([#b♯♭]?) ?(m|min|minor|maj|major|)$') m) k
$$;

-- The texts of these count, see migrations/functions/search.sql.
create function search_source(of_kind smallint, ids uuid[])
    returns table (kind smallint, id uuid, owner_id uuid, public_from timestamptz, is_explicit boolean, score smallint, raws text[], body text, words tsvector)
    language sql stable as $$ select null::smallint, null::uuid, null::uuid, null::timestamptz, null::boolean, null::smallint, null::text[], null::text, null::tsvector where false $$;
create function search_tier(of_kind smallint, has_score smallint) returns smallint language sql stable as $$ select 4::smallint $$;
create function search_touch(of_kind smallint, ids uuid[]) returns void language sql as $$ select $$;
create function search_changed() returns trigger language plpgsql as $$ begin return null; end $$;
create function search_gone() returns trigger language plpgsql as $$ begin return null; end $$;
create function search_owner_changed() returns trigger language plpgsql as $$ begin return null; end $$;
create function search_refresh_owner(person uuid) returns void language sql as $$ select $$;
create function search_rebuild() returns void language sql as $$ select $$;
create function search_scores(of_kind smallint) returns table (id uuid, score smallint) language sql stable as $$ select null::uuid, 0::smallint where false $$;
create function search_draw_tiers() returns void language sql as $$ select $$;
create function search_count_words() returns void language sql as $$ select $$;
create function search_body(texts text[]) returns text language sql immutable as $$ select ''::text $$;
create function search_score(sum numeric) returns smallint language sql immutable as $$ select 0::smallint $$;
create function search_rank() returns int language sql as $$ select 0 $$;
create function search_query_words(canon text) returns text[] language sql immutable as $$ select '{}'::text[] $$;
create function search_distance(a text, b text, most int) returns int language sql immutable as $$ select 0 $$;
create function search_variants(typed text, is_beginning boolean, budget int) returns table (word text, cost int) language sql stable as $$ select null::text, 0 where false $$;
create function search_scan(of_kind smallint, wanted tsquery, minus tsquery, tail text, viewer uuid, hidden uuid[], any_words boolean, scope text, most int)
    returns table (id uuid, score smallint, words tsvector) language sql stable as $$ select null::uuid, 0::smallint, null::tsvector where false $$;
create function search_range(letter text, low int, high int) returns text language sql immutable as $$ select ''::text $$;
create function search_filters(genre text, tag text, bpm_from int, bpm_to int, key_code text, compatible boolean, year_from int, year_to int,
                               duration_from int, duration_to int, licence text, downloadable boolean, owner uuid) returns tsquery language sql stable as $$ select null::tsquery $$;
create function search_find(of_kind smallint, asked text, viewer uuid, staff boolean, scope text, filters tsquery, most int)
    returns table (place int, id uuid, class text, field text, typos int) language sql stable as $$ select 0, null::uuid, '', '', 0 where false $$;
create function search_budget(typed text) returns int language sql immutable as $$ select 0 $$;
create function search_corrected(asked text) returns text language sql stable as $$ select ''::text $$;

create trigger search_new after insert on tracks for each row execute function search_changed('1');
create trigger search_changed after update on tracks for each row
    when ((old.title, old.artist, old.album, old.genre, old.tags, old.year, old.bpm, old.musical_key, old.duration, old.is_downloadable, old.is_explicit,
           old.public_from, old.status, old.deleted_at, old.creator_id)
          is distinct from (new.title, new.artist, new.album, new.genre, new.tags, new.year, new.bpm, new.musical_key, new.duration, new.is_downloadable, new.is_explicit,
           new.public_from, new.status, new.deleted_at, new.creator_id))
    execute function search_changed('1');
create trigger search_gone after delete on tracks for each row execute function search_gone('1');
create trigger search_new after insert on releases for each row execute function search_changed('2');
create trigger search_changed after update on releases for each row
    when ((old.title, old.artist, old.label, old.kind, old.licence, old.is_downloadable, old.public_from, old.dated_at, old.user_id)
          is distinct from (new.title, new.artist, new.label, new.kind, new.licence, new.is_downloadable, new.public_from, new.dated_at, new.user_id))
    execute function search_changed('2');
create trigger search_gone after delete on releases for each row execute function search_gone('2');
create trigger search_new after insert on users for each row execute function search_changed('3');
create trigger search_changed after update on users for each row
    when ((old.username, old.display_name, old.is_public, old.is_active, old.is_banned, old.deleted_at, old.deletion_at)
          is distinct from (new.username, new.display_name, new.is_public, new.is_active, new.is_banned, new.deleted_at, new.deletion_at))
    execute function search_owner_changed();
create trigger search_gone after delete on users for each row execute function search_gone('3');
create trigger search_new after insert on playlists for each row execute function search_changed('4');
create trigger search_changed after update on playlists for each row
    when ((old.name, old.visibility, old.deleted_at, old.user_id) is distinct from (new.name, new.visibility, new.deleted_at, new.user_id))
    execute function search_changed('4');
create trigger search_gone after delete on playlists for each row execute function search_gone('4');
-- Of a person who does not want to be found by searching.
create function search_settings_changed() returns trigger language plpgsql as $$ begin return null; end $$;
create trigger search_new after insert on user_settings for each row when (not new.allow_search_indexing) execute function search_settings_changed();
create trigger search_changed after update of allow_search_indexing on user_settings for each row
    when (old.allow_search_indexing is distinct from new.allow_search_indexing) execute function search_settings_changed();
-- The licence of a track is that of the public releases that it is on.
create function search_licence_changed() returns trigger language plpgsql as $$ begin return null; end $$;
create trigger search_licence after update on releases for each row
    when (old.licence <> new.licence or (old.public_from is null) <> (new.public_from is null)) execute function search_licence_changed();
create function search_release_tracks_changed() returns trigger language plpgsql as $$ begin return null; end $$;
create trigger search_new after insert on release_tracks referencing new table as changed for each statement execute function search_release_tracks_changed();
create trigger search_gone after delete on release_tracks referencing old table as changed for each statement execute function search_release_tracks_changed();

-- What is there already is filled in by a job, which works with the functions that follow the migrations.
insert into jobs (kind, dedupe_key) select 'search.rebuild', 'search.rebuild:0320' where exists (select from users);
