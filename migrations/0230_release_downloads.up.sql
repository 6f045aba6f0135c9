-- What the archive of a release offers is a choice of its own, off at first. A release of which all tracks could be downloaded goes on offering the formats that all of them offered.
alter table releases
    add column is_downloadable boolean not null default false,
    add column download_formats text[] not null default '{original}',
    add constraint releases_download_formats_check check (download_formats <@ array['original', 'flac', 'lossy'] and cardinality(download_formats) between 1 and 3);

update releases r
   set is_downloadable = true, download_formats = o.formats
  from (select n.id, array_agg(f.format order by f.place) as formats
          from releases n
         cross join (values (1, 'original'), (2, 'flac'), (3, 'lossy')) f (place, format)
         where exists (select from release_tracks i where i.release_id = n.id)
           and not exists (select from release_tracks i
                             join tracks t on t.id = i.track_id
                            where i.release_id = n.id and t.deleted_at is null and not (t.is_downloadable and f.format = any (t.download_formats)))
         group by n.id) o
 where r.id = o.id;

create function may_download_release(r releases, t tracks, format text, viewer uuid, staff boolean) returns boolean
    language sql stable
    as $$ select false $$;
