-- Names as catalogues have them, by Zipf: of :words made-up words the most frequent ones are in a large part of the names. Beside the triggers, as a COPY would.
\set ON_ERROR_STOP 1
set session_replication_role = replica;
set work_mem='128MB';
select setseed(0.42);
create temp table syl as select row_number() over () as i, c||v||coalesce(e,'') as s from unnest(array['b','d','f','g','k','l','m','n','p','r','s','t','v','z','br','st','tr','sh','ch','gl','']) c cross join unnest(array['a','e','i','o','u','ai','ou']) v cross join unnest(array[null,'n','r','l','s']) e;
create temp table sa as select array_agg(s) a from syl;
create temp table vocab as select row_number() over (order by random()) as r, w from (select distinct w from (select concat(a[1+floor(random()*cardinality(a))::int], case when g%10>0 then a[1+floor(random()*cardinality(a))::int] end, case when g%3=0 then a[1+floor(random()*cardinality(a))::int] end) w from generate_series(1,80000) g, sa) x) y;
create unique index on vocab (r); analyze vocab;
select count(*) as words from vocab \gset
create function pg_temp.z(n bigint) returns bigint language sql volatile as $$ select least(n, floor(exp(random()*ln(n)))::bigint) $$;

alter table vocab alter r type int;
insert into users (username, email, first_name, last_name, role) select 'user'||g, 'u'||g||'@example.org', initcap(v1.w), initcap(v2.w), 'content_creator' from (select g, pg_temp.z(:words)::int r1, case when random()<0.7 then pg_temp.z(:words)::int end r2 from generate_series(1,:users) g) x left join vocab v1 on v1.r=x.r1 left join vocab v2 on v2.r=x.r2;
create temp table us as select (row_number() over (order by random()))::int r, id, display_name from users; create unique index on us(r); analyze us;
create temp table titles as select g, concat_ws(' ', initcap(v1.w), initcap(v2.w), initcap(v3.w)) as title from (select g, pg_temp.z(:words)::int r1, case when random()<0.75 then pg_temp.z(:words)::int end r2, case when random()<0.35 then pg_temp.z(:words)::int end r3 from generate_series(1,:tracks) g) x left join vocab v1 on v1.r=x.r1 left join vocab v2 on v2.r=x.r2 left join vocab v3 on v3.r=x.r3;
insert into tracks (creator_id, title, artist, album, genre, tags, year, bpm, musical_key, duration, status, visibility, play_count, like_count, is_downloadable)
select us.id, x.title, case when random()<0.8 then us.display_name end, null, (array['Electronic','House','Techno','Ambient','Hip Hop','Rock','Jazz','Classical','Folk','Pop'])[pg_temp.z(10)],
 array[(array['night','summer','live','demo','instrumental','remix','lofi','deep','dark','piano'])[pg_temp.z(10)]], 1970+floor(random()*55)::int, 60+floor(random()*120)::int,
 (array['Am','C','F#m','G','Dm','Em','Bb','A','E','Cm'])[1+floor(random()*10)::int], 60+floor(random()*400)::int, 'completed',
 case when random()<0.95 then 'public' else 'private' end, floor(exp(random()*random()*14))::bigint-1, floor(exp(random()*random()*8))::bigint-1, random()<0.2
from (select title, pg_temp.z(:users)::int u from titles) x join us on us.r = x.u;
insert into releases (user_id, title, artist, kind, visibility, slug) select us.id, x.title, display_name, 'album', 'public', 'r'||g from (select g, title, pg_temp.z(:users)::int u from titles where g <= :tracks/20) x join us on us.r=x.u;
insert into playlists (user_id, name, visibility, follower_count) select us.id, x.title, 'public', floor(exp(random()*random()*8))::int-1 from (select g, title, pg_temp.z(:users)::int u from titles where g > :tracks - :tracks/20) x join us on us.r=x.u;
insert into user_stats (user_id, follower_count) select id, floor(exp(random()*random()*10))::int-1 from users;
set session_replication_role = origin;
analyze;
