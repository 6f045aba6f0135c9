-- Whoever remembers who somebody is must hear when that changes: at once in the process that changed it (a notice, read with the statement's
-- result), and a moment later in all others (a notification). The text is the person's id, or * when it may be anybody.
create function tell_identity_change(who text) returns void
    language plpgsql
    as $$
begin
    perform pg_notify('identity_changed', who);
    raise notice using errcode = 'VZ001', message = who;
end
$$;

create function tell_user_change() returns trigger
    language plpgsql
    as $$
begin
    perform tell_identity_change(old.id::text);
    return null;
end
$$;

create function tell_users_row_change() returns trigger
    language plpgsql
    as $$
begin
    perform tell_identity_change(coalesce(new.user_id, old.user_id)::text);
    return null;
end
$$;

create function tell_everybody_change() returns trigger
    language plpgsql
    as $$
begin
    perform tell_identity_change('*');
    return null;
end
$$;

create trigger users_tell_change after update on users for each row
    when ((old.role, old.is_verified, old.token_version, user_active(old)) is distinct from
          (new.role, new.is_verified, new.token_version, user_active(new)))
    execute function tell_user_change();
create trigger sessions_tell_change after update on sessions for each row
    when ((old.revoked_at, old.mfa_at) is distinct from (new.revoked_at, new.mfa_at))
    execute function tell_users_row_change();
create trigger sessions_tell_deletion after delete on sessions for each row execute function tell_users_row_change();
create trigger user_roles_tell_change after insert or update or delete on user_roles for each row
    execute function tell_users_row_change();
create trigger roles_tell_change after update or delete on roles for each statement execute function tell_everybody_change();
