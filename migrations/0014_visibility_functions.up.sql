-- Who may see what. Everything that one person owns and another may look at is asked here, so that the rule exists once.
-- `viewer` is null for somebody who is not signed in.

-- An account in good standing.
create function user_active(u users) returns boolean
    language sql stable parallel safe
    as $$ select u.is_active and not u.is_banned and u.deleted_at is null $$;

-- Moderators and administrators.
create function user_is_staff(viewer uuid) returns boolean
    language sql stable parallel safe
    as $$
select exists (select from users u where u.id = viewer and u.role in ('moderator', 'admin') and user_active(u))
$$;

-- What a stranger may find: the planner sees the plain columns, hence the partial indexes of the public lists.
create function track_is_public(t tracks) returns boolean
    language sql stable parallel safe
    as $$ select t.is_public and t.status = 'completed' and t.deleted_at is null $$;

create function track_row_visible(t tracks, viewer uuid) returns boolean
    language sql stable parallel safe
    as $$
select t.deleted_at is null
   and coalesce(t.creator_id = viewer
             or (track_is_public(t)
                 and exists (select from users u where u.id = t.creator_id and user_active(u)))
             or user_is_staff(viewer), false)
$$;

-- Whether `viewer` may know that the track exists.
create function track_visible(track_id uuid, viewer uuid) returns boolean
    language sql stable parallel safe
    as $$
select exists (select from tracks t where t.id = track_visible.track_id and track_row_visible(t, track_visible.viewer))
$$;
