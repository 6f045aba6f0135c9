/** Plays: what counts as one, whatever a client says; what a person listened to, and where they stopped. */
import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { playable } from '../support/tracks.ts';
import { until } from '../support/wait.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('plays', { TRUSTED_PROXIES: '127.0.0.1/32' });
const alice = world.as('alice'), bob = world.as('bob'), carol = world.as('carol'), dave = world.as('dave'), mia = world.as('mia'), root = world.as('root');
const ids = template.ids;
const track = await playable(carol, { title: 'Long enough' });
await world.sql(`update tracks set duration_ms = 180000, duration = 180 where id = '${track.id}'`);

type Range = { from_ms: number; to_ms: number };
const heard = (from: number, to: number): Range => ({ from_ms: from * 1000, to_ms: to * 1000 });
const tell = async (client: Client, session: string, sequence: number, ranges: Range[] = [], more = {}, id = track.id) =>
  assertStatus(await client.post('/api/v1/tracks/{id}/play', { path: { id }, body: { session, sequence, ranges, device: 'test', ...more } }), 204);
/** As if the listening had begun so much earlier. */
const passed = (session: string, seconds: number) =>
  world.sql(`update play_sessions set started_at = started_at - interval '${seconds} s' where id = '${session}';
             update play_listeners set spent_until = spent_until - interval '${seconds} s'`);
/** The counter, the rows that count, and all rows. */
const counts = (id = track.id) => world.sql(`select t.play_count || ' ' || (select count(*) filter (where p.is_counted) || ' ' || count(*) from track_plays p where p.track_id = t.id) from tracks t where t.id = '${id}'`);
const added = async (work: () => Promise<unknown>, id = track.id) => {
  const before = (await counts(id)).split(' ').map(Number);
  await work();
  const after = (await counts(id)).split(' ').map(Number);
  assert.equal(after[0], after[1], 'the counter is the number of rows');
  return [after[0]! - before[0]!, after[2]! - before[2]!];
};
/** An ordinary listening of a minute. */
const listen = async (client: Client, id = track.id, seconds = 60) => {
  const session = randomUUID();
  await tell(client, session, 0, [], {}, id);
  await passed(session, seconds);
  await tell(client, session, 1, [heard(0, seconds)], {}, id);
  return session;
};
const from = (address: string) => ({ send: (session: string, sequence: number, ranges: Range[]) =>
  world.visitor.post('/api/v1/tracks/{id}/play', { path: { id: track.id }, body: { session, sequence, ranges }, headers: { 'X-Forwarded-For': address } }) });

test('what is enough for a play is decided by one function, whatever ranges it is given', async () => {
  const enough = async (ranges: unknown, duration: number, seconds: number) =>
    (await world.sql(`select play_is_enough(play_ranges('${JSON.stringify(ranges)}', ${duration}), ${duration}, interval '${seconds} s')`)) === 't';
  const r = (from_ms: number, to_ms: number) => ({ from_ms, to_ms });
  for (const [why, ranges, duration, seconds, expected] of [
    ['30 seconds of a long track', [r(0, 30000)], 180000, 30, true],
    ['a moment less', [r(0, 29999)], 180000, 30, false],
    ['half of a short one', [r(0, 4000)], 8000, 4, true],
    ['less than half', [r(0, 3999)], 8000, 4, false],
    ['in pieces, in any order', [r(90000, 110000), r(10000, 20000)], 180000, 30, true],
    ['the same 10 seconds over and over', Array.from({ length: 50 }, () => r(0, 10000)), 180000, 600, false],
    ['overlapping', [r(0, 15000), r(10000, 20000), r(5000, 18000)], 180000, 60, false],
    ['at double speed', [r(0, 30000)], 180000, 15, true],
    ['faster than that', [r(0, 180000)], 180000, 14.9, false],
    ['backwards', [r(30000, 0), r(90000, 60000)], 180000, 60, false],
    ['nothing', [], 180000, 60, false],
    ['empty parts', [r(5, 5)], 1, 60, false],
    ['negative places', [r(-60000, -30000), r(-1000000000, 10000)], 180000, 60, false],
    ['beyond the end', [r(180000, 9e15), r(170000, 9e15)], 180000, 60, false],
    ['all that there is, and more', [r(-9e15, 9e15)], 180000, 60, true],
    ['of a track without a length', [r(0, 9e15)], 0, 60, false],
    ['in time that runs backwards', [r(0, 60000)], 180000, -60, false],
  ] as const) assert.equal(await enough(ranges, duration, seconds), expected, why);
});

