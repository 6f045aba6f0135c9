drop table track_single_files;
