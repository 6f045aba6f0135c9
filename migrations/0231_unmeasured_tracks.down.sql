drop table track_analysis_failures;
