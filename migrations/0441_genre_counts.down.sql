create index tracks_genre_counts_idx on tracks (genre) include (creator_id)
    where public_from is not null and status = 'completed' and deleted_at is null and genre <> '';
drop index tracks_scheduled_idx;
drop trigger users_count_genres_gone on users;
drop trigger users_count_genres on users;
drop function users_count_genres();
drop trigger tracks_count_genre on tracks;
drop trigger tracks_count_genre_gone on tracks;
drop trigger tracks_count_genre_new on tracks;
drop function tracks_count_genre();
drop table genre_counts;
