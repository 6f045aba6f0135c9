-- How many follow a person and whom they follow, counted as it changes: lists of people order by it. Rows are written in the order of their
-- ids, so that two people who follow each other at once do not wait for one another.
create table user_stats (
    user_id         uuid not null,
    follower_count  int not null default 0,
    following_count int not null default 0,
    constraint user_stats_pkey primary key (user_id),
    constraint user_stats_user_id_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint user_stats_counts_check check (follower_count >= 0 and following_count >= 0)
);
create index user_stats_follower_count_idx on user_stats (follower_count desc, user_id);

insert into user_stats (user_id, follower_count, following_count)
select u.id, (select count(*) from user_follows f where f.followed_id = u.id), (select count(*) from user_follows f where f.follower_id = u.id)
  from users u
 where exists (select from user_follows f where u.id in (f.followed_id, f.follower_id));

create function user_follows_count() returns trigger
    language plpgsql security definer set search_path = public
    as $$
begin
    if tg_op = 'INSERT' then
        insert into user_stats as s (user_id, follower_count, following_count)
        select c.* from (values (new.followed_id, 1, 0), (new.follower_id, 0, 1)) c (user_id, followers, following) order by c.user_id
            on conflict (user_id) do update
           set follower_count = s.follower_count + excluded.follower_count, following_count = s.following_count + excluded.following_count;
    else
        -- An update has no order of its own: the rows are locked in theirs first. A person who is being erased has none any more.
        perform from user_stats where user_id in (old.followed_id, old.follower_id) order by user_id for update;
        update user_stats
           set follower_count = follower_count - (user_id = old.followed_id)::int,
               following_count = following_count - (user_id = old.follower_id)::int
         where user_id in (old.followed_id, old.follower_id);
    end if;
    return null;
end
$$;
create trigger user_follows_count after insert or delete on user_follows
    for each row execute function user_follows_count();

-- What people type and what is searched, in one form: without case and accents.
create function search_fold(value text) returns text
    language sql immutable parallel safe
    as $$ select lower(immutable_unaccent(coalesce(value, ''))) $$;

-- A pattern for LIKE for each word, the longest first: it finds fewest rows by an index. No words find everything.
create function search_patterns(query text) returns text[]
    language sql immutable parallel safe
    as $$
select coalesce(array_agg('%' || regexp_replace(w, '([\\%_])', '\\\1', 'g') || '%' order by length(w) desc, w), '{%}')
  from regexp_split_to_table(search_fold(query), '\s+') w
 where w <> ''
$$;

-- array_to_string() is only stable, since elements of other types may print differently; text does not.
create function track_search_text(title text, artist text, album text, genre text, tags text[]) returns text
    language plpgsql immutable parallel safe
    as $$
begin
    return search_fold(title || ' ' || coalesce(artist, '') || ' ' || coalesce(album, '') || ' ' || coalesce(genre, '') || ' ' ||
                       array_to_string(tags, ' '));
end
$$;

-- Stored, since taking accents away costs more than comparing.
alter table users add column search_text text
    generated always as (search_fold(username || ' ' || coalesce(first_name, '') || ' ' || coalesce(last_name, ''))) stored;
alter table tracks add column search_text text
    generated always as (track_search_text(title, artist, album, genre, tags)) stored;

create index users_search_text_idx on users using gin (search_text gin_trgm_ops);
create index tracks_search_text_idx on tracks using gin (search_text gin_trgm_ops);
drop index users_full_name_trgm_idx, users_username_trgm_idx, tracks_title_trgm_idx, tracks_artist_trgm_idx, tracks_album_trgm_idx;
