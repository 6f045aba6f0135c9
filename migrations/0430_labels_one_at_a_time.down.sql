drop function genre_move(text, text);
drop function genre_merge(text, text);
drop function tag_merge(text, text);
drop function labels_lock();
