alter type playlist_import_line drop attribute item_id;
