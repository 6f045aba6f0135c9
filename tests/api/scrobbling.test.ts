/** Telling services elsewhere what one listened to: each play that counts once, what is private never, and nobody is told what opens the account there. */
import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { columnsWith } from '../support/personal.ts';
import { LastFm, ListenBrainz } from '../support/scrobblers.ts';
import { until } from '../support/wait.ts';
import { template, World } from '../support/world.ts';

const brainz = await ListenBrainz.start(), lastfm = await LastFm.start();
const world = await World.start('scrobbling', { OUTGOING_ALLOW_PRIVATE: 'true', LISTENBRAINZ_URL: brainz.url, LASTFM_URL: lastfm.url, LASTFM_API_KEY: lastfm.key, LASTFM_API_SECRET: lastfm.secret });
const alice = world.as('alice'), bob = world.as('bob'), dave = world.as('dave');
const ids = template.ids;
const make = (title: string, more = '', values = '') => world.sql(`insert into tracks (creator_id, title, file_path, status, stream_status, artist, duration_ms, duration, album${more})
  values ('${ids.dave}', '${title}', 'x', 'completed', 'ready', 'Dave & the Waves', 180000, 180, 'Low tide'${values}) returning id`);
const track = await make('Ebb'), other = await make('Flow');

/** A listening of a minute that began so many seconds ago, as a client tells it. */
async function listen(client: Client, id: string): Promise<void> {
  const session = randomUUID();
  const tell = async (sequence: number, ranges: { from_ms: number; to_ms: number }[]) =>
    assertStatus(await client.post('/api/v1/tracks/{id}/play', { path: { id }, body: { session, sequence, ranges } }), 204);
  await tell(0, []);
  await world.sql(`update play_sessions set started_at = started_at - interval '60 s' where id = '${session}'; update play_listeners set spent_until = spent_until - interval '60 s'`);
  await tell(1, [{ from_ms: 0, to_ms: 60000 }]);
}
const now = () => world.sql(`update jobs set run_at = now() where kind like 'scrobble.%' and state = 'queued'`);
const waiting = () => world.sql('select count(*) from scrobbles');
const sent = async (about: string) => until(about, async () => {
  await now();
  return (await waiting()) === '0';
});
const mine = async (client = alice) => (await client.get('/api/v1/scrobbling')).body.items;

test('a token is asked about before it is kept; what it is, nobody is told again, and no table, log, export or reply has it', async () => {
  assertProblem(await alice.post('/api/v1/scrobbling/listenbrainz', { body: { token: 'no-such-token' } }), 422, 'validation');
  assert.deepEqual(await mine(), []);
  const made = await alice.post('/api/v1/scrobbling/listenbrainz', { body: { token: 'token-of-alice' } });
  assertStatus(made, 201);
  assert.deepEqual([made.body.service, made.body.username, made.body.base_url, made.body.is_on, made.body.waiting, made.body.stopped_for], ['listenbrainz', 'alice-there', brainz.url, true, 0, null]);
  assert.ok(!JSON.stringify([made.body, await mine()]).includes('token-of-alice'), 'the reply does not tell it');
  assert.deepEqual(await columnsWith(world, 'token-of-alice'), [], 'no table has it as it is');
  assert.ok(!world.server.log().includes('token-of-alice'), 'the log does not tell it');
  assert.deepEqual(await mine(bob), [], 'only one\'s own');
  assert.equal((await alice.get('/api/v1/scrobbling/services')).body.has_lastfm_key, true);
});

test('a play that counts is told once, with when it began; several go in one request; what does not count is not told', async () => {
  await listen(alice, track);
  await listen(alice, other);
  const session = randomUUID();
  assertStatus(await alice.post('/api/v1/tracks/{id}/play', { path: { id: other }, body: { session, sequence: 0, ranges: [{ from_ms: 0, to_ms: 5000 }] } }), 204);
  await listen(dave, track);
  await listen(bob, track);
  await sent('both to be told');
  assert.deepEqual(brainz.heard.map(({ artist, track: title, album }) => [artist, title, album]), [['Dave & the Waves', 'Ebb', 'Low tide'], ['Dave & the Waves', 'Flow', 'Low tide']]);
  assert.ok(brainz.heard.every(({ at }) => Math.abs(at! - Date.now() / 1000) < 3600), 'when it was');
  assert.deepEqual([brainz.requests.length, brainz.requests[0]!.count, brainz.faults], [1, 2, []]);
  const [account] = await mine();
  assert.deepEqual([account!.sent_count, account!.waiting, account!.last_error], [2, 0, null]);
  await world.sql(`update jobs set state = 'queued', run_at = now(), attempts = 0, finished_at = null where kind = 'scrobble.send'`);
  await until('the job to run again', async () => (await world.sql(`select state from jobs where kind = 'scrobble.send'`)) === 'done');
  assert.equal(brainz.heard.length, 2, 'nothing is told twice');
});

