-- Tags and genres by the names that people give them (migrations 0151, 0337).

-- The tag of this name: what an administrator said of the name as it is written, then one that was split off as it is written, then by its fold.
create or replace function tag_of(given text) returns uuid
    language plpgsql stable parallel safe
    as $$
begin
    return coalesce((select a.tag_id from tag_aliases a where a.is_exact and a.key = tag_key(given)),
                    (select g.id from tags g where g.is_split and tag_key(g.name) = tag_key(given)),
                    (select a.tag_id from tag_aliases a where not a.is_exact and a.key = label_fold(given)),
                    (select g.id from tags g where not g.is_split and label_fold(g.name) = label_fold(given)));
end
$$;

-- Its name; null: there is no such tag. In a condition of a list that is planned each time, PostgreSQL asks it when it plans, and so knows whether many tracks have the tag: those are
-- found among the newest, the others by an index of tags. Its cost keeps it out of plans that would call it for each row of many.
create or replace function tag_named(given text) returns text
    language plpgsql stable parallel safe cost 500
    as $$
begin
    return (select g.name from tags g where g.id = tag_of(given));
end
$$;

-- The names of these tags, each once, in their order; new ones are made.
create or replace function tags_named(given text[]) returns text[]
    language plpgsql
    as $$
begin
    insert into tags (name)
    select distinct on (label_fold(x.name)) btrim(x.name)
      from unnest(given) with ordinality x (name, n)
     where btrim(x.name) <> '' and tag_of(x.name) is null
     order by label_fold(x.name), x.n
        on conflict do nothing;
    return (select coalesce(array_agg(d.name order by d.n), '{}')
              from (select g.name::text, min(x.n) as n
                      from unnest(given) with ordinality x (name, n)
                      join tags g on g.id = tag_of(x.name)
                     where btrim(x.name) <> ''
                     group by g.name) d);
end
$$;

-- The genre of this name or slug, or of another name of it.
create or replace function genre_of(given text) returns varchar
    language plpgsql stable
    as $$
begin
    return coalesce((select g.slug from genres g where label_fold(g.name) = label_fold(given)),
                    (select a.genre_slug from genre_aliases a where a.fold = label_fold(given)),
                    (select g.slug from genres g where g.slug = given));
end
$$;

-- A genre, and all below it, however deep; a ring has an end too.
create or replace function genre_below(root varchar) returns setof varchar
    language sql stable
    as $$
with recursive r (slug) as (
    select root
    union
    select g.slug from r join genres g on g.parent_slug = r.slug
)
select r.slug from r
$$;

-- The name of this genre; a new one is made. Its slug has a part of its own where the name is not made of letters and digits of ASCII, or the slug is taken.
create or replace function genre_named(given text) returns text
    language plpgsql
    as $$
declare
    wanted constant text := label_fold(given);
    plain constant text := btrim(left(regexp_replace(search_fold(normalize(given, NFKC)), '[^a-z0-9]+', '-', 'g'), 40), '-');
    marked constant text := btrim(plain || '-' || left(md5(wanted), 8), '-');
    known text;
begin
    if btrim(coalesce(given, '')) = '' then
        return given;
    end if;
    select g.name into known from genre_aliases a join genres g on g.slug = a.genre_slug
     where a.fold = wanted and not exists (select from genres o where label_fold(o.name) = wanted);
    if found then
        return known;
    end if;
    if not exists (select from genres g where label_fold(g.name) = wanted) then
        insert into genres (slug, name)
        values (case when label_fold(plain) = wanted and not exists (select from genres g where g.slug = plain) then plain else marked end, btrim(given))
            on conflict do nothing;
    end if;
    return (select g.name from genres g where label_fold(g.name) = wanted);
end
$$;

-- Gives at most `most` tracks of the tag `merged` the tag `kept` instead; returns how many it changed. When none is left, the tag `merged` is deleted.
create or replace function tag_merge_step(merged uuid, kept uuid, most int) returns int
    language plpgsql
    as $$
