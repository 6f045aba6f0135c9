-- A deleted comment stays in its place while it has replies; with the last of them it goes too. In PL/pgSQL since each of its statements sees what others
-- did meanwhile: who replies holds the comment (comment_create).
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
