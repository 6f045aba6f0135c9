drop trigger search_version on search_entries;
drop trigger search_noted on search_entries;
drop trigger search_noted_again on search_entries;
drop trigger search_noted_gone on search_entries;
drop trigger search_noted_emptied on search_entries;
drop function search_compare(text[], bigint[], text, text, bigint), search_fence(),
              search_found(smallint, text, uuid, boolean, text, tsquery, int, jsonb), search_question(smallint[], text, uuid, boolean, tsquery, int, boolean),
              search_alternatives(tsquery), search_document(search_entries), search_note_emptied(), search_note_gone(), search_note(), search_version();
drop type search_refused;
drop table search_index, search_changes;
alter table search_entries drop column version;
drop sequence search_version_seq;
delete from jobs where kind in ('search.reindex', 'search.drift');
