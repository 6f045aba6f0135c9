-- Counting the bytes that people store.

-- For statements that insert or delete: the arguments are the columns with the person and with the bytes. A person's row is made without bytes first,
-- since what refuses too many of them (0007) looks at a row before it is known to be there, when it does not know yet how many the person may have.
create or replace function count_stored_bytes_of_all() returns trigger
    language plpgsql
    as $$
begin
    if tg_op = 'INSERT' then
        execute format('insert into user_storage_quotas (user_id) select distinct %1$I from changed where %2$I > 0 order by %1$I on conflict (user_id) do nothing',
                       tg_argv[0], tg_argv[1]);
    end if;
    execute format('select from user_storage_quotas where user_id in (select %I from changed) order by user_id for no key update', tg_argv[0]);
    execute format('update user_storage_quotas q set used_bytes = greatest(q.used_bytes %3$s c.bytes, 0)
                      from (select %1$I as user_id, sum(%2$I)::bigint as bytes from changed group by %1$I having sum(%2$I) > 0) c
                     where q.user_id = c.user_id', tg_argv[0], tg_argv[1], case tg_op when 'INSERT' then '+' else '-' end);
    return null;
end
$$;
