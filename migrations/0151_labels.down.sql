drop index tracks_genre_public_idx, tracks_genre_counts_idx;
create index tracks_genre_public_idx on tracks (lower(genre), created_at, id) where public_from is not null and status = 'completed' and deleted_at is null;
create index tracks_genre_counts_idx on tracks (lower(genre)) include (genre, creator_id)
    where public_from is not null and status = 'completed' and deleted_at is null and genre <> '';

drop trigger tracks_link_labels on tracks;
drop trigger tracks_link_new_labels on tracks;
drop trigger tracks_name_labels on tracks;
drop trigger track_tags_count_new on track_tags;
drop trigger track_tags_count_gone on track_tags;
drop function tracks_link_labels();
drop function tracks_link_new_labels();
drop function tracks_name_labels();
drop function track_tags_count();
drop function tags_named(text[]);
drop function genre_named(text);

-- Tracks keep their tags and genre as text, tags in lower case as before.
delete from track_tags;
delete from track_genres;
alter table tracks disable trigger tracks_set_updated_at;
update tracks t
   set tags = (select array_agg(d.name order by d.n) from (select lower(x.name) as name, min(x.n) as n from unnest(t.tags) with ordinality x (name, n) group by 1) d)
 where t.tags <> '{}';
alter table tracks enable trigger tracks_set_updated_at;
alter table track_tags drop constraint track_tags_position_check, drop column position;
delete from tags g where not exists (select from user_tag_follows f where f.tag_id = g.id);
drop index tags_fold_key, genres_fold_key;
delete from genres g where not g.is_usual and not exists (select from user_genre_follows f where f.genre_slug = g.slug);
alter table genres drop column is_usual;
alter table tags drop constraint tags_name_check;
update tags set name = lower(name), use_count = 0;
alter table tags add constraint tags_name_check check (name <> '' and name = lower(btrim(name)));
create or replace trigger tags_set_updated_at before update on tags for each row execute function set_updated_at();
drop function label_fold(text);
