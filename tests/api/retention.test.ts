/** What has served its time is deleted, and nothing else. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertStatus } from '../support/client.ts';
import { until } from '../support/wait.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('retention', { SESSION_KEEP_DAYS: '30', JOB_KEEP_DAYS: '7', JOB_FAILED_KEEP_DAYS: '90', EVENT_KEEP_DAYS: '7', LOGIN_HISTORY_DAYS: '180' });
const alice = template.ids.alice;

/** A table: how a row comes to be that is so many days old, and the age from which on it goes. `tag` finds the rows again. */
const KINDS: Record<string, { insert: (days: string, n: string) => string; goes: number; count: string }> = {
  sessions: { goes: 30, count: `sessions where user_agent = 'retention'`,
    insert: (days) => `insert into sessions (user_id, expires_at, user_agent) select '${alice}', now() - ${days}, 'retention'` },
  'revoked sessions': { goes: 30, count: `sessions where user_agent = 'retention revoked'`,
    insert: (days) => `insert into sessions (user_id, expires_at, revoked_at, user_agent) select '${alice}', now() + interval '1 year', now() - ${days}, 'retention revoked'` },
  'refresh tokens': { goes: 30, count: `refresh_tokens where token_hash like 'retention%'`,
    insert: (days, n) => `insert into refresh_tokens (user_id, session_id, family_id, token_hash, expires_at) select user_id, id, gen_random_uuid(), 'retention' || ${n} || gen_random_uuid(), now() - ${days} from (select user_id, id from sessions where user_id = '${alice}' and expires_at > now() and revoked_at is null limit 1) s` },
  'mailed links': { goes: 30, count: `user_tokens where token_hash like 'retention%'`,
    insert: (days, n) => `insert into user_tokens (user_id, purpose, token_hash, expires_at) select '${alice}', 'verify_email', 'retention' || ${n} || gen_random_uuid(), now() - ${days}` },
  'login history': { goes: 180, count: `login_history where device_label = 'retention'`,
    insert: (days) => `insert into login_history (user_id, method, outcome, device_label, created_at) select '${alice}', 'password', 'succeeded', 'retention', now() - ${days}` },
  'replies under an Idempotency-Key': { goes: 1, count: `idempotency_keys where key like 'retention%'`,
    insert: (days, n) => `insert into idempotency_keys (user_id, key, request, status, created_at) select '${alice}', 'retention' || ${n}, repeat('0', 64), 204, now() - ${days}` },
  listenings: { goes: 1, count: `play_sessions where address = '192.0.2.77'`,
    insert: (days) => `with t as (insert into tracks (creator_id, title, file_path) values ('${alice}', 'Heard', 'originals/x') returning id)
      insert into play_sessions (id, track_id, address, told_at) select gen_random_uuid(), t.id, '192.0.2.77', now() - ${days} from t` },
  'listenings by apps': { goes: 1, count: `app_listenings where client = 'retention'`,
    insert: (days) => `with t as (insert into tracks (creator_id, title, file_path) values ('${alice}', 'Heard by an app', 'originals/x') returning id)
      insert into app_listenings (user_id, track_id, client, began_at) select '${alice}', t.id, 'retention', now() - ${days} from t` },
  'addresses of guests of shared queues': { goes: 1, count: `queue_session_people where name = 'retention' and address is not null`,
    insert: (days, n) => `with s as (insert into queue_sessions (creator_id) values ('${alice}') returning id)
      insert into queue_session_people (session_id, name, key_hash, address, created_at) select s.id, 'retention', 'retention' || ${n}, '192.0.2.77', now() - ${days} from s` },
  'deleted playlists': { goes: 30, count: `playlists where name = 'retention'`,
    insert: (days) => `insert into playlists (user_id, name, deleted_at) select '${alice}', 'retention', now() - ${days}` },
  'items of deleted playlists': { goes: 30, count: `playlist_tracks where position = 77`,
    insert: (days) => `with t as (insert into tracks (creator_id, title, file_path) values ('${alice}', 'Retention', 'originals/x') returning id),
      p as (insert into playlists (user_id, name, deleted_at) values ('${alice}', 'with an item', now() - ${days}) returning id)
      insert into playlist_tracks (playlist_id, track_id, position) select p.id, t.id, 77 from p, t` },
  'versions of playlists': { goes: 30, count: `playlist_versions where track_count = 77`,
    insert: (days) => `with p as (insert into playlists (user_id, name) values ('${alice}', 'with a version') returning id)
      insert into playlist_versions (playlist_id, user_id, version, track_count, changed_at) select p.id, '${alice}', 1, 77, now() - ${days} from p` },
  'items of versions of playlists': { goes: 30, count: `playlist_version_items where position = 77`,
    insert: (days) => `with p as (insert into playlists (user_id, name) values ('${alice}', 'with a changed item') returning id),
      v as (insert into playlist_versions (playlist_id, user_id, version, track_count, changed_at) select p.id, '${alice}', 1, 78, now() - ${days} from p returning id)
      insert into playlist_version_items (version_id, item_id, was_there, position) select v.id, gen_random_uuid(), true, 77 from v` },
  'jobs that are done': { goes: 7, count: `jobs where kind = 'retention.done'`,
    insert: (days) => `insert into jobs (kind, state, finished_at) select 'retention.done', 'done', now() - ${days}` },
  'jobs that failed': { goes: 90, count: `jobs where kind = 'retention.failed'`,
    insert: (days) => `insert into jobs (kind, state, finished_at) select 'retention.failed', 'failed', now() - ${days}` },
  events: { goes: 7, count: `outbox where name = 'test.retention'`,
    insert: (days) => `insert into outbox (name, created_at) select 'test.retention', now() - ${days}` },
  'subscribers of events': { goes: 7, count: `bus_subscribers where name like 'retention%'`,
    insert: (days, n) => `insert into bus_subscribers (name, patterns, seen_at) select 'retention' || ${n}, '{}', now() - ${days}` },
};