test('what is private, was taken out of the history, or is played while no history is kept, is never told', async () => {
  const secret = await make('Secret', ', visibility', `, 'unlisted'`), later = await make('Private later'), forgotten = await make('Forgotten'), paused = await make('Paused');
  const before = brainz.heard.length;
  await listen(alice, secret);
  await listen(alice, later);
  await world.sql(`update tracks set visibility = 'private' where id = '${later}'`);
  await listen(alice, forgotten);
  const [latest] = (await alice.get('/api/v1/history')).body.items;
  assertStatus(await alice.delete('/api/v1/history/{id}', { path: { id: latest!.id } }), 204);
  await world.sql(`update user_settings set listening_history = false where user_id = '${ids.alice}'`);
  await listen(alice, paused);
  await world.sql(`update user_settings set listening_history = true where user_id = '${ids.alice}'`);
  await listen(alice, track);
  await sent('the one that may be told');
  assert.deepEqual(brainz.heard.slice(before).map(({ track: title }) => title), ['Ebb']);
});

test('what has just begun is told where the person wants that, and never of what is private', async () => {
  const [account] = await mine();
  const changed = await alice.patch('/api/v1/scrobbling/{id}', { path: { id: account!.id }, body: { tells_playing: true } });
  assertStatus(changed, 200);
  assert.equal(changed.body.tells_playing, true);
  const begin = async (id: string) => assertStatus(await alice.post('/api/v1/tracks/{id}/play', { path: { id }, body: { session: randomUUID(), sequence: 0, ranges: [] } }), 204);
  await begin(other);
  await until('it to be told', () => brainz.playing.length === 1);
  assert.deepEqual([brainz.playing[0]!.track, brainz.playing[0]!.at, brainz.faults], ['Flow', null, []]);
  const secret = await make('Secret too', ', visibility', `, 'unlisted'`);
  await begin(secret);
  await until('the job to be done', async () => (await world.sql(`select state from jobs where kind = 'scrobble.playing'`)) === 'done');
  assert.equal(brainz.playing.length, 1);
  assertStatus(await alice.patch('/api/v1/scrobbling/{id}', { path: { id: account!.id }, body: { tells_playing: false } }), 200);
});

test('a service that is busy is asked again when it says so, and one that is broken after a while; one play that it does not take keeps no other back', async () => {
  brainz.next.push({ status: 429, headers: { 'x-ratelimit-reset-in': '1234' } }, { status: 503, body: 'down' }, { status: 200, body: { status: 'ok' } });
  brainz.next.splice(2);
  await listen(alice, track);
  await now();
  await until('the wait', async () => Number(await world.sql(`select coalesce(extract(epoch from max(run_at) - now())::int, 0) from jobs where kind = 'scrobble.send' and state = 'queued' and last_error = 'busy'`)) > 1000);
  assert.equal((await mine())[0]!.last_error, 'busy');
  await now();
  await until('the fault to be noted', async () => (await mine())[0]!.last_error === 'failed');
  await sent('it to be told at last');
  assert.deepEqual([(await mine())[0]!.last_error, brainz.faults], [null, []]);
  const wrong = await make('This is not acceptable'), before = brainz.heard.length;
  await listen(alice, track);
  await listen(alice, wrong);
  await listen(alice, other);
  await sent('the others to be told');
  assert.deepEqual(brainz.heard.slice(before).map(({ track: title }) => title), ['Ebb', 'Flow']);
});

