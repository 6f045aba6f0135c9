-- What music apps say of a person's music (migration 0350, ADR 0100).

-- One to five stars for a track, a release or a creator, of which one is given; 0 takes them away.
create or replace function subsonic_rate(person uuid, track uuid, release uuid, creator uuid, stars int) returns void
    language plpgsql
    as $$
begin
    delete from app_ratings g
     where g.user_id = person
       and case when track is not null then g.track_id = track when release is not null then g.release_id = release else g.creator_id = creator end;
    if stars > 0 then
        insert into app_ratings (user_id, track_id, release_id, creator_id, rating) values (person, track, release, creator, stars) on conflict do nothing;
    end if;
end
$$;

-- A listening by an app. It begins when the track is fetched or is said to play, and ends when it is said to have been played: then as much of the track was heard as
-- time has passed here, and play_report() decides whether that is a play. So an app that says nothing but that it has played counts nothing.
create or replace function subsonic_listen(person uuid, track uuid, duration_ms int, app text, playing boolean, done boolean) returns void
    language plpgsql
    as $$
declare
    l app_listenings;
    heard_ms bigint;
    length interval;
begin
    delete from app_listenings o where o.user_id = person and o.began_at < now() - interval '1 day';
    select o.* into l from app_listenings o where o.user_id = person and o.track_id = track for update;
    if done then
        if l.session is not null then
            heard_ms := least(coalesce(duration_ms, 0), (extract(epoch from now() - l.began_at) * 1000)::bigint);
            perform play_report(person, null, l.session, 1, track, jsonb_build_array(jsonb_build_object('from_ms', 0, 'to_ms', heard_ms)), null, app);
            delete from app_listenings o where o.user_id = person and o.track_id = track;
        end if;
        return;
    end if;
    -- A new listening, where it was fetched ahead of its time, or the one before must have ended by now. To go on after a pause is none.
    length := make_interval(secs => coalesce(duration_ms, 0) / 1000.0);
    if l.session is null
       or l.began_at < now() - (case when not playing then 2 * length + interval '10 minutes' when l.playing_at is null then interval '30 seconds'
                                     else length + interval '1 minute' end) then
        insert into app_listenings as o (user_id, track_id, client, playing_at) values (person, track, app, case when playing then now() end)
            on conflict (user_id, track_id) do update
            set session = gen_random_uuid(), client = excluded.client, began_at = now(), playing_at = excluded.playing_at
        returning o.* into l;
        perform play_report(person, null, l.session, 0, track, '[]', null, app);
    elsif playing then
        update app_listenings o set playing_at = now(), client = app where o.user_id = person and o.track_id = track;
    end if;
end
$$;

-- An album as the older calls have it, which know folders only.
create or replace function subsonic_album_as(album jsonb, older boolean) returns jsonb
    language sql immutable parallel safe
    as $$
select case when older then album || jsonb_build_object('isDir', true, 'title', album -> 'name', 'album', album -> 'name', 'parent', album -> 'artistId', 'mediaType', 'album')
            else album end
$$;