/** Every subscriber is past every event. */
const settled = () => until('the events to be through', async () => (await world.sql('select (select count(*) from outbox where number is null) + (select count(*) from bus_cursors, bus_numbering where position < last)')) === '0');

async function sweep(): Promise<void> {
  await settled();
  await world.sql(`update jobs set run_at = now() where kind = 'retention'`);
  await until('the sweep', async () => (await world.sql(`select state = 'queued' and run_at > now() + interval '50 minutes' and last_error is null from jobs where kind = 'retention'`)) === 't');
}

test('of old versions of a playlist the last one stays below newer ones: what there was before them can still be restored', async () => {
  await world.sql(`with p as (insert into playlists (user_id, name) values ('${alice}', 'versions') returning id)
    insert into playlist_versions (playlist_id, version, track_count, changed_at) select p.id, n, 79, now() - (40 - n * 6) * interval '1 day' from p, generate_series(1, 3) n`);
  await sweep();
  assert.equal(await world.sql(`select string_agg(version::text, ' ' order by version) from playlist_versions where track_count = 79`), '1 2 3');
  await world.sql(`update playlist_versions set changed_at = changed_at - interval '5 days' where track_count = 79`);
  await sweep();
  assert.equal(await world.sql(`select string_agg(version::text, ' ' order by version) from playlist_versions where track_count = 79`), '2 3');
});

test('rows go when their time is over and not a day before, however many', async () => {
  for (const { insert, goes } of Object.values(KINDS)) {
    await world.sql(insert(`interval '${goes - 1} days'`, '1'));
    await world.sql(insert(`interval '${goes + 1} days'`, '2'));
  }
  await world.sql(`${KINDS['jobs that are done']!.insert(`interval '9 days'`, '3')} from generate_series(1, 2500)`);
  await sweep();
  for (const [name, { count }] of Object.entries(KINDS)) assert.equal(await world.sql(`select count(*) from ${count}`), '1', name);
});

test('a dead letter stays, and so does what a subscriber has not come to', async () => {
  await world.sql(`insert into outbox (name, created_at) values ('test.dead', now() - interval '1 year')`);
  await settled();
  await world.sql(`insert into bus_unfinished (subscriber, number, attempts, dead_at) select 'notifications', number, 50, now() - interval '1 year' from outbox where name = 'test.dead'`);
  await sweep();
  assert.equal(await world.sql(`select count(*) from bus_unfinished u join outbox o using (number) where o.name = 'test.dead'`), '1');
  await world.sql(`insert into bus_subscribers (name, patterns) values ('slow', '{%}');
    insert into bus_cursors (subscriber, partition, position) select 'slow', partition, last from bus_numbering, generate_series(0, 3) partition;
    insert into outbox (name, created_at) values ('test.slow', now() - interval '1 year')`);
  await until('the others to be past it', async () => (await world.sql(`select count(*) from bus_cursors, bus_numbering where position < last`)) === '4');
  await world.sql(`update jobs set run_at = now() where kind = 'retention'`);
  await until('the sweep', async () => (await world.sql(`select state = 'queued' and run_at > now() + interval '50 minutes' from jobs where kind = 'retention'`)) === 't');
  assert.equal(await world.sql(`select count(*) from outbox where name = 'test.slow'`), '1');
  await world.sql(`delete from bus_subscribers where name = 'slow'`);
  await sweep();
  assert.equal(await world.sql(`select count(*) from outbox where name = 'test.slow'`), '0');
});

test('whoever is signed in stays so', async () => {
  await sweep();
  assertStatus(await world.as('alice').get('/api/v1/auth/me'), 200);
});
