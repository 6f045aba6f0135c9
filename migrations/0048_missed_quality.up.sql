-- Administrators list the tracks with a rendition that misses the bounds of its quality (docs/media.md).
create index hls_streams_missed_quality_idx on hls_streams (updated_at desc)
    where info @? '$.qualities[*] ? (@.is_good == false)';
