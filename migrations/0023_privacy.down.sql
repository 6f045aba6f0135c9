drop function audit_forget(uuid, uuid);

drop index audit_logs_target_idx;
create index audit_logs_target_idx on audit_logs (target, id desc) where target is not null;

update data_exports set status = 'failed', s3_key = null where status = 'expired';
alter table data_exports
    drop constraint data_exports_status_check,
    add constraint data_exports_status_check check (status in ('pending', 'processing', 'completed', 'failed')),
    drop constraint data_exports_progress_check,
    drop column progress;

create or replace function track_row_visible(t tracks, viewer uuid) returns boolean
    language sql stable parallel safe
    as $$
select t.deleted_at is null
   and coalesce(t.creator_id = viewer
             or (track_is_public(t)
                 and exists (select from users u where u.id = t.creator_id and user_active(u))
                 and not exists (select from user_blocks b where b.blocker_id = t.creator_id and b.blocked_id = viewer))
             or user_is_staff(viewer), false)
$$;

create or replace function user_visible(u users, viewer uuid) returns boolean
    language sql stable parallel safe
    as $$
select user_active(u)
   and coalesce(u.id = viewer or (u.is_public and not user_blocks_viewer(u.id, viewer)) or user_is_staff(viewer), false)
$$;

drop function user_shown(users);
drop index users_deletion_at_idx;
alter table users drop column deletion_at;
