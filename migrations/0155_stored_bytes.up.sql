-- The bytes of rows that come or go are counted once for a statement: a person's row that is written for each of many rows of one transaction leaves as many
-- old versions, and each count would walk through them.

-- For statements that insert or delete: the arguments are the columns with the person and with the bytes.
create function count_stored_bytes_of_all() returns trigger
    language plpgsql
    as $$
begin
    if tg_op = 'INSERT' then
        execute format('insert into user_storage_quotas as q (user_id, used_bytes)
                        select %1$I, sum(%2$I) from changed group by %1$I having sum(%2$I) > 0 order by %1$I
                            on conflict (user_id) do update set used_bytes = q.used_bytes + excluded.used_bytes', tg_argv[0], tg_argv[1]);
    else
        execute format('select from user_storage_quotas where user_id in (select %I from changed) order by user_id for no key update', tg_argv[0]);
        execute format('update user_storage_quotas q set used_bytes = greatest(q.used_bytes - c.bytes, 0)
                          from (select %1$I as user_id, sum(%2$I)::bigint as bytes from changed group by %1$I having sum(%2$I) > 0) c
                         where q.user_id = c.user_id', tg_argv[0], tg_argv[1]);
    end if;
    return null;
end
$$;

drop trigger tracks_count_stored_bytes on tracks;
create trigger tracks_count_stored_bytes after update of file_size, creator_id on tracks for each row
    execute function count_stored_bytes('creator_id', 'file_size');
create trigger tracks_count_bytes_new after insert on tracks referencing new table as changed for each statement
    execute function count_stored_bytes_of_all('creator_id', 'file_size');
create trigger tracks_count_bytes_gone after delete on tracks referencing old table as changed for each statement
    execute function count_stored_bytes_of_all('creator_id', 'file_size');

drop trigger uploads_count_stored_bytes on uploads;
create trigger uploads_count_stored_bytes after update of counted_bytes, user_id on uploads for each row
    execute function count_stored_bytes('user_id', 'counted_bytes');
create trigger uploads_count_bytes_new after insert on uploads referencing new table as changed for each statement
    execute function count_stored_bytes_of_all('user_id', 'counted_bytes');
create trigger uploads_count_bytes_gone after delete on uploads referencing old table as changed for each statement
    execute function count_stored_bytes_of_all('user_id', 'counted_bytes');
