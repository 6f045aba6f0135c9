drop index track_reposts_user_id_created_at_idx;
drop index users_full_name_trgm_idx;
alter table user_settings drop column do_not_sell_source, drop column do_not_sell_at, drop column do_not_sell;
create or replace function track_row_visible(t tracks, viewer uuid) returns boolean
    language sql stable parallel safe
    as $$
select t.deleted_at is null
   and coalesce(t.creator_id = viewer
             or (track_is_public(t)
                 and exists (select from users u where u.id = t.creator_id and user_active(u)))
             or user_is_staff(viewer), false)
$$;
drop function user_visible(users, uuid);
drop function user_blocks_viewer(uuid, uuid);
drop table user_blocks;
drop table user_follows;
