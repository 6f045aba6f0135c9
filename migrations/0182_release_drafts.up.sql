-- A name such that names sort as people count: 9 before 10.
create function natural_key(name text) returns text
    language sql immutable parallel safe
    as $$
select string_agg(case when m[1] ~ '^[0-9]' then lpad(m[1], 20, '0') else m[1] end, '' order by n)
  from regexp_matches(public.search_fold(left(name, 255)), '[0-9]{1,20}|[^0-9]+', 'g') with ordinality x (m, n)
$$;

-- Where a track stood in what its file was taken from, as the file's tags say it: a release that is made of several uploads is put in order by it.
alter table tracks
    add column disc_number smallint,
    add column track_number smallint,
    add column album_artist varchar(255),
    add constraint tracks_disc_number_check check (disc_number between 1 and 99),
    add constraint tracks_track_number_check check (track_number between 1 and 9999);
