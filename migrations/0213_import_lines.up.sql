-- The report of an import names the item that a line became, for which a track can be chosen.
alter type playlist_import_line add attribute item_id uuid;
