-- Every process hears which events were written, by name; the one that wrote them at once, with the reply to its statement (as with
-- tell_identity_change). What keeps replies in memory drops those that the events make stale.
drop trigger outbox_notify on outbox;
create or replace function notify_outbox() returns trigger
    language plpgsql
    as $$
declare
    event_name text;
begin
    for event_name in select distinct a.name from added a loop
        perform pg_notify('outbox', event_name);
        raise notice using errcode = 'VZ001', message = 'event ' || event_name;
    end loop;
    return null;
end
$$;
create trigger outbox_notify after insert on outbox referencing new table as added for each statement execute function notify_outbox();
