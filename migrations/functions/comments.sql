-- A comment that has replies keeps its row without its text when it is deleted; the row is deleted with the last reply. In PL/pgSQL, so that each statement sees
-- what other transactions committed meanwhile: a reply locks the comment that it answers (comment_create).
create or replace function comment_remove(comment uuid) returns void
    language plpgsql
    as $$
declare
    above uuid;
begin
    select c.parent_id into above from track_comments c where c.id = comment;
    perform from track_comments c where c.id in (comment, above) order by c.parent_id nulls first for update;
    if exists (select from track_comments r where r.parent_id = comment) then
        delete from track_comment_texts where comment_id = comment;
        update track_comments set content = '', deleted_at = now() where id = comment;
    else
        delete from track_comments where id = comment;
        delete from track_comments c
         where c.id = above and c.deleted_at is not null and not exists (select from track_comments r where r.parent_id = c.id);
    end if;
end
$$;
