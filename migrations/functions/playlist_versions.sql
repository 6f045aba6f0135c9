-- Versions of playlists (ADR 0048): what they note of a playlist itself, and how one is restored. What notes items is in migration 0166.

-- Notes what the playlist says of itself, before that is changed to what is given here.
create or replace function playlist_version_details(playlist uuid, person uuid, new_name text, new_description text, new_visibility text, new_rules jsonb) returns void
    language plpgsql
    as $$
declare
    edit uuid;
    earlier jsonb;
begin
    perform from playlists p where p.id = playlist for no key update;
    select jsonb_object_agg(f.name, f.old) into earlier
      from playlists p
     cross join lateral (values ('name', to_jsonb(p.name), to_jsonb(new_name)), ('description', coalesce(to_jsonb(p.description), 'null'), coalesce(to_jsonb(new_description), 'null')),
                                ('visibility', to_jsonb(p.visibility), to_jsonb(new_visibility)), ('rules', p.rules, new_rules)) as f (name, old, new)
     where p.id = playlist and f.old <> f.new;
    if earlier is not null then
        edit := playlist_version_open(playlist, person, null);
        update playlist_versions v set before = earlier || v.before where v.id = edit;
        perform playlist_version_count(edit, 0, 0, 0);
    end if;
end
$$;

-- The rules that a smart playlist had after the version `number`, where a version behind it and before `until` changed them; else null.
create or replace function playlist_rules_after(playlist uuid, number int, until int) returns jsonb
    language plpgsql stable
    as $$
begin
    return (select v.before -> 'rules' from playlist_versions v
             where v.playlist_id = playlist and v.version > number and v.version < until and v.before ? 'rules'
             order by v.version
             limit 1);
end
$$;

-- Why this person may not put the rules of a version back, as playlist_rules_problem() says it; null where they may, or where no rules would change. Rules are locked before
-- the playlist, as they are when they are changed, so that what is allowed here holds until the transaction ends.
create or replace function playlist_restore_problem(playlist uuid, target uuid, person uuid) returns text
    language plpgsql
    as $$
declare
    earlier jsonb;
begin
    perform from playlists p where p.id = playlist and p.user_id = person and p.rules is not null;
    if not found then
        return null;
    end if;
    perform pg_advisory_xact_lock(hashtextextended('rules of playlists', 0));
    perform from playlists p where p.id = playlist for no key update;
    select playlist_rules_after(playlist, v.version, 2147483647) into earlier from playlist_versions v where v.id = target and v.playlist_id = playlist;
    return case when earlier is not null then playlist_rules_problem(earlier, person, playlist) end;
end
$$;

-- Makes the items of a playlist what they were after a version, and its name and description too where `all_of_it`; its rules where the person owns it (playlist_restore_problem
-- was asked before). It is an edit like others, with a version of its own. Null when there is no such version.
--
-- What is not in the rows of later versions has not been touched, and so has its number still. First goes what was not there, then what is there is moved, then comes back
-- what is gone: in this order no two items have the same number at the end of a statement.
create or replace function playlist_restore(playlist uuid, target uuid, person uuid, all_of_it boolean) returns boolean
    language plpgsql
    as $$
declare
    old_number int;
    new_number int;
    last int;
    edit uuid;
    n_gone int;
    n_moved int;
    n_back int;
    was record;
    earlier_rules jsonb;
begin
    perform from playlists p where p.id = playlist for no key update;
    select v.version into old_number from playlist_versions v where v.id = target and v.playlist_id = playlist;
    if not found then
        return null;
    end if;
    select max(v.version) into last from playlist_versions v where v.playlist_id = playlist;
    if old_number = last then
        return false;
    end if;
    edit := playlist_version_open(playlist, person, old_number);
    new_number := last + 1;
    insert into playlist_version_items (version_id, item_id, was_there, track_id, wanted, added_by, added_at, position)
    select edit, o.item_id, i.id is not null, i.track_id, i.wanted, i.added_by, i.added_at, i.position
      from playlist_items_after(playlist, old_number, new_number) o
      left join playlist_tracks i on i.id = o.item_id
     where o.position is distinct from i.position;
    get diagnostics n_moved = row_count;
    update playlist_versions v set logged = n_moved where v.id = edit;
    delete from playlist_tracks i using playlist_items_after(playlist, old_number, new_number) o where i.id = o.item_id and not o.was_there;
    get diagnostics n_gone = row_count;
    update playlist_tracks i
       set position = o.position
      from playlist_items_after(playlist, old_number, new_number) o
     where i.id = o.item_id and o.was_there and i.position <> o.position;
    get diagnostics n_moved = row_count;
    insert into playlist_tracks (id, playlist_id, track_id, wanted, added_by, added_at, position)
    select o.item_id, playlist, o.track_id, o.wanted, o.added_by, o.added_at, o.position
      from playlist_items_after(playlist, old_number, new_number) o
     where o.was_there and not exists (select from playlist_tracks i where i.id = o.item_id);
    get diagnostics n_back = row_count;
    if all_of_it then
        select (array_agg(v.before ->> 'name' order by v.version) filter (where v.before ? 'name'))[1] as name,
               coalesce(bool_or(v.before ? 'description'), false) as has_description,
               (array_agg(v.before ->> 'description' order by v.version) filter (where v.before ? 'description'))[1] as description
          into was
          from playlist_versions v
         where v.playlist_id = playlist and v.version > old_number and v.version < new_number;
        update playlist_versions v
           set before = coalesce((select jsonb_object_agg(f.name, f.old)
                                    from (values ('name', to_jsonb(p.name), to_jsonb(coalesce(was.name, p.name))),
                                                 ('description', coalesce(to_jsonb(p.description), 'null'),
                                                  coalesce(to_jsonb(case when was.has_description then was.description else p.description end), 'null'))) as f (name, old, new)
                                   where f.old <> f.new), '{}')
          from playlists p
         where v.id = edit and p.id = playlist;
        update playlists p
           set name = coalesce(was.name, p.name), description = case when was.has_description then was.description else p.description end
         where p.id = playlist;
    end if;
    earlier_rules := playlist_rules_after(playlist, old_number, new_number);
    if earlier_rules is not null then
        update playlist_versions v
           set before = v.before || jsonb_build_object('rules', p.rules)
          from playlists p
         where v.id = edit and p.id = playlist and p.user_id = person and p.rules <> earlier_rules;
        update playlists p set rules = earlier_rules where p.id = playlist and p.user_id = person;
    end if;
    update playlists set updated_at = now() where id = playlist;
    perform playlist_version_count(edit, n_back, n_gone, n_moved);
    return true;
end
$$;
