-- Tags and genres: one row for each, found by its fold, shown as it was first entered. What tracks hold as text is derived: triggers put the names in
-- place of what was written, and keep track_tags and track_genres in step.

-- A tag or genre without what people write differently: case, accents, width, spaces and hyphens.
create function label_fold(label text) returns text
    language sql immutable parallel safe
    as $$
select coalesce(nullif(regexp_replace(public.search_fold(normalize(label, NFKC)), '[\s_‐-―-]+', '', 'g'), ''), lower(normalize(label, NFKC)))
$$;

-- Tags that were several become the oldest of them.
create temporary table merged on commit drop as
    select g.id, first_value(g.id) over (partition by label_fold(g.name) order by g.created_at, g.id) as kept from tags g;
insert into user_tag_follows (user_id, tag_id, created_at)
select f.user_id, m.kept, f.created_at from user_tag_follows f join merged m on m.id = f.tag_id and m.kept <> m.id on conflict do nothing;
delete from tags g using merged m where m.id = g.id and m.kept <> m.id;

alter table tags drop constraint tags_name_check,
    add constraint tags_name_check check (name <> '' and name = btrim(name));
-- No generated column: unique, it would be a key, and counting would lock tags against all who use them.
create unique index tags_fold_key on tags (label_fold(name) text_pattern_ops);
create unique index genres_fold_key on genres (label_fold(name));
-- Those that came with Veza stay when nobody uses them.
alter table genres add column is_usual boolean not null default true;
alter table genres alter column is_usual set default false;
alter table track_tags add column position int not null default 0,
    add constraint track_tags_position_check check (position >= 0);

create or replace trigger tags_set_updated_at before update on tags for each row
    when (old.use_count is not distinct from new.use_count)
    execute function set_updated_at();

-- How many tracks have a tag, whoever may see them: suggestions are ordered by it. Once for a statement and not for each row: a tag that is counted many
-- times in one transaction leaves as many old versions of its row, and each count would walk through them. Tags are locked in the order of their ids.
create function track_tags_count() returns trigger
    language plpgsql security definer set search_path = public
    as $$
begin
    perform from tags where id in (select c.tag_id from changed c) order by id for no key update;
    update tags g set use_count = g.use_count + case tg_op when 'INSERT' then c.uses else -c.uses end
      from (select c.tag_id, count(*)::int as uses from changed c group by c.tag_id) c
     where g.id = c.tag_id;
    return null;
end
$$;
create trigger track_tags_count_new after insert on track_tags referencing new table as changed for each statement execute function track_tags_count();
create trigger track_tags_count_gone after delete on track_tags referencing old table as changed for each statement execute function track_tags_count();

-- The names of these tags, each once, in their order; new ones are made.
create function tags_named(given text[]) returns text[]
    language plpgsql
    as $$
begin
    insert into tags (name)
    select distinct on (label_fold(x.name)) btrim(x.name)
      from unnest(given) with ordinality x (name, n)
     where btrim(x.name) <> '' and not exists (select from tags g where label_fold(g.name) = label_fold(x.name))
     order by label_fold(x.name), x.n
        on conflict (label_fold(name)) do nothing;
    return (select coalesce(array_agg(d.name order by d.n), '{}')
              from (select g.name::text, min(x.n) as n
                      from unnest(given) with ordinality x (name, n)
                      join tags g on label_fold(g.name) = label_fold(x.name)
                     where btrim(x.name) <> ''
                     group by g.name) d);
end
$$;

-- The name of this genre; a new one is made. Its slug has a part of its own where the name is not made of letters and digits of ASCII, or the slug is
-- taken.
create function genre_named(given text) returns text
    language plpgsql
    as $$
declare
    wanted constant text := label_fold(given);
    plain constant text := btrim(left(regexp_replace(search_fold(normalize(given, NFKC)), '[^a-z0-9]+', '-', 'g'), 40), '-');
    marked constant text := btrim(plain || '-' || left(md5(wanted), 8), '-');
