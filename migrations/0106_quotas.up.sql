-- What a person's files take is counted by the rows that own them, in the statement that changes those rows.

-- is_own: an administrator set max_bytes for this person; else it follows STORAGE_QUOTA_MB.
alter table user_storage_quotas add column is_own boolean not null default false;

-- A trigger of tables whose rows own files: the arguments are the columns with the person and with the bytes.
create function count_stored_bytes() returns trigger
    language plpgsql
    as $$
declare
    before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
    after_ jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
    size bigint := coalesce((after_ ->> tg_argv[1])::bigint, 0);
begin
    update user_storage_quotas
       set used_bytes = greatest(used_bytes - coalesce((before ->> tg_argv[1])::bigint, 0), 0)
                        + case when before ->> tg_argv[0] = after_ ->> tg_argv[0] then size else 0 end
     where user_id = (before ->> tg_argv[0])::uuid;
    if size > 0 and before ->> tg_argv[0] is distinct from after_ ->> tg_argv[0] then
        insert into user_storage_quotas (user_id) values ((after_ ->> tg_argv[0])::uuid) on conflict (user_id) do nothing;
        update user_storage_quotas set used_bytes = used_bytes + size where user_id = (after_ ->> tg_argv[0])::uuid;
    end if;
    return null;
end
$$;

-- Files of deleted tracks are gone, but for those that can be restored.
alter table tracks disable trigger tracks_set_updated_at;
update tracks set file_size = 0 where deleted_at is not null and coalesce(restorable_until, now()) <= now() and file_size <> 0;
alter table tracks enable trigger tracks_set_updated_at;

insert into user_storage_quotas (user_id, max_bytes)
select t.creator_id, greatest(5368709120, sum(t.file_size)) from tracks t group by t.creator_id
on conflict (user_id) do nothing;
update user_storage_quotas q
   set max_bytes = greatest(q.max_bytes, s.bytes), used_bytes = s.bytes
  from (select creator_id, sum(file_size)::bigint as bytes from tracks group by creator_id) s
 where s.creator_id = q.user_id;

create trigger tracks_count_stored_bytes after insert or delete or update of file_size, creator_id on tracks for each row
    execute function count_stored_bytes('creator_id', 'file_size');
