drop function genre_merge_step(varchar, varchar, int);
