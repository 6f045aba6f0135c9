-- People as others see them: accounts in good standing that are public; oneself and staff see them anyway.

-- query: user_get
-- schema: PublicUser
-- not null: track_count
-- type: social_links object
select u.id, u.username, u.first_name, u.last_name, u.avatar, u.banner_url, u.bio, u.location, u.social_links, u.role, u.is_verified,
       u.created_at,
       (select count(*) from tracks t where t.creator_id = u.id and track_is_public(t)) as track_count
  from users u
 where u.id = :id::uuid
   and user_active(u) and (u.is_public or u.id = :viewer::uuid or user_is_staff(:viewer::uuid))

-- query: user_get_by_username
-- schema: PublicUser
-- not null: track_count
-- type: social_links object
select u.id, u.username, u.first_name, u.last_name, u.avatar, u.banner_url, u.bio, u.location, u.social_links, u.role, u.is_verified,
       u.created_at,
       (select count(*) from tracks t where t.creator_id = u.id and track_is_public(t)) as track_count
  from users u
 where lower(u.username) = lower(:username::text) and u.deleted_at is null
   and user_active(u) and (u.is_public or u.id = :viewer::uuid or user_is_staff(:viewer::uuid))
