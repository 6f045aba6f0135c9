-- Functions that look into other tables are asked on nearly every request, and a statement cannot take them in: as `language sql` each was
-- planned anew with every statement that called it, which cost several times what it does. PL/pgSQL keeps the plans of a connection.
-- What they say is unchanged. Functions of one expression stay `language sql`, since statements do take those in.
create or replace function user_effective_role(u users) returns user_role
    language plpgsql stable parallel safe
    as $$
begin
    return greatest(u.role, (select max(r.name::user_role)
                             from user_roles a
                             join roles r on r.id = a.role_id and r.is_system and r.is_active
                            where a.user_id = u.id and a.is_active and (a.expires_at is null or a.expires_at > now())));
end
$$;

create or replace function user_is_staff(viewer uuid) returns boolean
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

create or replace function track_row_visible(t tracks, viewer uuid) returns boolean
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