test('a listening counts once, whatever is sent of it again, late, twice or in another order', async () => {
  const session = randomUUID();
  assert.deepEqual(await added(async () => {
    await tell(alice, session, 0);
    await tell(alice, session, 1, [heard(0, 29)]);
    await passed(session, 29);
    await tell(alice, session, 1, [heard(29, 60)]); /* this report came already */
    await tell(alice, session, 0, [heard(29, 60)]);
    await tell(alice, session, 2, [heard(0, 29), heard(10, 20)]);
  }), [0, 0], '29 seconds');
  assert.deepEqual(await added(() => tell(alice, session, 5, [heard(100, 101)])), [1, 1], 'the thirtieth');
  assert.deepEqual(await added(async () => {
    await passed(session, 600);
    for (const sequence of [4, 3, 5, 6, 7]) await tell(alice, session, sequence, [heard(0, 180)]);
  }), [0, 0], 'after that');
  assert.equal(await world.sql(`select duration from track_plays where user_id = '${ids.alice}'`), '180', 'what was heard in the end');
});

test('what is heard by a link counts once and by the same rule, while the link is good', async () => {
  const { id } = await playable(carol, { title: 'By a link', is_public: 'false' }), other = await playable(carol, { title: 'Another one', is_public: 'false' });
  await world.sql(`update tracks set duration_ms = 180000, duration = 180 where id = '${id}'`);
  const share = async (track: string) => (await carol.post('/api/v1/tracks/{id}/share', { path: { id: track }, body: {} })).body;
  const link = await share(id), wrong = await share(other.id);
  const report = (client: Client, session: string, sequence: number, ranges: Range[], token?: string, headers = {}) =>
    client.post('/api/v1/tracks/{id}/play', { path: { id }, query: token ? { share: token } : {}, body: { session, sequence, ranges }, headers });
  const hear = async (client: Client, headers = {}) => {
    const session = randomUUID();
    assertStatus(await report(client, session, 0, [], link.token, headers), 204);
    await passed(session, 60);
    for (const sequence of [1, 1, 2]) assertStatus(await report(client, session, sequence, [heard(0, 60)], link.token, headers), 204);
    return session;
  };
  const begun = randomUUID();
  for (const token of [undefined, wrong.token, 'A'.repeat(43)])
    for (const client of [world.visitor, dave]) assertProblem(await report(client, begun, 0, [heard(0, 60)], token), 404);
  assertProblem(await report(world.visitor, begun, 0, [], 'short'), 422, 'validation');
  assert.equal(await world.sql(`select count(*) from play_sessions where track_id = '${id}'`), '0');

  assert.deepEqual(await added(() => hear(world.visitor, { 'X-Forwarded-For': '203.0.113.77' }), id), [1, 1]);
  assert.deepEqual(await added(() => hear(dave), id), [1, 1]);
  assert.deepEqual(await added(() => hear(carol), id), [0, 1], 'her own is kept, and not counted');
  assert.deepEqual(await added(async () => { for (let n = 0; n < 12; n++) await hear(world.visitor, { 'X-Forwarded-For': '203.0.113.77' }); }, id), [9, 9], 'ten of an address in a day');

  const half = randomUUID();
  assertStatus(await report(dave, half, 0, [], link.token), 204);
  await passed(half, 60);
  assertStatus(await carol.delete('/api/v1/tracks/share/{id}', { path: { id: link.id } }), 204);
  assert.deepEqual(await added(async () => assertProblem(await report(dave, half, 1, [heard(0, 60)], link.token), 404), id), [0, 0], 'not after it was revoked');
  const over = await share(id);
  await world.sql(`update track_shares set expires_at = now() - interval '1 s' where id = '${over.id}'`);
  assertProblem(await report(world.visitor, randomUUID(), 0, [], over.token), 404);
});

