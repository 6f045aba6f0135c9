-- When a track or a release could be found by everybody for the first time: what is new is ordered by it. It stays when the thing is taken back and published again. In the future: it is
-- scheduled for then, and the clock makes it appear.
-- Text: migrations/functions/feed.sql
create function tracks_first_public() returns trigger language plpgsql as $$ begin return new; end $$;
create function releases_first_public() returns trigger language plpgsql as $$ begin return new; end $$;
create function track_tags_first_public() returns trigger language plpgsql as $$ begin return new; end $$;
create function track_tags_follow_first_public() returns trigger language plpgsql as $$ begin return null; end $$;

alter table tracks add column first_public_at timestamptz;
alter table releases add column first_public_at timestamptz;
alter table track_tags add column first_public_at timestamptz; -- of the track, so that the newest with a tag come from an index

-- What is there already: when its history says that it was published first; without one, when it could be heard first.
alter table tracks disable trigger tracks_set_updated_at;
update tracks t
   set first_public_at = greatest(case when h.action = 'published' then h.created_at else coalesce(t.published_at, t.created_at) end, t.publish_at)
  from tracks o
  left join lateral (select x.action, x.created_at from track_history x
                      where x.track_id = o.id and x.action in ('published', 'unpublished') order by x.created_at limit 1) h on true
 where o.id = t.id and t.public_from is not null and t.status = 'completed';
alter table tracks enable trigger tracks_set_updated_at;
alter table releases disable trigger releases_set_updated_at;
update releases r set first_public_at = coalesce(r.told_at, greatest(r.created_at, r.publish_at, r.release_at)) where r.public_from is not null;
alter table releases enable trigger releases_set_updated_at;
update track_tags x set first_public_at = t.first_public_at from tracks t where t.id = x.track_id and t.first_public_at is not null;

create trigger tracks_first_public before insert or update of visibility, publish_at, status on tracks for each row execute function tracks_first_public();
create trigger releases_first_public before insert or update of visibility, publish_at, release_at on releases for each row execute function releases_first_public();
create trigger track_tags_first_public before insert on track_tags for each row execute function track_tags_first_public();
create trigger tracks_tell_tags_first_public after update on tracks for each row
    when (old.first_public_at is distinct from new.first_public_at)
    execute function track_tags_follow_first_public();

create index tracks_creator_first_public_idx on tracks (creator_id, first_public_at, id) where public_from is not null and status = 'completed' and deleted_at is null;
create index tracks_genre_first_public_idx on tracks (genre, first_public_at, id) where public_from is not null and status = 'completed' and deleted_at is null;
create index tracks_first_public_idx on tracks (first_public_at, id) where public_from is not null and status = 'completed' and deleted_at is null;
create index releases_user_first_public_idx on releases (user_id, first_public_at, id) where public_from is not null;
create index track_tags_first_public_idx on track_tags (tag_id, first_public_at, track_id) where first_public_at is not null;
drop index track_reposts_track_id_idx;
create index track_reposts_track_id_idx on track_reposts (track_id, created_at, user_id);

-- The merge of what those whom one follows published and reposted, and of what is new in genres and tags that one follows.
create function feed_page(viewer uuid, before_at timestamptz, before_id uuid, wanted int)
    returns table (at timestamptz, thing_id uuid, what text, reason text, label text, reposter uuid, reposters int)
    language plpgsql stable as $$ begin end $$;

-- A row whose columns "creator.id", "creator.name" become one object, as in replies (db/row_json.h).
create function json_nested(flat jsonb) returns jsonb
    language sql immutable parallel safe
    as $$
select jsonb_object_agg(g.name, g.value)
  from (select split_part(e.key, '.', 1) as name,
               case when bool_or(position('.' in e.key) > 0)
                    then case when bool_or(split_part(e.key, '.', 2) = 'id' and e.value = 'null') then 'null'::jsonb else jsonb_object_agg(split_part(e.key, '.', 2), e.value) end
                    else (array_agg(e.value))[1] end as value
          from jsonb_each(flat) e group by 1) g
$$;

-- The bell of somebody whom one follows: told of each release at once.
alter table user_follows add column has_bell boolean not null default false;
create index user_follows_bell_idx on user_follows (followed_id, follower_id) where has_bell;
