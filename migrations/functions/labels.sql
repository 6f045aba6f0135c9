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

-- A genre, and all below it.
create or replace function genre_below(root varchar) returns setof varchar
    language sql stable
    as $$
with recursive r (slug, depth) as (
    select root, 1
    union
    select g.slug, r.depth + 1 from r join genres g on g.parent_slug = r.slug where r.depth < 8
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
