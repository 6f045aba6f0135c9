alter table track_lyrics drop column lines;
drop function lyrics_parse(text);
drop function lyric_ms(text[]);
drop type lyric_line;
drop type lyric_word;
