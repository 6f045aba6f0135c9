-- What people may take away of theirs, and how an account ends.

-- When a deleted account is erased for good. Until then its owner may sign in and take the deletion back.
alter table users add column deletion_at timestamptz;
create index users_deletion_at_idx on users (deletion_at) where deletion_at is not null;

-- An account that others may know of: in good standing, and not about to be erased.
create function user_shown(u users) returns boolean
    language sql stable parallel safe
    as $$ select user_active(u) and u.deletion_at is null $$;

create or replace function user_visible(u users, viewer uuid) returns boolean
    language sql stable parallel safe
    as $$
select user_active(u)
   and coalesce(u.id = viewer or (u.is_public and u.deletion_at is null and not user_blocks_viewer(u.id, viewer))
             or user_is_staff(viewer), false)
$$;

create or replace function track_row_visible(t tracks, viewer uuid) returns boolean
    language sql stable parallel safe
    as $$
select t.deleted_at is null
   and coalesce(t.creator_id = viewer
             or (track_is_public(t)
                 and exists (select from users u where u.id = t.creator_id and user_shown(u))
                 and not exists (select from user_blocks b where b.blocker_id = t.creator_id and b.blocked_id = viewer))
             or user_is_staff(viewer), false)
$$;

-- The archive's file goes when it expires, or when a newer one takes its place; the row tells that it was there.
alter table data_exports
    add column progress real not null default 0,
    add constraint data_exports_progress_check check (progress between 0 and 1),
    drop constraint data_exports_status_check,
    add constraint data_exports_status_check check (status in ('pending', 'processing', 'completed', 'failed', 'expired'));

-- The same, and for how a target begins as well.
drop index audit_logs_target_idx;
create index audit_logs_target_idx on audit_logs (target text_pattern_ops, id desc) where target is not null;
