drop function sound_distance(track_analysis, track_analysis);
drop table track_analysis;
