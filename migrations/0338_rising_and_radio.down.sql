drop function track_discovered(uuid, uuid[]);
drop function sound_path(uuid, uuid, uuid, int);
drop function radio_go_on(uuid, int);
drop table radio_tracks;
drop table radios;
drop function sound_neighbours(real[], int);
create or replace function sound_distance(a track_analysis, b track_analysis) returns double precision
    language sql stable parallel safe
return (select sqrt(avg((a.timbre_mean[i] - b.timbre_mean[i]) ^ 2 / (a.timbre_deviation[i] ^ 2 + b.timbre_deviation[i] ^ 2 + 1e-6)))
          from generate_series(2, cardinality(a.timbre_mean)) i) -- the first is the level
       + case when a.bpm_is_sure and b.bpm_is_sure
              then 2 * abs(log(2, (a.bpm / b.bpm)::numeric) - round(log(2, (a.bpm / b.bpm)::numeric)))::double precision else 0.3 end;
drop function key_fifths(text);
alter table track_analysis drop column sound_1, drop column sound_2, drop column sound_3;
drop function sound_projection(real[], int);
drop function rising_compute(int);
drop table rising_tracks;