declare
    old_name text;
    new_name text;
    ids uuid[];
begin
    select g.name into old_name from tags g where g.id = merged;
    -- One that was itself merged meanwhile: what its name leads to by now.
    select g.id, g.name into kept, new_name from tags g where g.id = coalesce((select k.id from tags k where k.id = tag_merge_step.kept), tag_of(old_name));
    if old_name is null or new_name is null or merged = kept then
        return 0;
    end if;
    ids := array(select x.track_id from track_tags x where x.tag_id = merged order by x.track_id limit most);
    if cardinality(ids) = 0 then
        delete from tags g where g.id = merged;
        return 0;
    end if;
    perform releases_lock(array(select t.creator_id from tracks t where t.id = any (ids)));
    update tracks t
       set tags = case when t.tags @> array[new_name] then array_remove(t.tags, old_name) else array_replace(t.tags, old_name, new_name) end
     where t.id = any (ids);
    insert into outbox (name, key, payload)
    select 'track.updated', t.id, jsonb_build_object('track_id', t.id, 'user_id', t.creator_id) from tracks t where t.id = any (ids) and t.deleted_at is null;
    delete from track_tags x where x.tag_id = merged and x.track_id = any (ids); -- what the text of the track did not name
    return cardinality(ids);
end
$$;

-- The same of genres: at most `most` tracks of the genre `merged` get the genre `kept`. When none is left, `merged` is deleted.
create or replace function genre_merge_step(merged varchar, kept varchar, most int) returns int
    language plpgsql
    as $$
declare
    old_name text;
    new_name text;
    ids uuid[];
begin
    select g.name into old_name from genres g where g.slug = merged;
    -- One that was itself merged meanwhile: what its name leads to by now.
    select g.slug, g.name into kept, new_name from genres g
     where g.slug = coalesce((select k.slug from genres k where k.slug = genre_merge_step.kept), (select a.genre_slug from genre_aliases a where a.fold = label_fold(old_name)));
    if old_name is null or new_name is null or merged = kept then
        return 0;
    end if;
    ids := array(select t.id from tracks t where t.genre = old_name order by t.id limit most);
    if cardinality(ids) = 0 then
        insert into user_genre_follows (user_id, genre_slug, created_at) select f.user_id, kept, f.created_at from user_genre_follows f where f.genre_slug = merged on conflict do nothing;
        delete from user_genre_follows f where f.genre_slug = merged;
        delete from track_genres x where x.genre_slug = merged;
        delete from genres g where g.slug = merged;
        return 0;
    end if;
    perform releases_lock(array(select t.creator_id from tracks t where t.id = any (ids)));
    update tracks t set genre = new_name where t.id = any (ids);
    insert into outbox (name, key, payload)
    select 'track.updated', t.id, jsonb_build_object('track_id', t.id, 'user_id', t.creator_id) from tracks t where t.id = any (ids) and t.deleted_at is null;
    return cardinality(ids);
end
$$;

-- Until the transaction ends nobody else merges or moves. Statements of a function see what was committed before each began, so what comes after this sees what the last one did.
create or replace function labels_lock() returns void
    language plpgsql
    as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('labels', 0));
end
$$;

-- The name leads to the other tag from now on, and who follows or mutes the one follows or mutes the other. A job gives tracks the other tag. `problem`: same.
-- No row: one of them is not there.
create or replace function tag_merge(given text, target text) returns table (merged text, kept text, problem text)
    language plpgsql
    as $$
declare
    old_tag tags;
    new_tag tags;
