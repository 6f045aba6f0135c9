-- Staff power belongs to a session that proved a second factor lately, not to an account: the server decides it once a request
-- (identity.c) and hands it to these functions as `staff`. The forms without it are gone, so that no query can forget it.
drop function track_visible(uuid, uuid);
drop function track_row_visible(tracks, uuid);
drop function user_visible(users, uuid);
drop function user_is_staff(uuid);

-- Has `owner` blocked `viewer`?
create or replace function user_blocks_viewer(owner uuid, viewer uuid) returns boolean
    language plpgsql stable parallel safe
    as $$
begin
    return exists (select from user_blocks b where b.blocker_id = owner and b.blocked_id = viewer);
end
$$;

-- Whether `viewer` may know of this person.
create function user_visible(u users, viewer uuid, staff boolean) returns boolean
    language sql stable parallel safe
    as $$
select user_active(u)
   and coalesce(u.id = viewer or staff or (u.is_public and u.deletion_at is null and not user_blocks_viewer(u.id, viewer)), false)
$$;

-- Whether `viewer` may know of this track.
create function track_row_visible(t tracks, viewer uuid, staff boolean) returns boolean
    language plpgsql stable parallel safe
    as $$
begin
    return t.deleted_at is null
       and coalesce(t.creator_id = viewer
                 or staff
                 or (track_is_public(t)
                     and exists (select from users u where u.id = t.creator_id and user_shown(u))
                     and not user_blocks_viewer(t.creator_id, viewer)), false);
end
$$;

-- What staff delete can be restored until then. Afterwards only the row of the deleted track is left.
alter table tracks
    add column deleted_by uuid,
    add column restorable_until timestamptz,
    add constraint tracks_deleted_by_fkey foreign key (deleted_by) references users (id) on delete set null,
    add constraint tracks_restorable_until_check check (restorable_until is null or deleted_at is not null);
create index tracks_deleted_by_idx on tracks (deleted_by) where deleted_by is not null;
create index tracks_restorable_until_idx on tracks (restorable_until, id) where restorable_until is not null;
