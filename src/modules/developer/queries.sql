-- API keys, one's own.

-- query: api_key_list
-- sort: k.created_at desc, k.id desc
-- schema: ApiKey
-- nullable: last_used_at, expires_at
select k.id, k.name, k.prefix, k.scopes, k.created_at, k.last_used_at, k.expires_at
  from api_keys k
 where k.user_id = :viewer::uuid

-- query: api_key_create
-- audited
-- No row when there are too many already.
insert into api_keys (user_id, name, prefix, hashed_key, scopes, expires_at)
select :viewer::uuid, :name, :prefix, :hashed_key, array(select distinct unnest(:scopes::text[]) order by 1), now() + make_interval(days => :expires_in_days::int)
 where (select count(*) from api_keys k where k.user_id = :viewer::uuid) < :most_keys::int
returning id

-- query: api_key_get
-- schema: NewApiKey
-- nullable: expires_at
-- not null: key
-- With the key itself, this once.
select k.id, k.name, k.prefix, :key::text as key, k.scopes, k.created_at, k.expires_at
  from api_keys k
 where k.id = :key_id::uuid and k.user_id = :viewer::uuid

-- query: api_key_delete
delete from api_keys where id = :id::uuid and user_id = :viewer::uuid returning id

-- What an archive of one's own data tells, and what erasure does (personal.c).

-- query: export_api_keys
select k.id, k.name, k.scopes, k.created_at, k.last_used_at, k.expires_at
  from api_keys k
 where k.user_id = :user_id::uuid
 order by k.created_at, k.id
