/** Versions: a new file replaces the sound of a track, and nobody who listens is disturbed. */
import { strict as assert } from 'node:assert';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { assertProblem, assertStatus, type BodyOf, type Client } from '../support/client.ts';
import { full, onDisk } from '../support/level.ts';
import { makeSound, wav } from '../support/media.ts';
import { finished, playable, uploadForm, type Track } from '../support/tracks.ts';
import { begin, patch, sha256, trackOf } from '../support/tus.ts';
import { until } from '../support/wait.ts';
import { template, World } from '../support/world.ts';

type Version = BodyOf<'get', '/api/v1/tracks/{id}/versions'>['items'][number];

const world = await World.start('track-versions');
const { dataDir } = world.server;
const carol = world.as('carol'), dave = world.as('dave'), visitor = world.visitor;

const at = (id: string) => ({ path: { id } });
const list = async (id: string, client: Client = carol): Promise<Version[]> => {
  const reply = await client.get('/api/v1/tracks/{id}/versions', at(id));
  assertStatus(reply, 200);
  return reply.body.items;
};
const get = async (id: string): Promise<Track> => (await carol.get('/api/v1/tracks/{id}', at(id))).body;
const form = (file: Uint8Array, fields: Record<string, string> = {}) => uploadForm({ file, ...fields });
const replace = async (id: string, file: Uint8Array, fields?: Record<string, string>): Promise<Version> => {
  const reply = await carol.post('/api/v1/tracks/{id}/versions', { ...at(id), body: form(file, fields) });
  assertStatus(reply, 201);
  return reply.body;
};
/** Pieces of half a second, each of another pitch. */
const tune = (seconds: number, step: number) => {
  const parts = Array.from({ length: seconds * 2 }, (_, i) => makeSound(0.5, { seed: 1 + (i * step) % 11 }));
  const samples = new Int16Array(parts.reduce((sum, part) => sum + part.samples.length, 0));
  parts.reduce((offset, part) => (samples.set(part.samples, offset), offset + part.samples.length), 0);
  return wav({ ...parts[0]!, samples });
};
/** Waits until the newest version is made, or has failed. */
const settled = (id: string) => until('the version to be made', async () => (await list(id)).every((version) => version.state !== 'pending') && get(id), 60);
const file = (key: string) => path.join(dataDir, 'files', key);
const usedBytes = async () => Number(await world.sql(`select coalesce(sum(used_bytes), 0) from user_storage_quotas where user_id = '${template.ids.carol}'`));
const sweep = async () => {
  await world.sql("update jobs set run_at = now() where kind = 'track_versions_sweep'");
  await until('the sweep', async () => (await world.sql("select run_at > now() + interval '30 seconds' from jobs where kind = 'track_versions_sweep'")) === 't');
};