begin
    if btrim(coalesce(given, '')) = '' then
        return given;
    end if;
    if not exists (select from genres g where label_fold(g.name) = wanted) then
        insert into genres (slug, name)
        values (case when label_fold(plain) = wanted and not exists (select from genres g where g.slug = plain) then plain else marked end, btrim(given))
            on conflict do nothing;
    end if;
    return (select g.name from genres g where label_fold(g.name) = wanted);
end
$$;

-- What is there already, the oldest tracks first: they name.
alter table tracks disable trigger tracks_set_updated_at;
insert into tags (name)
select distinct on (label_fold(x.name)) btrim(x.name)
  from tracks t, unnest(t.tags) x (name)
 where btrim(x.name) <> ''
 order by label_fold(x.name), t.created_at, t.id
    on conflict (label_fold(name)) do nothing;
do $$
declare
    entered text;
begin
    for entered in
        select d.genre
          from (select distinct on (label_fold(t.genre)) t.genre, t.created_at from tracks t where btrim(t.genre) <> ''
                 order by label_fold(t.genre), t.created_at, t.id) d
         order by d.created_at
    loop
        perform genre_named(entered);
    end loop;
end
$$;
update tracks t set tags = tags_named(t.tags), genre = genre_named(t.genre) where t.tags <> '{}' or t.genre <> '';
alter table tracks enable trigger tracks_set_updated_at;
insert into track_tags (track_id, tag_id, position)
select t.id, g.id, x.n - 1 from tracks t, unnest(t.tags) with ordinality x (name, n) join tags g on g.name = x.name
    on conflict do nothing;
insert into track_genres (track_id, genre_slug) select t.id, g.slug from tracks t join genres g on g.name = t.genre on conflict do nothing;

create function tracks_name_labels() returns trigger
    language plpgsql
    as $$
begin
    if tg_op = 'INSERT' or new.tags is distinct from old.tags then
        new.tags := tags_named(new.tags);
    end if;
    if tg_op = 'INSERT' or new.genre is distinct from old.genre then
        new.genre := genre_named(new.genre);
    end if;
    return new;
end
$$;
create trigger tracks_name_labels before insert or update of tags, genre on tracks for each row execute function tracks_name_labels();

create function tracks_link_labels() returns trigger
    language plpgsql
    as $$
begin
    if new.tags is distinct from old.tags then
        delete from track_tags x using tags g where x.track_id = new.id and g.id = x.tag_id and g.name <> all (new.tags);
        insert into track_tags as x (track_id, tag_id, position)
        select new.id, g.id, a.n - 1 from unnest(new.tags) with ordinality a (name, n) join tags g on g.name = a.name order by g.id
            on conflict (track_id, tag_id) do update set position = excluded.position where x.position <> excluded.position;
    end if;
    if new.genre is distinct from old.genre then
        delete from track_genres x where x.track_id = new.id;
        insert into track_genres (track_id, genre_slug) select new.id, g.slug from genres g where g.name = new.genre;
    end if;
    return null;
end
$$;
create trigger tracks_link_labels after update of tags, genre on tracks for each row execute function tracks_link_labels();

-- New tracks have no links yet: those of a whole statement at once.
create function tracks_link_new_labels() returns trigger
    language plpgsql
    as $$
begin
    insert into track_tags (track_id, tag_id, position)
    select t.id, g.id, a.n - 1 from added t, unnest(t.tags) with ordinality a (name, n) join tags g on g.name = a.name;
    insert into track_genres (track_id, genre_slug) select t.id, g.slug from added t join genres g on g.name = t.genre;
    return null;
end
$$;
create trigger tracks_link_new_labels after insert on tracks referencing new table as added for each statement execute function tracks_link_new_labels();

drop index tracks_genre_public_idx, tracks_genre_counts_idx;
create index tracks_genre_public_idx on tracks (genre, created_at, id) where public_from is not null and status = 'completed' and deleted_at is null;
create index tracks_genre_counts_idx on tracks (genre) include (creator_id)
    where public_from is not null and status = 'completed' and deleted_at is null and genre <> '';
