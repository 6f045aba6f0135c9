-- Genres that came with the tree and that nobody uses go.
delete from role_permissions where permission_id in (select id from permissions where name = 'labels.manage');
delete from permissions where name = 'labels.manage';
create or replace function tags_named(given text[]) returns text[]
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
create or replace function genre_named(given text) returns text
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
delete from genres g
 where g.slug in ('new-age', 'childrens-music', 'dubstep', 'breakbeat', 'idm', 'synthwave', 'downtempo', 'electro', 'uk-garage', 'hardcore-techno', 'industrial', 'vaporwave', 'chillout', 'electronica', 'hardstyle', 'glitch', 'future-bass', 'dark-ambient', 'drone', 'space-music', 'jungle', 'liquid-drum-and-bass', 'neurofunk', 'deep-house', 'tech-house', 'acid-house', 'progressive-house', 'french-house', 'afro-house', 'minimal-techno', 'dub-techno', 'detroit-techno', 'psytrance', 'progressive-trance', 'goa-trance', 'alternative-rock', 'hard-rock', 'post-rock', 'progressive-rock', 'psychedelic-rock', 'grunge', 'garage-rock', 'folk-rock', 'math-rock', 'surf-rock', 'shoegaze', 'indie-rock', 'indie-pop', 'indie-folk', 'post-punk', 'hardcore-punk', 'pop-punk', 'new-wave', 'emo', 'heavy-metal', 'black-metal', 'death-metal', 'doom-metal', 'thrash-metal', 'power-metal', 'metalcore', 'progressive-metal', 'sludge-metal', 'rap', 'trap', 'boom-bap', 'lo-fi-hip-hop', 'grime', 'drill', 'trip-hop', 'synth-pop', 'dream-pop', 'electropop', 'k-pop', 'j-pop', 'chanson', 'hyperpop', 'art-pop', 'bebop', 'swing', 'jazz-fusion', 'free-jazz', 'nu-jazz', 'big-band', 'gypsy-jazz', 'latin-jazz', 'baroque', 'opera', 'chamber-music', 'choral', 'contemporary-classical', 'minimalism', 'orchestral', 'solo-piano', 'early-music', 'neoclassical', 'singer-songwriter', 'celtic', 'traditional', 'sea-shanties', 'americana', 'bluegrass', 'alternative-country', 'ska', 'dancehall', 'roots-reggae', 'rocksteady', 'salsa', 'bossa-nova', 'samba', 'cumbia', 'tango', 'reggaeton', 'flamenco', 'bachata', 'merengue', 'afrobeat', 'afrobeats', 'highlife', 'klezmer', 'fado', 'rai', 'qawwali', 'gamelan', 'balkan', 'amapiano', 'polka', 'neo-soul', 'northern-soul', 'disco', 'boogie', 'nu-disco', 'delta-blues', 'electric-blues', 'chicago-blues', 'noise', 'field-recordings', 'musique-concrete', 'sound-art', 'improvisation', 'film-score', 'game-music', 'chiptune', 'trailer-music', 'podcast', 'audiobook', 'poetry', 'radio-drama')
   and not exists (select from track_genres x where x.genre_slug = g.slug) and not exists (select from user_genre_follows f where f.genre_slug = g.slug);
drop function tag_merge_step(uuid, uuid, int);
drop function genre_below(varchar);
drop function genre_of(text);
drop function tag_named(text);
drop function tag_of(text);
-- Tags that were split off become the one that has their fold again.
insert into user_tag_follows (user_id, tag_id, created_at)
select f.user_id, k.id, f.created_at from user_tag_follows f join tags g on g.id = f.tag_id and g.is_split join tags k on not k.is_split and label_fold(k.name) = label_fold(g.name)
    on conflict do nothing;
alter table tracks disable trigger tracks_set_updated_at;
update tracks t set tags = array_replace(t.tags, g.name::text, k.name::text)
  from tags g join tags k on not k.is_split and label_fold(k.name) = label_fold(g.name) where g.is_split and t.tags @> array[g.name::text];
alter table tracks enable trigger tracks_set_updated_at;
delete from tags g where g.is_split and exists (select from tags k where not k.is_split and label_fold(k.name) = label_fold(g.name));
drop index tags_split_key;
drop index tags_fold_key;
drop index tags_fold_idx;
alter table tags drop column is_split;
create unique index tags_fold_key on tags (label_fold(name) text_pattern_ops);
drop function tag_key(text);
drop table tag_aliases;
drop table genre_aliases;
alter table genres drop column parent_slug;