begin
    perform labels_lock();
    select g.* into old_tag from tags g where g.id = tag_of(given);
    select g.* into new_tag from tags g where g.id = tag_of(target);
    if old_tag.id is null or new_tag.id is null then
        return;
    end if;
    if old_tag.id = new_tag.id then
        return query select old_tag.name::text, new_tag.name::text, 'same'::text;
        return;
    end if;
    insert into tag_aliases (key, is_exact, tag_id)
    values (case when old_tag.is_split then tag_key(old_tag.name) else label_fold(old_tag.name) end, old_tag.is_split, new_tag.id)
        on conflict (key, is_exact) do update set tag_id = excluded.tag_id;
    update tag_aliases c set tag_id = new_tag.id where c.tag_id = old_tag.id;
    insert into user_tag_follows (user_id, tag_id, created_at) select f.user_id, new_tag.id, f.created_at from user_tag_follows f where f.tag_id = old_tag.id on conflict do nothing;
    insert into user_mutes (user_id, tag_id, created_at) select m.user_id, new_tag.id, m.created_at from user_mutes m where m.tag_id = old_tag.id on conflict do nothing;
    insert into jobs (kind, payload, dedupe_key) values ('tag.merge', jsonb_build_object('tag_id', old_tag.id, 'into_id', new_tag.id), 'tag.merge:' || old_tag.id)
        on conflict (dedupe_key) do update set state = 'queued', attempts = 0, run_at = now(), finished_at = null, payload = excluded.payload
     where jobs.state in ('done', 'failed', 'dead');
    return query select old_tag.name::text, new_tag.name::text, null::text;
end
$$;

-- The same of genres. Other names of the one lead to the other too, and what stood below it stands below the other. `problem`: same, below or merging.
create or replace function genre_merge(given text, target text) returns table (merged text, kept text, problem text)
    language plpgsql
    as $$
declare
    old_genre genres;
    new_genre genres;
begin
    perform labels_lock();
    select g.* into old_genre from genres g where g.slug = genre_of(given);
    select g.* into new_genre from genres g where g.slug = genre_of(target);
    if old_genre.slug is null or new_genre.slug is null then
        return;
    end if;
    problem := case when old_genre.slug = new_genre.slug then 'same'
                    when new_genre.slug in (select genre_below(old_genre.slug)) then 'below'
                    -- Its name leads away until the job has its tracks: back again would be a ring.
                    when exists (select from genre_aliases a where a.fold = label_fold(new_genre.name) and a.genre_slug <> new_genre.slug)
                    then 'merging' end;
    if problem is null then
        insert into genre_aliases (fold, name, genre_slug) values (label_fold(old_genre.name), old_genre.name, new_genre.slug)
            on conflict (fold) do update set genre_slug = excluded.genre_slug;
        update genre_aliases c set genre_slug = new_genre.slug where c.genre_slug = old_genre.slug;
        update genres g set parent_slug = new_genre.slug where g.parent_slug = old_genre.slug;
        insert into user_genre_follows (user_id, genre_slug, created_at)
        select f.user_id, new_genre.slug, f.created_at from user_genre_follows f where f.genre_slug = old_genre.slug on conflict do nothing;
        insert into user_mutes (user_id, genre_slug, created_at)
        select m.user_id, new_genre.slug, m.created_at from user_mutes m where m.genre_slug = old_genre.slug on conflict do nothing;
        insert into jobs (kind, payload, dedupe_key)
        values ('genre.merge', jsonb_build_object('genre', old_genre.slug, 'into', new_genre.slug), 'genre.merge:' || old_genre.slug)
            on conflict (dedupe_key) do update set state = 'queued', attempts = 0, run_at = now(), finished_at = null, payload = excluded.payload
         where jobs.state in ('done', 'failed', 'dead');
    end if;
    merged := old_genre.name;
    kept := new_genre.name;
    return next;
end
$$;

-- A genre below another, or, without `above`, at the top. `problem`: missing or below. No row: there is no such genre.
create or replace function genre_move(given text, above text) returns table (slug varchar, parent varchar, problem text)
    language plpgsql
    as $$
begin
    perform labels_lock();
    slug := genre_of(given);
    parent := genre_of(above);
    if slug is null then
        return;
    end if;
    problem := case when above is not null and parent is null then 'missing'
                    when parent in (select genre_below(genre_move.slug)) then 'below' end;
    if problem is null then
        update genres g set parent_slug = genre_move.parent, is_usual = true where g.slug = genre_move.slug;
    end if;
    return next;
end
$$;