test('a token that is refused switches it off, deletes what waits, and tells the person once; a new token switches it on again', async () => {
  brainz.tokens.clear();
  await listen(alice, track);
  await sent('it to be given up');
  const [account] = await mine();
  assert.deepEqual([account!.is_on, account!.stopped_for], [false, 'refused']);
  await until('the person to be told', async () => (await alice.get('/api/v1/notifications', { query: { type: 'scrobbling.stopped' } })).body.items.length === 1);
  await listen(alice, other);
  assert.equal(await waiting(), '0', 'what is off notes nothing');
  assertProblem(await alice.patch('/api/v1/scrobbling/{id}', { path: { id: account!.id }, body: { is_on: true } }), 409, 'conflict');
  brainz.tokens.set('token-two', 'alice-there');
  const again = await alice.post('/api/v1/scrobbling/listenbrainz', { body: { token: 'token-two' } });
  assertStatus(again, 201);
  assert.deepEqual([again.body.id, again.body.is_on, (await mine()).length], [account!.id, true, 1]);
});

test('Last.fm: a person agrees in the browser, then plays are told, signed as the protocol says; a refused session is the end of it', async () => {
  const begun = await alice.post('/api/v1/scrobbling/lastfm', { body: {} });
  assertStatus(begun, 201);
  assert.deepEqual([begun.body.is_on, begun.body.stopped_for, begun.body.username], [false, 'unconfirmed', null]);
  const path = { id: begun.body.id };
  assertProblem(await alice.post('/api/v1/scrobbling/{id}/confirm', { path }), 409, 'conflict');
  assertProblem(await bob.post('/api/v1/scrobbling/{id}/confirm', { path }), 404);
  lastfm.agree(begun.body.confirm_url);
  const done = await alice.post('/api/v1/scrobbling/{id}/confirm', { path });
  assertStatus(done, 200);
  assert.deepEqual([done.body.username, done.body.is_on, done.body.stopped_for], ['alice-fm', true, null]);
  assertProblem(await alice.post('/api/v1/scrobbling/{id}/confirm', { path }), 409, 'conflict');
  for (let i = 0; i < 12; i++) await listen(alice, i % 2 ? track : other);
  await sent('all of them');
  assert.deepEqual([lastfm.heard.length, lastfm.requests.filter(({ method }) => method === 'track.scrobble').map(({ count }) => count), lastfm.faults], [12, [12], []]);
  assert.ok(lastfm.heard.every(({ artist, album }) => artist === 'Dave & the Waves' && album === 'Low tide'));
  lastfm.next.push({ status: 200, body: { error: 16, message: 'The service is temporarily unavailable' } }, { status: 200, body: { error: 29, message: 'Rate limit exceeded' } });
  await listen(alice, track);
  await sent('it after both');
  assert.equal(lastfm.heard.length, 13);
  lastfm.sessions.clear();
  await listen(alice, track);
  await sent('it to be given up');
  assert.equal((await mine()).find(({ service }) => service === 'lastfm')!.stopped_for, 'refused');
  assert.deepEqual(await columnsWith(world, lastfm.secret, 'session-'), [], 'no table has a secret of it as it is');
});

test('a key of one\'s own goes with an address of one\'s own; where nothing answers, or it is a private address, nothing is kept', async () => {
  const strict = await World.start('scrobbling-strict');
  const there = strict.as('alice');
  for (const base_url of [brainz.url, 'http://169.254.169.254', 'https://10.0.0.1', 'https://[::1]:1', 'https://0x7f000001/'])
    assertProblem(await there.post('/api/v1/scrobbling/listenbrainz', { body: { token: 'token-of-alice', base_url } }), 422, 'validation', base_url);
  for (const base_url of ['ftp://example.org', 'https://user:pass@example.org/', 'no address', 'https://example.org/?a=b'])
    assertProblem(await there.post('/api/v1/scrobbling/lastfm', { body: { api_key: 'a', api_secret: 'b', base_url } }), 422, 'validation', base_url);
  assertProblem(await there.post('/api/v1/scrobbling/lastfm', { body: {} }), 422, 'validation', 'the operator has no key');
  assert.equal(await strict.sql('select count(*) from scrobble_accounts'), '0');
  const second = await LastFm.start();
  assertProblem(await bob.post('/api/v1/scrobbling/lastfm', { body: { base_url: second.url } }), 422, 'validation', 'the operator\'s key is for the operator\'s server');
  assertProblem(await bob.post('/api/v1/scrobbling/lastfm', { body: { base_url: second.url, api_key: second.key, api_secret: 'wrong' } }), 422, 'validation');
  const begun = await bob.post('/api/v1/scrobbling/lastfm', { body: { base_url: second.url, api_key: second.key, api_secret: second.secret } });
  assertStatus(begun, 201);
  second.agree(begun.body.confirm_url);
  assertStatus(await bob.post('/api/v1/scrobbling/{id}/confirm', { path: { id: begun.body.id } }), 200);
  await listen(bob, track);
  await sent('bob\'s to be told');
  assert.deepEqual([second.heard.length, second.faults], [1, []]);
});

