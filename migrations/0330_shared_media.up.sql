-- A track may play the files of another one: its renditions, waveform and cover. Files are deleted when no track plays them any more (ADR 0097). Not a reference: the
-- files outlive the track that they were made for.
alter table tracks add column media_of uuid;
create index tracks_media_of_idx on tracks (media_of, media_version) where media_of is not null;

-- How far `veza demo --tracks` came, so that it goes on where it ended.
alter table installation add column demo_fill jsonb;