onDisk('a new version changes sound, length, waveform and loudness at once; plays, likes and comments stay; whoever listens hears the old one to its end', async () => {
  const first = tune(12, 3), second = tune(7, 7);
  const track = await playable(carol, { file: first, title: 'Kelp', is_public: 'true', is_downloadable: 'true', filename: 'kelp.wav' });
  assertStatus(await dave.post('/api/v1/tracks/{id}/like', at(track.id)), 200);
  assertStatus(await dave.post('/api/v1/tracks/{id}/comments', { ...at(track.id), body: { content: 'There' } }), 201);
  await world.sql(`update tracks set play_count = 5 where id = '${track.id}'`);
  const folder = path.dirname(track.stream_manifest_url!), onStream = `/hls/${track.id}/${folder.split('/')[6]}`;
  const heard = async (client: Client, base: string) => (await client.send('GET', `${base}/low/segment_001.m4s`));
  const before = (await heard(visitor, folder)).bytes, waveform = (await visitor.get('/api/v1/tracks/{id}/waveform', at(track.id))).bytes;
  assert.deepEqual((await list(track.id)).map((version) => [version.number, version.state]), [[1, 'current']]);

  const held = await world.hold('lock table hls_streams in exclusive mode'); /* the change itself waits */
  const made = await replace(track.id, second, { filename: 'kelp 2.wav', changelog: 'Less reverb' });
  assert.deepEqual([made.number, made.state, made.changelog], [2, 'pending', 'Less reverb']);
  assertProblem(await carol.post('/api/v1/tracks/{id}/versions', { ...at(track.id), body: form(second) }), 409, 'conflict', 'one at a time');
  await until('the change', async () => (await world.sql("select count(*) from pg_stat_activity where wait_event_type = 'Lock'")) !== '0', 60);
  assert.deepEqual([(await get(track.id)).version, (await get(track.id)).duration_ms], [1, track.duration_ms], 'nothing changes before all is ready');
  assert.deepEqual((await visitor.get('/api/v1/tracks/{id}/waveform', at(track.id))).bytes, waveform);
  await held.letGo();
  const now = await settled(track.id);
  assert.deepEqual([now.version, now.duration_ms, now.status, now.file_size], [2, 7000, 'completed', second.length]);
  assert.ok(now.version_at && now.stream_manifest_url !== track.stream_manifest_url && now.loudness_lufs !== track.loudness_lufs);
  assert.notDeepEqual((await visitor.get('/api/v1/tracks/{id}/waveform', at(track.id))).bytes, waveform);
  assert.equal(sha256((await visitor.get('/api/v1/tracks/{id}/download', at(track.id))).bytes), sha256(second));
  assert.deepEqual((await carol.get('/api/v1/tracks/{id}/stats', at(track.id))).body, {
    ...(await carol.get('/api/v1/tracks/{id}/stats', at(track.id))).body, version: 2, play_count: 5, like_count: 1, comment_count: 1 });
  const [change] = (await carol.get('/api/v1/tracks/{id}/history', at(track.id))).body.items;
  assert.deepEqual([change!.field, change!.old_value, change!.new_value, change!.person?.username], ['audio', '1', '2', 'carol']);

  for (const [client, base] of [[visitor, folder], [world.streamVisitor, onStream]] as const) {
    for (let i = 0; i < 2; i++) assert.deepEqual((await heard(client, base)).bytes, before, 'the old sound goes on');
    assertStatus(await client.send('GET', `${base}/low/playlist.m3u8`), 200);
    const master = await client.send('GET', `${base}/master.m3u8`);
    assertStatus(master, 307, 'whoever begins hears the new one');
    assertStatus(await client.send('GET', master.headers.get('location')!), 200);
  }
  assertProblem(await visitor.send('GET', `${folder.replace(/[0-9a-f]{16}$/, '0123456789abcdef')}/low/nothing.m4s`), 404);

  await world.sql(`update track_versions set media_until = now() - interval '1 second' where track_id = '${track.id}' and media_until is not null`);
  await sweep();
  for (const [client, base] of [[visitor, folder], [world.streamVisitor, onStream]] as const)
    for (const gone of [await heard(client, base), await client.send('GET', `${base}/low/playlist.m3u8`)]) assertProblem(gone, 410, 'version_gone');
  assert.ok(!existsSync(file(`hls/${track.id}/${folder.split('/')[6]}`)));
  assert.ok(existsSync(file(`originals/${track.id}`)), 'the file of the old version is kept');
  for (const [client, base] of [[visitor, folder], [world.streamVisitor, onStream]] as const) {
    const plays = (run: string) => world.sql(`update tracks set media_version = '${run}' where id = '${track.id}' returning 1`);
    const run = await world.sql(`select media_version from tracks where id = '${track.id}'`);
    await plays(folder.split('/')[6]!);
    await world.sql(`select pg_notify('track_changed', '${track.id}')`);
    await until('the server to have heard that the old one plays', async () => (await client.send('GET', `${base}/low/playlist.m3u8`)).status === 404);
    await plays(run);
    assertProblem(await client.send('GET', `${base}/low/playlist.m3u8`), 410, 'version_gone', 'also from a server that has not heard of the new one');
  }

  await replace(track.id, second); /* the same once more */
  await settled(track.id);
  const told = (await list(track.id)).map((version) => [version.number, version.is_replaced, version.distance]);
  assert.deepEqual([told[0], told[2]], [[3, false, 0], [1, false, null]]);
  const { body: { items: [comment] } } = await visitor.get('/api/v1/tracks/{id}/comments', at(track.id));
  assert.deepEqual([comment?.content, comment?.track_version], ['There', 1], 'a comment says which version it is about');
  const after = await dave.post('/api/v1/tracks/{id}/comments', { ...at(track.id), body: { content: 'After' } });
  assertStatus(after, 201);
  assert.equal(after.body.track_version, (await get(track.id)).version);
  assert.equal(await world.sql(`select count(*) from outbox where name = 'track.replaced' and key = '${track.id}'`), '1', 'whoever moderates can find it');
  assert.ok(Number(told[1]![2]) > 0.29 && told[1]![1] && (await get(track.id)).is_replaced, `another recording: ${JSON.stringify(told)}`);
});