test('the operator\'s own server may be in a private network, however its address ends; nothing is told for whoever is banned or about to be erased', async () => {
  const own = await World.start('scrobbling-own', { LISTENBRAINZ_URL: `${brainz.url}/` });
  brainz.tokens.set('token-three', 'carol-there');
  const made = await own.as('carol').post('/api/v1/scrobbling/listenbrainz', { body: { token: 'token-three' } });
  assertStatus(made, 201);
  const song = await own.sql(`insert into tracks (creator_id, title, file_path, status, stream_status, artist, duration_ms, duration) values ('${ids.dave}', 'Spring tide', 'x', 'completed', 'ready', 'Dave', 180000, 180) returning id`);
  const note = () => own.sql(`with p as (insert into track_plays (track_id, user_id) values ('${song}', '${ids.carol}') returning id) insert into scrobbles (account_id, play_id) select '${made.body.id}', id from p;
    select scrobble_wake('${made.body.id}', '${ids.carol}', interval '0')`);
  const before = brainz.heard.length, idle = async () => (await own.sql(`select count(*) from jobs where kind = 'scrobble.send' and state in ('queued', 'running')`)) === '0';
  for (const [hide, show] of [['is_banned = true', 'is_banned = false'], [`deletion_at = now() + interval '10 days'`, 'deletion_at = null']]) {
    await own.sql(`update users set ${hide} where id = '${ids.carol}'`);
    await note();
    await until('the job to end', idle);
    assert.equal(brainz.heard.length, before, hide);
    await own.sql(`update users set ${show} where id = '${ids.carol}'`);
  }
  await own.sql(`select scrobble_wake('${made.body.id}', '${ids.carol}', interval '0')`);
  await until('what waited to be told', async () => (await own.sql('select count(*) from scrobbles')) === '0');
  assert.deepEqual([brainz.heard.length, brainz.faults], [before + 2, []]);
});

test('switched off, nothing is noted; disconnected, nothing is left', async () => {
  const account = (await mine()).find(({ service }) => service === 'listenbrainz')!;
  const before = brainz.heard.length;
  await listen(alice, track);
  assertStatus(await alice.patch('/api/v1/scrobbling/{id}', { path: { id: account.id }, body: { is_on: false } }), 200);
  await listen(alice, other);
  assert.equal(await waiting(), '0', 'what waited is not told later');
  assertStatus(await alice.patch('/api/v1/scrobbling/{id}', { path: { id: account.id }, body: { is_on: true } }), 200);
  assertProblem(await bob.delete('/api/v1/scrobbling/{id}', { path: { id: account.id } }), 404);
  for (const { id } of await mine()) assertStatus(await alice.delete('/api/v1/scrobbling/{id}', { path: { id } }), 204);
  await listen(alice, track);
  await now();
  assert.deepEqual([await mine(), await waiting(), brainz.heard.length], [[], '0', before]);
});

test('one connects ten services at most', async () => {
  await world.sql(`insert into scrobble_accounts (user_id, service, base_url, sealed) select '${ids.carol}', 'listenbrainz', 'https://' || n || '.example.org', 'x' from generate_series(1, 10) n`);
  const carol = world.as('carol');
  assertProblem(await carol.post('/api/v1/scrobbling/listenbrainz', { body: { token: 'token-of-alice' } }), 409, 'conflict');
  assertProblem(await carol.post('/api/v1/scrobbling/lastfm', { body: {} }), 409, 'conflict');
  await world.sql(`delete from scrobble_accounts where user_id = '${ids.carol}'`);
});
