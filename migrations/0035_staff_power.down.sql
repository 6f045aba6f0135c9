alter table tracks
    drop constraint tracks_restorable_until_check,
    drop constraint tracks_deleted_by_fkey,
    drop column restorable_until,
    drop column deleted_by;

drop function track_row_visible(tracks, uuid, boolean);
drop function user_visible(users, uuid, boolean);

create function user_is_staff(viewer uuid) returns boolean
    language plpgsql stable parallel safe
    as $$
begin
    return exists (select from users u
                    where u.id = viewer and user_active(u)
                      and (u.role in ('moderator', 'admin')
                           or exists (select from user_roles a
                                        join roles r on r.id = a.role_id and r.is_system and r.is_active
                                       where a.user_id = u.id and a.is_active and (a.expires_at is null or a.expires_at > now())
                                         and r.name in ('moderator', 'admin'))));
end
$$;

create or replace function user_blocks_viewer(owner uuid, viewer uuid) returns boolean
    language plpgsql stable parallel safe
    as $$
begin
    return exists (select from user_blocks b where b.blocker_id = owner and b.blocked_id = viewer) and not user_is_staff(viewer);
end
$$;

create function user_visible(u users, viewer uuid) returns boolean
    language sql stable parallel safe
    as $$
select user_active(u)
   and coalesce(u.id = viewer or (u.is_public and u.deletion_at is null and not user_blocks_viewer(u.id, viewer))
             or user_is_staff(viewer), false)
$$;

create function track_row_visible(t tracks, viewer uuid) returns boolean
    language plpgsql stable parallel safe
    as $$
begin
    return t.deleted_at is null
       and coalesce(t.creator_id = viewer
                 or (track_is_public(t)
                     and exists (select from users u where u.id = t.creator_id and user_shown(u))
                     and not exists (select from user_blocks b where b.blocker_id = t.creator_id and b.blocked_id = viewer))
                 or user_is_staff(viewer), false);
end
$$;

create function track_visible(track_id uuid, viewer uuid) returns boolean
    language sql stable parallel safe
    as $$
select exists (select from tracks t where t.id = track_visible.track_id and track_row_visible(t, track_visible.viewer))
$$;