test('nobody is heard faster than at double speed by the clock of the server, however many sessions they say they have', async () => {
  const sessions = Array.from({ length: 100 }, () => randomUUID());
  assert.deepEqual(await added(async () => {
    await Promise.all(sessions.map((session) => tell(bob, session, 0, [heard(0, 180)])));
    await Promise.all(sessions.map((session) => tell(bob, session, 1, [heard(0, 180)])));
  }), [0, 0]);
  await world.sql(`update play_sessions set started_at = started_at - interval '60 s' where user_id = '${ids.bob}'`);
  const [counted] = await added(() => Promise.all(sessions.map((session) => tell(bob, session, 2))));
  assert.ok(counted! >= 4 && counted! <= 5, `a minute at double speed is four plays of 30 seconds: ${counted}`);
});

test('a hundred reports at once leave the counter equal to the rows', async () => {
  const people = [alice, dave, mia, root];
  const sessions = await Promise.all(people.map(async (client) => {
    const session = randomUUID();
    await tell(client, session, 0);
    await passed(session, 120);
    return [client, session] as const;
  }));
  assert.deepEqual(await added(() => Promise.all(Array.from({ length: 100 }, (_, i) => tell(...sessions[i % 4]!, 1 + (i % 7), [heard(0, 40)])))), [4, 4]);
});

test("the creator's own plays are kept and not counted", async () => {
  assert.deepEqual(await added(() => listen(carol)), [0, 1]);
});

test('visitors count by the listening, ten times a day for a track from one address', async () => {
  for (const [network, address] of [['an address', () => '198.51.100.7'], ['a network of IPv6', (i: number) => `2001:db8:1:2::${i + 1}`]] as const) {
    const sessions = Array.from({ length: 30 }, () => randomUUID());
    assert.deepEqual(await added(async () => {
      await Promise.all(sessions.map((session, i) => from(address(i)).send(session, 0, [])));
      await world.sql(`update play_sessions set started_at = started_at - interval '1 min' where user_id is null`);
      await Promise.all(sessions.map((session, i) => from(address(i)).send(session, 1, [heard(0, 60)])));
    }), [10, 10], network);
  }
  assert.equal(await world.sql('select count(*) from track_plays where ip_address is not null'), '0', 'no address is kept with a play');
});

test('a report about a track or a listening of somebody else changes nothing', async () => {
  const session = randomUUID(), other = await playable(carol, { title: 'Another' });
  await tell(dave, session, 0);
  await passed(session, 60);
  assert.deepEqual(await added(async () => {
    await tell(mia, session, 1, [heard(0, 60)]);
    await tell(world.visitor, session, 1, [heard(0, 60)]);
    await tell(dave, session, 1, [heard(0, 1)], {}, other.id);
  }), [0, 0]);
  assert.equal(await counts(other.id), '0 0 0');
  const secret = await playable(carol, { title: 'Secret', is_public: 'false' });
  assertProblem(await dave.post('/api/v1/tracks/{id}/play', { path: { id: secret.id }, body: { session, sequence: 1 } }), 404);
});

test('a listening stays whose it was when it began, so that nobody makes room for more plays of an address', async () => {
  const address = '198.51.100.9', sessions = Array.from({ length: 10 }, () => randomUUID());
  const play = async (some: string[]) => {
    for (const session of some) await from(address).send(session, 0, []);
    await world.sql(`update play_sessions set started_at = started_at - interval '1 min' where user_id is null`);
    for (const session of some) await from(address).send(session, 1, [heard(0, 60)]);
  };
  assert.deepEqual(await added(() => play(sessions)), [10, 10]);
  for (const client of [bob, carol, root]) for (const session of sessions) await tell(client, session, 7, [heard(60, 90)]);
  assert.deepEqual(await added(() => play([randomUUID(), randomUUID()])), [0, 0]);
  assert.equal(await world.sql(`select count(*) from play_sessions where id in ('${sessions.join("', '")}') and (user_id is not null or sequences @> 7)`), '0');
  /* What was begun before it was somebody's is nobody's too. */
  const begun = randomUUID();
  await from(address).send(begun, 0, []);
  await tell(bob, begun, 1, [heard(0, 60)]);
  assert.equal(await world.sql(`select count(*) from play_sessions where id = '${begun}' and user_id is not null`), '0');
});

