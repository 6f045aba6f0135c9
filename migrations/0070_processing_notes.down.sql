alter table tracks drop column processing_notes;

drop type track_note;
