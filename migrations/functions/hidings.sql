-- Something of the kind that the trigger names is hidden. Called at the end of the transaction, once for each row, and counts each kind once: the rows of
-- hidings are locked for the commit only, and those of this backend in one order, since a transaction may hide things of several kinds.
create or replace function count_hiding() returns trigger
    language plpgsql
    as $$
declare
    own constant smallint := pg_backend_pid() % 16;
begin
    if tg_argv[0] = any (string_to_array(current_setting('veza.hidden', true), ' ')) then
        return null;
    end if;
    perform from hidings where slot = own order by kind for update;
    update hidings set number = number + 1 where kind = tg_argv[0] and slot = own;
    perform set_config('veza.hidden', concat_ws(' ', current_setting('veza.hidden', true), tg_argv[0]), true);
    return null;
end
$$;
