drop table unscanned_files;
