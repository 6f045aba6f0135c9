/** `veza demo --tracks N --users N`: rows of a large installation whose tracks share forty sounds (ADR 0097). With small numbers here; bench/run has the large ones. */
import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { assertStatus, Client } from '../support/client.ts';
import { full, fullOnDisk, isFull } from '../support/level.ts';
import { decode } from '../support/media.ts';
import { BINARY } from '../support/paths.ts';
import { Server } from '../support/server.ts';
import { until } from '../support/wait.ts';
import { cluster, template, World } from '../support/world.ts';

const NUMBERS = ['--tracks', '600', '--users', '60', '--seed', '7'];
const first = `scale_${process.pid}`, second = `scale_other_${process.pid}`;
const server = new Server('demo-scale', { ...template.settings, DATABASE_URL: cluster.url(first) });

function run(words: string[], database: string) {
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', BINARY, ...words], {
    env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', PORT_BACKEND: '0', PORT_STREAM: '0', VEZA_DATA_DIR: server.dataDir, DATABASE_URL: cluster.url(database) }, cwd: server.dataDir });
  let said = '';
  for (const output of [child.stdout, child.stderr]) output.on('data', (bytes: Buffer) => (said += bytes.toString()));
  return { child, said: () => said, ended: new Promise<number | null>((resolve) => child.once('exit', resolve)) };
}
async function demo(words: string[], database: string): Promise<{ code: number | null; said: string }> {
  const one = run(['demo', ...words], database);
  return { code: await one.ended, said: one.said() };
}
const sql = (text: string, database = first) => cluster.sql(database, text);

if (isFull) await cluster.sql('postgres', `create database ${first}`);
after(async () => {
  await server.remove();
  for (const database of [first, second]) await cluster.drop(database);
});

/** The first run is killed as soon as it has written something. Its forty sounds take half a minute of a core, so it is of the full level, with all that follows from it. */
async function firstRun() {
  const killed = run(['demo', ...NUMBERS], first);
  killed.child.stdout.on('data', () => /people +\d/.test(killed.said()) && killed.child.kill('SIGKILL'));
  await until('the sounds to be made', () => killed.child.exitCode ?? killed.child.signalCode, 900);
  return killed;
}
const killed = isFull ? await firstRun() : undefined;

test('it refuses a database with real people, and says who they are', async () => {
  const world = await World.start('demo-scale-people');
  const { code, said } = await demo(NUMBERS, world.database);
  assert.equal(code, 1);
  assert.match(said, /6 accounts that are not of the demonstration \(.*alice.*\)/);
  assert.equal(await world.sql('select count(*) from tracks'), '0');
});

test('numbers that make no sense are refused before anything is made', async () => {
  for (const words of [['--tracks', '600'], ['--tracks', '1', '--users', '60'], ['--tracks', '600', '--users', '60', '--until', '2026-13-01'], [...NUMBERS, '--colour', 'red']])
    assert.equal((await demo(words, second)).code, 2, words.join(' '));
});

