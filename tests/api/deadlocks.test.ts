/** Two transactions that wait for each other: PostgreSQL undoes one, and the server repeats it, so that nobody notices. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertProblem, assertStatus } from '../support/client.ts';
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
