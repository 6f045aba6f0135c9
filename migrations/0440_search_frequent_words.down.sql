drop function search_word_keys(text), search_is_frequent(text, text[]);
