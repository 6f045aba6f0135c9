/** Two transactions that wait for each other: PostgreSQL undoes one, and the server repeats it, so that nobody notices. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertProblem, assertStatus } from '../support/client.ts';
import { until } from '../support/wait.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('deadlocks');
const alice = world.as('alice'), id = template.ids.alice;

async function retries(): Promise<number> {
  return Number((await (await fetch(`${world.server.api}/metrics`)).text()).match(/^veza_db_retries_total (\d+)$/m)![1]);
}

/** Locks with `first`, lets the request run into that lock with another in its hand, which `second` then wants. The server's connection looks
 * for deadlocks after a second and this one after a minute, so that the server's is undone. */
async function crossing(first: string, second: string): Promise<string> {
  return world.sql(`set deadlock_timeout = '60s'; begin; ${first};
    do $$ begin
      while not exists (select from pg_stat_activity a where a.datname = current_database() and a.wait_event_type = 'Lock') loop
        perform pg_sleep(0.01), pg_stat_clear_snapshot();
      end loop; end $$;
    ${second}; commit`);
}

/** Once the locks of crossing() are taken. */
async function untilLocked(table: string): Promise<void> {
  await world.sql(`do $$ begin
    while not exists (select from pg_locks l where l.relation = '${table}'::regclass and l.mode = 'RowExclusiveLock' and l.granted and l.pid <> pg_backend_pid()) loop
      perform pg_sleep(0.01);
    end loop; end $$`);
}

test('a statement that lost a deadlock is repeated, and its person gets the answer', async () => {
  const before = await retries();
  const other = crossing(`update user_profiles set updated_at = now() where user_id = '${id}'`, `update user_settings set updated_at = now() where user_id = '${id}'`);
  await untilLocked('user_profiles');
  const reply = await alice.put('/api/v1/users/settings', { body: { autoplay: false, timezone: 'Europe/Madrid' } });
  await other;
  assertStatus(reply, 200);
  assert.equal((await alice.get('/api/v1/users/settings')).body.autoplay, false);
  assert.equal(await retries(), before + 1, 'there was a deadlock');
});

test('a transaction that lost a deadlock is repeated as a whole', async () => {
  const connection = await world.sql(`insert into federated_identities (user_id, provider, provider_id) values ('${id}', 'google', 'g1') returning id`);
  const before = await retries();
  const other = crossing(`update federated_identities set updated_at = now() where id = '${connection}'`, `update users set updated_at = now() where id = '${id}'`);
  await untilLocked('federated_identities');
  assertStatus(await alice.delete('/api/v1/auth/oauth/connections/{id}', { path: { id: connection } }), 204);
  await other;
  assert.equal(await retries(), before + 1, 'there was a deadlock');
  assert.equal(await world.sql(`select count(*) from federated_identities where id = '${connection}'`), '0');
});

test('moving an item of a playlist and removing it take their locks in one order', async () => {
  const track = await world.sql(`insert into tracks (creator_id, title, file_path, status, visibility) values ('${id}', 'Kelp', 'originals/x', 'completed', 'public') returning id`);
  const list = await alice.post('/api/v1/playlists', { body: { name: 'Late trains' } });
  assertStatus(list, 201);
  const item = await alice.post('/api/v1/playlists/{id}/tracks', { path: { id: list.body.id }, body: { track_id: track } });
  assertStatus(item, 201);
  const before = await retries();
  const other = crossing(`update playlists set updated_at = now() where id = '${list.body.id}'`, `update playlist_tracks set position = 1 where id = '${item.body.item_id}'`);
  await untilLocked('playlists');
  assertStatus(await alice.delete('/api/v1/playlists/{id}/tracks/{track_id}', { path: { id: list.body.id, track_id: item.body.item_id } }), 204);
  await other;
  assert.equal(await retries(), before, 'no deadlock');
  assert.equal(await world.sql(`select count(*) from playlist_tracks where playlist_id = '${list.body.id}'`), '0');
});