test('listeners see what changed and when; files and failures are the owner\'s to see, and nobody else replaces a sound', async () => {
  const track = await playable(carol, { title: 'Private take', is_public: 'false', filename: 'take.wav' });
  const made = await replace(track.id, wav(makeSound(2, { seed: 5 })), { filename: 'take two.wav' });
  await settled(track.id);
  const one = { path: { id: track.id, version_id: made.id } };
  for (const client of [dave, visitor]) assertProblem(await client.get('/api/v1/tracks/{id}/versions', at(track.id)), 404);
  for (const client of [dave, world.as('alice'), world.as('root')]) {
    assertProblem(await client.post('/api/v1/tracks/{id}/versions', { ...at(track.id), body: form(wav(makeSound(1))) }), 404);
    assertProblem(await client.post('/api/v1/tracks/{id}/versions/{version_id}/restore', one), 404);
    assertProblem(await client.get('/api/v1/tracks/{id}/versions/{version_id}/file', one), 404);
  }
  assertStatus(await carol.put('/api/v1/tracks/{id}', { ...at(track.id), body: { visibility: 'public' } }), 200);
  assert.deepEqual((await list(track.id, visitor)).map((version) => [version.number, version.filename, version.has_file]), [[2, null, false]], 'what it was before it was published is nobody\'s business');
  assert.deepEqual((await list(track.id)).map((version) => [version.number, version.filename, version.has_file]), [[2, 'take two.wav', true], [1, 'take.wav', true]]);
});

test('a version comes with tus and in parts, too, and room for it is there or it is refused before a byte is sent', async () => {
  const track = await playable(carol, { title: 'In parts' }), second = wav(makeSound(3, { seed: 6 })), third = wav(makeSound(4, { seed: 7 }));
  const address = await begin(carol, { length: second.length, metadata: { filename: 'b.wav', version_of: track.id, changelog: 'By tus' } });
  const last = await patch(carol, address, 0, second);
  assertStatus(last, 204);
  assert.equal(trackOf(last), track.id);
  assert.deepEqual([(await settled(track.id)).duration_ms, (await list(track.id))[0]!.changelog], [3000, 'By tus']);

  const session = await carol.post('/api/v1/tracks/initiate', { body: { filename: 'c.wav', total_size: third.length, version_of: track.id } as never });
  assertStatus(session, 201);
  const chunk = new FormData();
  chunk.set('upload_id', session.body.upload_id);
  chunk.set('chunk_number', '1');
  chunk.set('chunk', new Blob([new Uint8Array(third)]), 'c');
  assertStatus(await carol.post('/api/v1/tracks/chunk', { body: chunk }), 200);
  const complete = await carol.post('/api/v1/tracks/complete', { body: { upload_id: session.body.upload_id } });
  assertStatus(complete, 201);
  assert.equal(complete.body.id, track.id);
  assert.equal((await settled(track.id)).duration_ms, 4000);
  assert.deepEqual((await list(track.id)).map((version) => version.number), [3, 2, 1]);

  const tus = { 'tus-resumable': '1.0.0', 'upload-length': '10' };
  const metadata = (of: string) => `filename ${Buffer.from('x.wav').toString('base64')},version_of ${Buffer.from(of).toString('base64')}`;
  assertProblem(await world.as('root').send('POST', '/api/v1/uploads/tus', { headers: { ...tus, 'upload-metadata': metadata(track.id) } }), 404);
  assertProblem(await carol.send('POST', '/api/v1/uploads/tus', { headers: { ...tus, 'upload-metadata': metadata('nothing') } }), 422);
  assertProblem(await world.as('root').post('/api/v1/tracks/initiate', { body: { filename: 'c.wav', total_size: 10, version_of: track.id } as never }), 404);
  const was = await world.sql(`update user_storage_quotas set max_bytes = used_bytes + 10, is_own = true where user_id = '${template.ids.carol}' returning 1`);
  assert.equal(was, '1');
  assertProblem(await carol.post('/api/v1/tracks/{id}/versions', { ...at(track.id), body: form(third) }), 507, 'quota_exceeded');
  await world.sql(`update user_storage_quotas set max_bytes = 5368709120, is_own = false where user_id = '${template.ids.carol}'`);
});