test('listenings that began days ago are bounded by when they became plays', async () => {
  const address = '198.51.100.11', sessions = Array.from({ length: 25 }, () => randomUUID());
  for (const session of sessions) await from(address).send(session, 0, []);
  await world.sql(`update play_sessions set started_at = started_at - interval '25 hours' where user_id is null`);
  assert.deepEqual(await added(async () => { for (const session of sessions) await from(address).send(session, 1, [heard(0, 60)]); }), [10, 10]);
  await world.sql(`update play_sessions set counted_at = counted_at - interval '25 hours' where counted_at is not null and user_id is null`);
  assert.deepEqual(await added(async () => { for (const session of sessions) await from(address).send(session, 2, [heard(0, 60)]); }), [10, 10], 'the next day');
});

test('counting the plays of an address reads the rows of that address, whatever others have', async () => {
  const other = await playable(carol, { title: 'Much played' });
  await world.sql(`insert into play_sessions (id, track_id, address, is_done, counted_at)
                   select gen_random_uuid(), '${other.id}', case when n % 2 = 0 then '::' else '10.0.0.0'::inet + n end, n % 2 = 1, case when n % 2 = 1 then now() end
                     from generate_series(1, 100000) n;
                   analyze play_sessions`);
  const read = await world.sql(`
    begin;
    do $$
    declare session uuid := gen_random_uuid();
    begin
        perform play_report(null, null, session, 0, '${other.id}', '[]', null, null);
        update play_sessions set started_at = started_at - interval '1 min' where id = session;
        perform play_report(null, null, session, 1, '${other.id}', '[{"from_ms": 0, "to_ms": 60000}]', null, null);
    end $$;
    select seq_tup_read + idx_tup_fetch from pg_stat_xact_user_tables where relname = 'play_sessions';
    rollback`);
  assert.ok(Number(read) > 0 && Number(read) < 50, `${read} rows`);
  await world.sql(`delete from play_sessions where track_id = '${other.id}'`);
});

test('a stranger cannot make a listening grow without bound', async () => {
  const session = randomUUID();
  const ranges = (n: number) => Array.from({ length: 100 }, (_, i) => ({ from_ms: n * 200 + i * 2, to_ms: n * 200 + i * 2 + 1 }));
  for (let n = 0; n < 10; n++) await tell(world.visitor, session, n * 2, ranges(n));
  assert.ok(Number(await world.sql(`select count(*) from play_sessions, unnest(heard) where id = '${session}'`)) <= 200);
});

test('fetching the stream or the file counts nothing', async () => {
  assert.deepEqual(await added(async () => {
    for (const path of [`/hls/${track.id}/master.m3u8`, `/hls/${track.id}/low/segment_000.m4s`]) assert.equal((await fetch(world.server.stream + path)).status, 200);
    assertStatus(await carol.send('GET', `/api/v1/tracks/${track.id}/download`), 200);
  }), [0, 0]);
});