full('a run that was killed is gone on with, and gives what one run gives', async () => {
  assert.equal(killed!.child.signalCode, 'SIGKILL', killed!.said());
  await until('PostgreSQL to roll back', async () => (await sql(`select count(*) from pg_stat_activity where datname = '${first}' and pid <> pg_backend_pid()`)) === '0');
  assert.equal(await sql(`select count(*) from pg_trigger where tgenabled = 'D'`), '0', 'no trigger is off');
  assert.match(await sql(`select demo_fill ->> 'done' from installation`), /^\["people"(?!.*likes)/);
  await cluster.clone(first, second);

  /* The first is stopped once more at a known place: while somebody else holds the likes. */
  const held = cluster.sql(first, `set application_name = 'holds likes'; begin; lock table track_likes; select pg_sleep(300)`).catch(() => 'ended');
  const stopped = run(['demo', ...NUMBERS], first);
  await until('the fill to wait', async () => (await sql(`select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%track_likes%'`)) === '1', 120);
  stopped.child.kill('SIGINT');
  await sql(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'holds likes'`);
  await held;
  assert.equal(await stopped.ended, 1);
  assert.match(stopped.said(), /Run the same command again, and it goes on from there/);
  assert.equal(await sql('select count(*) > 600, (select count(*) from track_likes) from tracks'), 't|0');
  assert.equal(await sql(`select count(*) from pg_trigger where tgenabled = 'D'`), '0');

  assert.match((await demo(['--tracks', '600', '--users', '60', '--seed', '8'], first)).said, /was filled, or begun to be, with: veza demo --tracks 600 --users 60 --seed 7 --until \d{4}-\d\d-\d\d\./);
  for (const database of [first, second]) {
    const { code, said } = await demo(NUMBERS, database);
    assert.equal(code, 0, said);
    assert.match(said, /60 people, 600 tracks.*demo\.artist@demo\.invalid.*listen-to-veza/s);
  }
  /* All but who may sign in with what (a hash is salted). */
  for (const table of ['users', 'user_settings', 'user_profiles', 'user_stats', 'user_follows', 'tracks', 'tags', 'track_tags', 'track_genres', 'releases', 'release_tracks', 'release_slugs', 'track_likes',
    'track_reposts', 'track_plays', 'playlists', 'playlist_tracks', 'playlist_follows', 'playlist_days', 'user_genre_follows', 'user_tag_follows']) {
    const rows = `select count(*), md5(string_agg(r, E'\\n' order by r)) from (select (to_jsonb(t) - 'password_hash' - 'password_generation' - 'updated_at')::text as r from ${table} t) x`;
    const [one, other] = [await sql(rows, first), await sql(rows, second)];
    assert.equal(one, other, table);
    assert.notEqual(one.split('|')[0], '0', table);
  }
  assert.equal((await demo(NUMBERS, first)).code, 0, 'once more changes nothing');
  assert.equal(await sql('select count(*) from tracks where media_of is not null'), '600');
});

full('every counter is that of its rows', async () => {
  const wrong = async (table: string, counter: string, of: string, where: string) =>
    assert.equal(await sql(`select count(*) from ${table} c where c.${counter} <> (select count(*) from ${of} r where ${where})`), '0', `${table}.${counter}`);
  await wrong('tracks', 'like_count', 'track_likes', 'r.track_id = c.id');
  await wrong('tracks', 'play_count', 'track_plays', 'r.track_id = c.id and r.is_counted');
  await wrong('tracks', 'repost_count', 'track_reposts', 'r.track_id = c.id');
  await wrong('playlists', 'track_count', 'playlist_tracks', 'r.playlist_id = c.id');
  await wrong('playlists', 'follower_count', 'playlist_follows', 'r.playlist_id = c.id');
  await wrong('releases', 'track_count', 'release_tracks', 'r.release_id = c.id');
  await wrong('user_stats', 'follower_count', 'user_follows', 'r.followed_id = c.user_id');
  await wrong('user_stats', 'following_count', 'user_follows', 'r.follower_id = c.user_id');
  await wrong('user_stats', 'public_tracks', 'tracks', `r.creator_id = c.user_id and r.public_from is not null and r.status = 'completed' and r.deleted_at is null`);
  await wrong('tags', 'use_count', 'track_tags', 'r.tag_id = c.id');
  assert.equal(await sql(`select count(*) from tracks t where t.tags <> array(select g.name::text from track_tags x join tags g on g.id = x.tag_id where x.track_id = t.id order by x.position)
    or t.genre is distinct from (select g.name from track_genres x join genres g on g.slug = x.genre_slug where x.track_id = t.id)`), '0', 'labels');
  assert.equal(await sql('select sum(like_count) > 500 and sum(play_count) > 800 and max(like_count) > 5 from tracks'), 't');

  await server.start();
  await until('the jobs to be planned', async () => (await sql(`select count(*) from jobs where kind = 'plays.recount'`)) === '1');
  const before = await sql(`select coalesce(max(checked_at)::text, '') from counter_checks`);
  await sql(`update jobs set run_at = now(), state = 'queued' where kind = 'plays.recount'`);
  await until('the recount', async () => (await sql(`select coalesce(max(checked_at)::text, '') from counter_checks`)) !== before);
  assert.equal(await sql('select sum(wrong_ever) from counter_checks'), '0', 'the nightly recount');
});

const visitor = () => new Client(server.api, {}, server.stream);

/** The bytes of a track, decoded: seconds. */
async function heard(id: string): Promise<number> {
  const found = await visitor().get('/api/v1/tracks/{id}', { path: { id } });
  assertStatus(found, 200);
  const master = new URL(found.body.stream_manifest_url!, server.api);
  const text = async (url: URL) => {
    const reply = await fetch(url);
    assert.equal(reply.status, 200, url.href);
    return reply.text();
  };
  const playlist = new URL((await text(master)).split('\n').find((line) => line.startsWith('low/'))!, master);
  const files = (await text(playlist)).split('\n').flatMap((line) => line.match(/^#EXT-X-MAP:URI="(.*)"$/)?.[1] ?? (/^[^#]/.test(line) ? line : []));
  const parts = await Promise.all(files.map(async (file) => Buffer.from(await (await fetch(new URL(file, playlist))).arrayBuffer())));
  const file = path.join(server.dataDir, `${id}.mp4`);
  writeFileSync(file, Buffer.concat(parts));
  return (await decode(file)).length / 2 / found.body.channels! / found.body.sample_rate!;
}

full('tracks play, in full, with their waveform and cover', async () => {
  const list = await visitor().get('/api/v1/tracks', { query: { limit: 5 } });
  assertStatus(list, 200);
  for (const track of list.body.items) {
    const seconds = await heard(track.id);
    assert.ok(Math.abs(seconds - track.duration_ms! / 1000) < 0.1, `${seconds} s of ${track.duration_ms} ms`);
    for (const url of [track.waveform_url!, track.cover_url!]) assert.equal((await fetch(new URL(url, server.api))).status, 200, url);
  }
});

full('the owner of the sounds cannot sign in and is in no list, the named people can', async () => {
  assertStatus(await visitor().post('/api/v1/auth/login', { body: { email: 'veza.sounds@demo.invalid', password: 'listen-to-veza' } }), 401);
  assertStatus(await visitor().post('/api/v1/auth/login', { body: { email: 'person5@demo.invalid', password: 'listen-to-veza' } }), 401);
  assertStatus(await visitor().post('/api/v1/auth/login', { body: { email: 'demo.artist@demo.invalid', password: 'listen-to-veza' } }), 200);
  assertStatus(await visitor().get('/api/v1/users/{id}', { path: { id: await sql(`select id from users where username = 'veza.sounds'`) } }), 404);
});

fullOnDisk('deleting one of them, or the track that the files were made for, leaves the others playing', async () => {
  const artist = await visitor().post('/api/v1/auth/login', { body: { email: 'demo.artist@demo.invalid', password: 'listen-to-veza' } });
  assertStatus(artist, 200);
  const me = visitor().as({ token: (artist.body as { access_token: string }).access_token });
  const [mine, other, source] = (await sql(`select a.id, b.id, a.media_of from tracks a join tracks b on b.media_of = a.media_of and b.creator_id <> a.creator_id and track_is_public(b) join users u on u.id = a.creator_id
    where u.username = 'demo.artist' and track_is_public(a) order by a.id, b.id limit 1`)).split('|') as [string, string, string];
  assertStatus(await me.delete('/api/v1/tracks/{id}', { path: { id: mine } }), 204);
  assertStatus(await visitor().get('/api/v1/tracks/{id}', { path: { id: mine } }), 404);
  assert.ok(await heard(other) > 1);

  /* The track that the sounds were made for, deleted as its owner would, with all that follows. */
  const files = await sql(`select count(*) from tracks where media_of = '${source}' and deleted_at is null`);
  assert.ok(Number(files) > 1);
  await sql(`update tracks set deleted_at = now() where id = '${source}'; insert into outbox (name, key, payload) values ('track.deleted', '${source}', jsonb_build_object('track_id', '${source}'))`);
  await until('the event to be handled', async () => (await sql(`select count(*) from bus_cursors c where c.subscriber = 'tracks.files' and c.position >= (select max(number) from outbox where key = '${source}')`)) !== '0');
  await server.stop();
  await server.start(); /* nothing is in the cache of segments */
  assert.ok(await heard(other) > 1);
  const doctor = run(['doctor', 'storage', '--age', '0'], first);
  assert.equal(await doctor.ended, 0, doctor.said());
  assert.match(doctor.said(), /; 0 without a row .*, 0 rows without a file/);
});