test('an upload of a version whose track is gone meanwhile ends, and keeps no room', async () => {
  const track = await playable(carol, { title: 'Gone meanwhile' }), sound = wav(makeSound(2, { seed: 8 }));
  const address = await begin(carol, { length: sound.length, metadata: { filename: 'd.wav', version_of: track.id } });
  assertStatus(await carol.delete('/api/v1/tracks/{id}', at(track.id)), 204);
  assertProblem(await patch(carol, address, 0, sound), 404);
  assertStatus(await carol.send('HEAD', address, { headers: { 'tus-resumable': '1.0.0' } }), 410);
  assert.equal(await world.sql(`select state || ' ' || failure_code from uploads where id = '${address.split('/').pop()}'`), 'failed not_found');
});

onDisk('an old version is restored as a new one with the same file, which counts once', async () => {
  const free = await usedBytes(), files = [1, 2].map((seed) => wav(makeSound(seed + 1, { seed })));
  const track = await playable(carol, { file: files[0]!, title: 'Restored' });
  await replace(track.id, files[1]!);
  await settled(track.id);
  assert.equal(await usedBytes() - free, files[0]!.length + files[1]!.length);
  const [, old] = await list(track.id);
  const at1 = { path: { id: track.id, version_id: old!.id } };
  const listened = await carol.get('/api/v1/tracks/{id}/versions/{version_id}/file', at1);
  assert.equal(sha256(listened.bytes), sha256(files[0]!));
  assert.equal(listened.headers.get('content-type'), 'audio/wav');
  const part = await carol.get('/api/v1/tracks/{id}/versions/{version_id}/file', { ...at1, headers: { range: 'bytes=10-19' } });
  assertStatus(part, 206);
  assert.deepEqual(part.bytes, files[0]!.subarray(10, 20));
  assertProblem(await carol.get('/api/v1/tracks/{id}/versions/{version_id}/file', { ...at1, headers: { range: 'bytes=99999999-' } }), 416);
  assertStatus(await carol.get('/api/v1/tracks/{id}/versions/{version_id}/file', { ...at1, headers: { 'if-none-match': listened.headers.get('etag')! } }), 304);
  const restored = await carol.post('/api/v1/tracks/{id}/versions/{version_id}/restore', at1);
  assertStatus(restored, 201);
  assert.deepEqual([restored.body.number, restored.body.restored_from, restored.body.state], [3, 1, 'pending']);
  assertProblem(await carol.post('/api/v1/tracks/{id}/versions/{version_id}/restore', at1), 409, 'conflict');
  assert.deepEqual([(await settled(track.id)).duration_ms, (await get(track.id)).version], [2000, 3]);
  assert.equal(await usedBytes() - free, files[0]!.length + files[1]!.length);
  assertProblem(await carol.post('/api/v1/tracks/{id}/versions/{version_id}/restore', at1), 409, 'conflict', 'it is what plays');

  await world.sql(`update track_versions set replaced_at = now() - interval '91 days' where track_id = '${track.id}' and state = 'kept'`);
  await sweep();
  assert.deepEqual((await list(track.id)).map((version) => [version.number, version.state, version.has_file]), [[3, 'current', true], [2, 'expired', false], [1, 'expired', false]]);
  assert.equal(await usedBytes() - free, files[0]!.length, 'the file that plays stays, though version 1 has gone');
  assert.equal(sha256((await carol.get('/api/v1/tracks/{id}/download', at(track.id))).bytes), sha256(files[0]!));
  assertProblem(await carol.post('/api/v1/tracks/{id}/versions/{version_id}/restore', at1), 409, 'conflict');

  assertStatus(await carol.delete('/api/v1/tracks/{id}', at(track.id)), 204);
  await until('all bytes to be given back', async () => await usedBytes() === free);
  assert.ok(!existsSync(file(`versions/${track.id}`)));
});

