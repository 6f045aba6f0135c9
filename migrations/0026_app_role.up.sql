-- Requests run as the role veza_app, which owns nothing: it reads and writes rows, adds lines to the audit log and reads them, and
-- cannot change or delete one. Veza calls this after migrating, as the owner of the tables. Where the owner may not make roles and
-- nobody has made and granted this one, nothing happens, and requests run as the owner.
create function app_role_prepare() returns void
    language plpgsql
    as $$
begin
    if not exists (select from pg_roles where rolname = 'veza_app') then
        create role veza_app nologin;
        execute format('grant veza_app to %I', current_user);
    elsif not pg_has_role(current_user, 'veza_app', 'member') then
        execute format('grant veza_app to %I', current_user);
    end if;
    if exists (select from pg_class c
                where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
                  and not has_table_privilege('veza_app', c.oid, 'select'))
       or has_table_privilege('veza_app', 'audit_logs', 'update, delete, truncate') then
        grant usage on schema public to veza_app;
        grant select, insert, update, delete on all tables in schema public to veza_app;
        grant usage on all sequences in schema public to veza_app;
        revoke update, delete, truncate on audit_logs from veza_app;
        revoke insert, update, delete on schema_migrations from veza_app;
    end if;
exception
    when insufficient_privilege or duplicate_object or unique_violation then
        raise notice 'veza_app cannot be used: %', sqlerrm;
end
$$;

-- The one way out of the audit log: with the rights of its owner, and for old lines only. Returns how many went, `most` at a time.
create function audit_delete_old(older_than_days int, most int) returns int
    language plpgsql security definer
    set search_path = pg_catalog, public, pg_temp
    as $$
declare
    deleted int;
begin
    if coalesce(older_than_days, 0) < 90 then
        raise exception 'lines of the last 90 days stay' using errcode = 'insufficient_privilege';
    end if;
    perform set_config('veza.audit_retention', 'on', true);
    delete from audit_logs
     where id in (select id from audit_logs where at < now() - make_interval(days => older_than_days) order by id limit most);
    get diagnostics deleted = row_count;
    perform set_config('veza.audit_retention', 'off', true);
    return deleted;
end
$$;