test('what a person listened to is theirs: each listening once, the latest first, removed, cleared, paused', async () => {
  const one = await playable(carol, { title: 'One' }), two = await playable(carol, { title: 'Two' });
  const history = async (client: Client) => {
    const reply = await client.get('/api/v1/history');
    assertStatus(reply, 200);
    return reply.body.items;
  };
  assertStatus(await dave.delete('/api/v1/history'), 204);
  for (const id of [one.id, two.id, one.id]) await listen(dave, id);
  const items = await history(dave);
  assert.deepEqual(items.map((item) => item.title), ['One', 'Two', 'One']);
  assertProblem(await mia.delete('/api/v1/history/{id}', { path: { id: items[0]!.id } }), 404);
  assert.deepEqual(await added(async () => assertStatus(await dave.delete('/api/v1/history/{id}', { path: { id: items[0]!.id } }), 204), one.id), [0, 0], 'it stays counted');
  assert.deepEqual((await history(dave)).map((item) => item.title), ['Two', 'One']);
  assertProblem(await dave.delete('/api/v1/history/{id}', { path: { id: items[0]!.id } }), 404);

  assertStatus(await dave.put('/api/v1/users/settings', { body: { listening_history: false } }), 200);
  assert.deepEqual(await added(() => listen(dave, two.id), two.id), [1, 1], 'it counts for whoever was heard');
  assert.equal((await history(dave)).length, 2, 'while nothing is kept');
  assertStatus(await dave.put('/api/v1/users/settings', { body: { listening_history: true } }), 200);

  assertStatus(await carol.put('/api/v1/tracks/{id}', { path: { id: two.id }, body: { visibility: 'private' } }), 200);
  const [hidden] = await history(dave);
  assert.deepEqual([hidden!.track_id, hidden!.title, hidden!.creator], [null, null, null], 'what became private says nothing');
  assertStatus(await dave.delete('/api/v1/history'), 204);
  assert.deepEqual(await history(dave), []);
  assertProblem(await world.visitor.get('/api/v1/history'), 401);
});

test('where one stopped in a long track is there on another device, and gone at its end', async () => {
  const long = await playable(carol, { title: 'Mix' });
  await world.sql(`update tracks set duration_ms = 3600000 where id = '${long.id}'`);
  const stopped = async (client: Client, id = long.id) => (await client.get('/api/v1/history/tracks/{id}', { path: { id } })).body.position_ms;
  const session = randomUUID();
  assert.equal(await stopped(alice), 0);
  await tell(alice, session, 0, [], { position_ms: 0 }, long.id);
  await tell(alice, session, 2, [heard(0, 20)], { position_ms: 1_234_567 }, long.id);
  await tell(alice, session, 1, [heard(0, 10)], { position_ms: 10_000 }, long.id); /* late */
  assert.equal(await stopped(alice), 1_234_567);
  assert.equal(await stopped(bob), 0, 'it is hers');
  await tell(bob, randomUUID(), 0, [], { position_ms: 90_000 });
  assert.equal(await stopped(bob, track.id), 0, 'a short one begins anew');
  await tell(alice, session, 3, [], { position_ms: 3_595_000 }, long.id);
  assert.equal(await stopped(alice), 0);
  assert.equal(await world.sql('select count(*) from track_positions'), '0');
});

test('the nightly recount finds nothing wrong, and reports and mends what is', async () => {
  assertStatus(await alice.post('/api/v1/tracks/{id}/like', { path: { id: track.id } }), 200);
  assertStatus(await alice.post('/api/v1/tracks/{id}/repost', { path: { id: track.id } }), 200);
  const recount = async () => {
    const before = await world.sql(`select coalesce(max(checked_at)::text, '') from counter_checks`);
    await world.sql(`update jobs set run_at = now() where kind = 'plays.recount'`);
    await until('the recount', async () => (await world.sql(`select coalesce(max(checked_at)::text, '') from counter_checks`)) !== before);
    return (await (await fetch(`${world.server.api}/metrics`)).text()).match(/^veza_counters_wrong\{.*$/gm)!.map((line) => line.replace(/.*counter=|[{}"]/g, ''));
  };
  assert.deepEqual(await recount(), ['likes 0', 'plays 0', 'reposts 0']);
  const [before, updated] = [await counts(), await world.sql(`select updated_at from tracks where id = '${track.id}'`)];
  await world.sql(`update tracks set play_count = play_count + 5, like_count = 0 where id = '${track.id}'`);
  assert.deepEqual(await recount(), ['likes 1', 'plays 1', 'reposts 0']);
  assert.equal(await counts(), before);
  assert.equal(await world.sql(`select like_count || ' ' || repost_count from tracks where id = '${track.id}'`), '1 1');
  assert.equal(await world.sql(`select updated_at from tracks where id = '${track.id}'`), updated, 'the track was not changed');
  await world.server.logged(new RegExp(`a counter was wrong.*plays.*${track.id}`));
  assert.deepEqual(await recount(), ['likes 0', 'plays 0', 'reposts 0']);
});