onDisk('a version that cannot be processed leaves the old one playing, and its bytes are given back', async () => {
  const track = await playable(carol, { title: 'Stays', is_public: 'true' }), used = await usedBytes();
  assertProblem(await carol.post('/api/v1/tracks/{id}/versions', { ...at(track.id), body: form(Buffer.from('no sound at all, but long enough to be looked at')) }), 422);
  assert.deepEqual((await list(track.id)).length, 1);
  const blocker = await world.hold('lock table tracks in share mode');
  const asked = replace(track.id, wav(makeSound(2, { seed: 4 })));
  await until('its file', () => existsSync(file(`versions/${track.id}`)));
  const key = (await import('node:fs')).readdirSync(file(`versions/${track.id}`))[0]!;
  writeFileSync(file(`versions/${track.id}/${key}`), 'damaged since');
  await blocker.letGo();
  await asked;
  const [failed] = await until('it to fail', async () => { const all = await list(track.id); return all[0]!.state === 'failed' && all; }, 60);
  assert.ok(failed!.failure_code && failed!.failure);
  assert.deepEqual([(await get(track.id)).status, (await get(track.id)).version], ['completed', 1]);
  assertStatus(await visitor.send('GET', track.stream_manifest_url!), 200);
  await sweep();
  assert.equal(await usedBytes(), used);
  assert.ok(!existsSync(file(`versions/${track.id}/${key}`)));
  assert.deepEqual((await list(track.id, visitor)).map((version) => version.number), [1]);
  assert.equal((await finished(carol, track.id)).failure_code, null);
});

onDisk('twenty versions are kept beside the one that plays, and a file that never became a version is swept', async () => {
  const track = await playable(carol, { title: 'Many' });
  await replace(track.id, wav(makeSound(1, { seed: 2 })));
  await settled(track.id);
  await world.sql(`insert into track_versions (track_id, version_number, state, file_path, file_size, replaced_at, played_at)
                   select '${track.id}', n + 10, 'kept', 'versions/${track.id}/' || n, 10, now(), now() from generate_series(1, 25) n;
                   update tracks set versions_bytes = versions_bytes + 250 where id = '${track.id}'`);
  const left = () => world.sql(`select count(*) filter (where state = 'kept') || ' ' || count(*) filter (where state = 'expired') || ' ' || count(*) filter (where state = 'expired' and file_path is null)
                                  from track_versions where track_id = '${track.id}'`);
  await replace(track.id, wav(makeSound(1, { seed: 3 })));
  await settled(track.id);
  assert.match(await left(), /^20 7 /, 'from the moment on when the next one plays');
  await sweep();
  assert.equal(await left(), '20 7 7');
  await world.sql(`update track_versions set replaced_at = now() - interval '91 days' where track_id = '${track.id}' and version_number between 20 and 24`);
  await sweep();
  assert.equal(await left(), '15 12 12');
  const id = '00000000-0000-4000-8000-00000000000a';
  writeFileSync(file(`versions/${track.id}/${id}`), 'left');
  await world.sql(`insert into jobs (kind, payload, dedupe_key) values ('track_sweep', '{"track_id": "${track.id}", "version_id": "${id}"}', 'track_sweep:${id}')`);
  await until('the file to go', () => !existsSync(file(`versions/${track.id}/${id}`)));
});

test('of versions that come at once one is made, and the others are told to wait', async () => {
  const track = await playable(carol, { title: 'Two tabs' });
  const replies = await Promise.all([2, 3, 4, 5].map((seed) => carol.post('/api/v1/tracks/{id}/versions', { ...at(track.id), body: form(wav(makeSound(1, { seed }))) })));
  assert.deepEqual(replies.map(({ status }) => status).sort(), [201, 409, 409, 409]);
  await settled(track.id);
  assert.deepEqual((await list(track.id)).map((version) => [version.number, version.state]), [[2, 'current'], [1, 'kept']]);
  const old = (await list(track.id)).at(-1)!.id;
  const restores = await Promise.all([1, 2, 3].map(() => carol.post('/api/v1/tracks/{id}/versions/{version_id}/restore', { path: { id: track.id, version_id: old } })));
  assert.deepEqual(restores.map(({ status }) => status).sort(), [201, 409, 409]);
  await settled(track.id);
  assert.deepEqual((await list(track.id)).map((version) => [version.number, version.state]), [[3, 'current'], [2, 'kept'], [1, 'kept']]);
});

test('the work on a version waits for its turn, however old the work on the track is', async () => {
  const track = await playable(carol, { title: 'Old' }), job = `transcode:${track.id}`;
  await world.sql(`update jobs set turn = now() - interval '1 year' where dedupe_key = '${job}'`);
  const made = await replace(track.id, wav(makeSound(1, { seed: 2 })));
  assert.equal(await world.sql(`select (turn > now() - interval '1 day') || ' ' || (payload ->> 'version_id') from jobs where dedupe_key = '${job}'`), `true ${made.id}`);
  await settled(track.id);
});

