-- Requests run as the role veza_app, which owns nothing: it reads and writes rows, adds lines to the audit log and reads them, and
-- cannot change or delete one. Veza calls this after migrating, as the owner of the tables. Where the owner may not make roles and
-- nobody has made and granted this one, nothing happens, and requests run as the owner.
create or replace function app_role_prepare() returns void
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
        if to_regclass('schema_functions') is not null then
            revoke insert, update, delete on schema_functions from veza_app;
        end if;
    end if;
exception
    when insufficient_privilege or duplicate_object or unique_violation then
        raise notice 'veza_app cannot be used: %', sqlerrm;
end
$$;