test('a statement that loses each time is tried four times, and its person is asked to come back', async () => {
  await world.sql(`create sequence tries; grant usage on sequence tries to public;
    create function always_lose() returns trigger language plpgsql as $$ begin
      perform nextval('tries'); raise exception 'could not serialize access due to concurrent update' using errcode = '40001'; end $$;
    create trigger lose before update on user_settings for each row execute function always_lose()`);
  const problem = await alice.put('/api/v1/users/settings', { body: { autoplay: true } });
  assertProblem(problem, 503, 'unavailable');
  assert.ok(Number(problem.headers.get('retry-after')) >= 1);
  assert.equal(await world.sql('select last_value from tries'), '4');
  await world.sql('drop trigger lose on user_settings');
  assertStatus(await alice.put('/api/v1/users/settings', { body: { autoplay: true } }), 200);
});

/** All that changes releases, their tracks and what those count, at once. */
test('changes of releases and of their tracks at the same time never wait for each other crosswise, and others hardly notice', async () => {
  const carol = world.as('carol'), root = world.as('root'), listeners = ['alice', 'bob', 'dave', 'mia'] as const;
  const make = async (count: number) => (await world.sql(`insert into tracks (creator_id, title, status, visibility, duration_ms)
    select '${template.ids.carol}', 'Storm ' || n, 'completed', 'public', 60000 from generate_series(1, ${count}) n returning id`)).split('\n');
  const tracks = await make(6), doomed = await make(12), release = async (body: { title: string; track_ids?: string[]; access?: 'release' }) => {
    const made = await carol.post('/api/v1/releases', { body: { visibility: 'public', ...body } });
    assertStatus(made, 201);
    return made.body.id;
  };
  const followed = await release({ title: 'Storm', track_ids: tracks, access: 'release' }), other = await release({ title: 'Calm', track_ids: [...tracks, ...doomed] });
  const doomedReleases = await Promise.all(Array.from({ length: 12 }, (_, i) => release({ title: 'Doomed', track_ids: [doomed[i]!, tracks[i % 6]!] })));
  /* People whose likes go with them, while their tracks change. */
  await world.sql(`with u as (insert into users (username, email, is_active, is_public, deletion_at) select 'leaver' || n, 'leaver' || n || '@example.org', true, true, now() - interval '1 hour' from generate_series(1, 3) n returning id),
    l as (insert into track_likes (track_id, user_id) select t.id, u.id from tracks t, u where t.title like 'Storm %' order by random())
    insert into jobs (kind, payload, dedupe_key) select 'privacy.erase', jsonb_build_object('user_id', u.id), 'erase:' || u.id from u`);
  const [before, lost] = [await retries(), () => world.sql('select deadlocks from pg_stat_database where datname = current_database()')], deadlocks = await lost();
  const track = (i: number) => tracks[i % 6]!, hidden = (i: number) => (i % 2 ? 'private' : 'public') as 'private' | 'public';
  const kinds: ((i: number) => Promise<{ status: number }>)[] = [
    (i) => carol.put('/api/v1/releases/{id}/tracks/{track_id}', { path: { id: followed, track_id: track(i) }, body: { access: i % 3 ? 'release' : 'own' } }),
    (i) => carol.put('/api/v1/releases/{id}/tracks/{track_id}', { path: { id: followed, track_id: track(i + 2) }, body: { isrc: 'FRX012400001' } }),
    (i) => carol.put('/api/v1/releases/{id}', { path: { id: followed }, body: { visibility: hidden(i) } }),
    (i) => carol.put('/api/v1/releases/{id}/tracks/reorder', { path: { id: followed }, body: { track_id: track(i), after: track(i + 3) } }),
    (i) => carol.put('/api/v1/tracks/{id}', { path: { id: track(i + 1) }, body: { visibility: hidden(i) } }),
    (i) => root.put('/api/v1/tracks/{id}', { path: { id: track(i + 3) }, body: { title: `Storm ${i}` } }),
    () => carol.post('/api/v1/tracks/batch/update', { body: { ids: [...tracks].reverse(), genre: 'Storm' } as never }),
    (i) => carol.delete('/api/v1/releases/{id}/tracks/{track_id}', { path: { id: other, track_id: track(i) } }),
    (i) => carol.post('/api/v1/releases/{id}/tracks', { path: { id: other }, body: { track_ids: [track(i), track(i + 1)] } }),
    (i) => (i % 2 ? carol : root).delete('/api/v1/tracks/{id}', { path: { id: doomed[i]! } }),
    (i) => carol.delete('/api/v1/releases/{id}', { path: { id: doomedReleases[i]! } }),
    (i) => carol.post('/api/v1/releases/draft', { body: { track_ids: [track(i), track(i + 1)] } }),
    (i) => world.as(listeners[i % 4]!).post('/api/v1/tracks/{id}/like', { path: { id: track(i) } }),
    (i) => world.as(listeners[i % 4]!).delete('/api/v1/tracks/{id}/like', { path: { id: track(i + 1) } }),
  ];
  let going = true;
  const slowest = async () => {
    let most = 0;
    for (let n = 0; going; n++) {
      const began = performance.now();
      assertStatus(await world.visitor.get('/api/v1/tracks', { query: { q: `nothing${n}` } }), 200);
      most = Math.max(most, performance.now() - began);
    }
    return most;
  };
  const waited = slowest();
  const replies = await Promise.all(Array.from({ length: 12 }, (_, i) => kinds.map(async (ask, kind) => `${kind} ${(await ask(i)).status}`)).flat());
  going = false;
  assert.deepEqual([...new Set(replies)].filter((reply) => !/ (200|201|204|404|409)$/.test(reply)), []);
  await until('the people to be gone', async () => (await world.sql("select count(*) from users where username like 'leaver%'")) === '0', 30);
  assert.deepEqual([await retries() - before, await lost()], [0, deadlocks], 'no deadlock');
  const slow = await waited;
  assert.ok(slow < 2000, `a visitor waited ${Math.round(slow)} ms`);
  assert.equal(await world.sql(`select count(*) from releases r where track_count <> (select count(*) from release_tracks i where i.release_id = r.id)`), '0');
  assert.equal(await world.sql(`select count(*) from tracks t where like_count <> (select count(*) from track_likes k where k.track_id = t.id)`), '0');
  assert.equal(await world.sql(`select count(*) from release_tracks i join tracks t on t.id = i.track_id where t.deleted_at is not null and t.restorable_until is null`), '0', 'what is gone is in no release');
  assert.equal(await world.sql(`select count(*) from release_tracks i join releases r on r.id = i.release_id join tracks t on t.id = i.track_id where i.access = 'release' and t.visibility <> r.visibility`), '0', 'who follows has what it follows');
});

test('a track that staff removed and restored has the visibility that its release has by then', async () => {
  const carol = world.as('carol'), root = world.as('root');
  const track = await world.sql(`insert into tracks (creator_id, title, status, visibility) values ('${template.ids.carol}', 'Back', 'completed', 'public') returning id`);
  const { body: { id } } = await carol.post('/api/v1/releases', { body: { title: 'Hidden meanwhile', visibility: 'public', track_ids: [track], access: 'release' } });
  assertStatus(await root.delete('/api/v1/tracks/{id}', { path: { id: track } }), 204);
  assertStatus(await carol.put('/api/v1/releases/{id}', { path: { id }, body: { visibility: 'private' } }), 200);
  assertStatus(await root.post('/api/v1/tracks/{id}/restore', { path: { id: track } }), 200);
  assert.equal((await carol.get('/api/v1/tracks/{id}', { path: { id: track } })).body.visibility, 'private');
});