onDisk('a version that failed because of the server is kept for a while, is tried again without its file being sent, and is not mixed up with other work', async () => {
  const track = await playable(carol, { title: 'Interrupted' }), sound = wav(makeSound(2, { seed: 9 }));
  await replace(track.id, wav(makeSound(1, { seed: 2 })));
  await settled(track.id);
  const id = '00000000-0000-4000-8000-00000000000b', key = `versions/${track.id}/${id}`;
  writeFileSync(file(key), sound);
  await world.sql(`insert into track_versions (id, track_id, version_number, state, file_path, file_size) values ('${id}', '${track.id}', 3, 'pending', '${key}', ${sound.length});
                   update tracks set versions_bytes = versions_bytes + ${sound.length} where id = '${track.id}'`);
  const died = async (payload: object) => {
    await world.sql(`insert into outbox (name, key, payload) values ('job.died', gen_random_uuid(), '${JSON.stringify({ kind: 'transcode', payload: { track_id: track.id, ...payload }, reason: 'deaths' })}')`);
    await until('the event to be delivered', async () => (await world.sql('select count(*) from bus_waiting')) === '0');
    return (await list(track.id))[0]!;
  };
  const one = `dedupe_key = 'transcode:${track.id}'`;
  assert.equal((await died({})).state, 'pending', 'other work on the track');
  await world.sql(`update jobs set state = 'dead' where ${one}; update track_versions set created_at = now() - interval '1 hour' where id = '${id}'`);
  await sweep();
  assert.deepEqual([await world.sql(`select state from jobs where ${one}`), (await list(track.id))[0]!.state], ['dead', 'pending'], 'what it died of is told by its event');
  const failed = await died({ version_id: id });
  assert.deepEqual([failed.state, failed.failure_code, failed.has_file], ['failed', 'interrupted', true]);
  await sweep();
  assert.ok(existsSync(file(key)));
  assertStatus(await carol.post('/api/v1/tracks/{id}/versions/{version_id}/restore', { path: { id: track.id, version_id: id } }), 201);
  assert.deepEqual([(await settled(track.id)).duration_ms, (await list(track.id))[0]!.restored_from], [2000, 3]);
  await world.sql(`alter table track_versions disable trigger user; update track_versions set updated_at = now() - interval '8 days' where id = '${id}'; alter table track_versions enable trigger user`);
  await sweep();
  assert.deepEqual([(await list(track.id)).find((version) => version.id === id)!.has_file, existsSync(file(key))], [false, true], 'it is the file of what plays');
});

full('a version whose work was lost is taken up again', async () => {
  const track = await playable(carol, { title: 'Lost' });
  const asked = await replace(track.id, wav(makeSound(1, { seed: 2 })));
  await settled(track.id);
  await world.sql(`update track_versions set state = 'kept', replaced_at = now() where id = '${asked.id}';
                   insert into track_versions (track_id, version_number, state, file_path, file_size, created_at)
                   select track_id, 3, 'pending', file_path, file_size, now() - interval '1 hour' from track_versions where id = '${asked.id}'`);
  await sweep();
  await settled(track.id);
  assert.deepEqual((await list(track.id)).map((version) => [version.number, version.state]).slice(0, 2), [[3, 'current'], [2, 'kept']]);
});

test('a version that is let go of meanwhile is not restored, and one without a hash has no other file\'s ETag', async () => {
  const track = await playable(carol, { title: 'Let go' });
  await replace(track.id, wav(makeSound(1, { seed: 2 })));
  await settled(track.id);
  const [, old] = await list(track.id), where = { path: { id: track.id, version_id: old!.id } };
  await world.sql(`update track_versions set content_sha256 = null where id = '${old!.id}'`);
  assert.equal((await carol.get('/api/v1/tracks/{id}/versions/{version_id}/file', where)).headers.get('etag'), `"${old!.id}"`);
  const expiring = world.sql(`set application_name = 'expiring'; begin; update track_versions set state = 'expired' where id = '${old!.id}'; select pg_sleep(2); commit`);
  await until('it to be let go of', async () => (await world.sql("select count(*) from pg_stat_activity where application_name = 'expiring' and wait_event = 'PgSleep'")) === '1');
  assertProblem(await carol.post('/api/v1/tracks/{id}/versions/{version_id}/restore', where), 409, 'conflict');
  await expiring;
  assert.equal((await list(track.id)).length, 2);
});
