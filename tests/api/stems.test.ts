/** Stems: who may hear them, what becomes of a file, and that nothing is left of what was deleted. */
import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { assertProblem, assertStatus, type BodyOf, type Client } from '../support/client.ts';
import { full, onDisk } from '../support/level.ts';
import { decode, encodeWith, makeSound, pcm, wav } from '../support/media.ts';
import { playable } from '../support/tracks.ts';
import { begin, patch, sha256, trackOf } from '../support/tus.ts';
import { until } from '../support/wait.ts';
import { PASSWORD, template, World } from '../support/world.ts';

type Stem = BodyOf<'get', '/api/v1/tracks/{id}/stems'>['items'][number];

const SEGMENT = 131072;
const world = await World.start('stems');
const { dataDir } = world.server;
const carol = world.as('carol'), dave = world.as('dave'), alice = world.as('alice'), root = world.as('root'), { visitor } = world;

const at = (id: string) => ({ path: { id } });
const form = (file: Uint8Array, filename: string, name?: string) => {
  const all = new FormData();
  if (name !== undefined) all.set('stem_name', name);
  all.set('file', new Blob([new Uint8Array(file)]), filename);
  return all;
};
const send = (id: string, file: Uint8Array, filename = 'Drums.wav', name?: string, client: Client = carol) => client.post('/api/v1/tracks/{id}/stems', { ...at(id), body: form(file, filename, name) });
const list = async (id: string, client: Client = carol): Promise<Stem[]> => {
  const reply = await client.get('/api/v1/tracks/{id}/stems', at(id));
  assertStatus(reply, 200);
  return reply.body.items;
};
const settled = (id: string) => until('the stems to be made', async () => { const all = await list(id); return all.every((stem) => stem.state !== 'pending') && all; }, 60);
const add = async (id: string, file: Uint8Array, filename?: string, name?: string): Promise<Stem> => {
  const reply = await send(id, file, filename, name);
  assertStatus(reply, 201);
  return (await settled(id)).find((stem) => stem.id === reply.body.id)!;
};
const download = (id: string, name: string, client: Client = carol, headers = {}) => client.get('/api/v1/tracks/{id}/stems/{name}/download', { path: { id, name }, headers });
const segment = (id: string, stem_id: string, number: number, client: Client = carol) => client.get('/api/v1/tracks/{id}/stems/{stem_id}/segments/{number}', { path: { id, stem_id, number } });
const waveform = (id: string, stem_id: string, client: Client = carol) => client.get('/api/v1/tracks/{id}/stems/{stem_id}/waveform', { path: { id, stem_id } });
const change = (id: string, stem_id: string, body: object, client: Client = carol) => client.put('/api/v1/tracks/{id}/stems/{stem_id}', { path: { id, stem_id }, body });
const remove = (id: string, stem_id: string, client: Client = carol) => client.delete('/api/v1/tracks/{id}/stems/{stem_id}', { path: { id, stem_id } });
const invite = (id: string, user_id: string, client: Client = carol) => client.post('/api/v1/tracks/{id}/stem-guests', { ...at(id), body: { user_id } });
const open = async (id: string, body: object) => assertStatus(await carol.put('/api/v1/tracks/{id}', { ...at(id), body }), 200);
const file = (key: string) => path.join(dataDir, 'files', key);
const usedBytes = async () => Number(await world.sql(`select coalesce(sum(used_bytes), 0) from user_storage_quotas where user_id = '${template.ids.carol}'`));

/** What the segments of a stem sound like, one after the other. */
async function played(id: string, stem: Stem): Promise<Buffer> {
  const folder = path.join(dataDir, 'scratch-stems');
  mkdirSync(folder, { recursive: true });
  const parts: Buffer[] = [];
  for (let n = 0; n < stem.segments!; n++) {
    const reply = await segment(id, stem.id, n);
    assertStatus(reply, 200);
    const name = path.join(folder, `${n}.flac`);
    writeFileSync(name, reply.bytes);
    parts.push(await decode(name));
  }
  return Buffer.concat(parts);
}

/** All ways to the stems of a track. */
async function ways(id: string, stem: Stem, client: Client): Promise<number[]> {
  return [(await client.get('/api/v1/tracks/{id}/stems', at(id))).status, (await download(id, stem.name, client)).status, (await segment(id, stem.id, 0, client)).status,
    (await waveform(id, stem.id, client)).status];
}
const ALL = [200, 200, 200, 200], NONE = [404, 404, 404, 404], GUEST = [401, 401, 401, 401];

test('a stem comes back as it was uploaded, and plays as it was uploaded, to the sample', async () => {
  const track = await playable(carol, { title: 'Kelp', file: wav(makeSound(8)), is_public: 'true' });
  const sound = makeSound(7, { seed: 3 }), bytes = wav(sound);
  const stem = await add(track.id, bytes, 'kit 04.wav', '  Drums / Kit ');
  assert.deepEqual([stem.name, stem.state, stem.sample_rate, stem.channels, stem.samples, stem.segments, stem.segment_samples, stem.offset_samples, stem.duration_ms, stem.size_bytes],
    ['Drums - Kit', 'ready', 44100, 2, 7 * 44100, Math.ceil(7 * 44100 / SEGMENT), SEGMENT, 0, 7000, bytes.length]);
  assert.deepEqual(await played(track.id, stem), pcm(sound));
  const whole = await download(track.id, 'drums - KIT');
  assertStatus(whole, 200);
  assert.equal(sha256(whole.bytes), sha256(bytes));
  assert.equal(whole.headers.get('content-type'), 'audio/wav');
  assert.match(whole.headers.get('content-disposition')!, /attachment; filename="Kelp - Drums - Kit\.wav"/);
  assert.deepEqual((await download(track.id, stem.name, carol, { range: 'bytes=10-19' })).bytes, Buffer.from(bytes.subarray(10, 20)));
  assertProblem(await download(track.id, stem.name, carol, { range: 'bytes=99999999-' }), 416);
  assertProblem(await segment(track.id, stem.id, stem.segments!), 404);
  const base = `/api/v1/tracks/${track.id}`, of = `${base}/stems/${stem.id}`;
  for (const address of [`${base}/stems`, `${base}/stem-guests`, `${base}/stems/${encodeURIComponent(stem.name)}/download`, `${of}/segments/0`, `${of}/waveform`]) {
    const etag = (await carol.send('GET', address)).headers.get('etag')!;
    assertStatus(await carol.send('GET', address, { headers: { 'if-none-match': etag } }), 304, `${address} is asked for once`);
  }
  assertStatus(await carol.send('GET', `${of}/segments/0`, { headers: { range: 'bytes=0-3' } }), 206);
  for (const address of [`${base}/stems?limit=x`, `${base}/stem-guests?limit=x`, `${of}/segments/0?run=${'x'.repeat(17)}`, `${of}/waveform?run=${'x'.repeat(17)}`])
    assertProblem(await carol.send('GET', address), 422);
  const part = await carol.get('/api/v1/tracks/{id}/stems/{stem_id}/segments/{number}', { path: { id: track.id, stem_id: stem.id, number: 0 }, headers: { range: 'bytes=99999999-' } });
  assertProblem(part, 416);
  const peaks = JSON.parse((await waveform(track.id, stem.id)).bytes.toString()) as { data: number[]; length: number };
  assert.equal(peaks.data.length, 2 * peaks.length);
  assert.deepEqual([(await carol.get('/api/v1/tracks/{id}', at(track.id))).body.has_stems, (await visitor.get('/api/v1/tracks/{id}', at(track.id))).body.has_stems], [true, false]);
});

test('stems of another rate are resampled to that of the first, mono stays mono, and what is lossy is taken too', async () => {
  const track = await playable(carol, { title: 'Rates', file: wav(makeSound(6)) });
  const first = await add(track.id, wav(makeSound(5, { sampleRate: 48000 })), 'a.wav');
  const second = await add(track.id, wav(makeSound(5, { sampleRate: 44100, channels: 1 })), 'b.wav');
  const source = path.join(dataDir, 'c.wav'), made = path.join(dataDir, 'c.mp3');
  writeFileSync(source, wav(makeSound(5)));
  await encodeWith(source, made, ['-b:a', '128k']);
  const third = await add(track.id, (await import('node:fs')).readFileSync(made), 'c.mp3');
  assert.deepEqual([first, second, third].map((stem) => [stem.sample_rate, stem.channels, stem.samples, stem.format]), [[48000, 2, 240000, 'wav'], [48000, 1, 240000, 'wav'], [48000, 2, 240000, 'mp3']]);
  const wanted = makeSound(5, { sampleRate: 48000, channels: 1 }).samples, sound = new Int16Array((await played(track.id, second)).buffer);
  const at1 = (lag: number) => { let sum = 0; for (let i = 1000; i < 200000; i++) sum += wanted[i]! * sound[i + lag]!; return sum; };
  assert.deepEqual([-3, -2, -1, 0, 1, 2, 3].map(at1).reduce((best, value, i, all) => (value > all[best]! ? i : best), 0), 3, 'it is where it was');
});

test('the owner hears the stems, and whom they invite, and everybody where they are open; a link to the track opens none', async () => {
  const track = await playable(carol, { title: 'Whose', is_public: 'true', file: wav(makeSound(4)) });
  const stem = await add(track.id, wav(makeSound(4)), 'Voice.wav');
  const { token } = (await carol.post('/api/v1/tracks/{id}/share', { ...at(track.id), body: { permissions: 'download' } })).body;
  const byLink = async (client: Client) => Promise.all([`stems`, `stems/Voice/download`, `stems/${stem.id}/segments/0`, `stems/${stem.id}/waveform`]
    .map(async (rest) => (await client.send('GET', `/api/v1/tracks/${track.id}/${rest}?share=${token}`)).status));
  const closed = async () => {
    for (const client of [dave, alice, root]) assert.deepEqual(await ways(track.id, stem, client), NONE);
    for (const client of [dave, alice]) assert.deepEqual(await byLink(client), NONE, 'a link opens the track alone');
    assert.deepEqual(await ways(track.id, stem, visitor), GUEST);
  };
  assert.deepEqual(await ways(track.id, stem, carol), ALL);
  await closed();

  assertProblem(await invite(track.id, template.ids.dave, alice), 404);
  assertProblem(await invite(track.id, '00000000-0000-4000-8000-000000000000'), 422);
  assertProblem(await invite(track.id, template.ids.carol), 409, 'conflict');
  for (let twice = 0; twice < 2; twice++) assertStatus(await invite(track.id, template.ids.dave), 201);
  const told = await until('him to be told', async () => (await dave.get('/api/v1/notifications', { query: { type: 'stems_shared' } })).body.items[0]);
  assert.deepEqual([told.link, told.actor?.username, (told.data as { title: string }).title], [`/track/${track.id}`, 'carol', 'Whose']);
  const guests = await carol.get('/api/v1/tracks/{id}/stem-guests', at(track.id));
  assert.deepEqual(guests.body.items.map(({ person }) => person.username), ['dave']);
  for (const client of [dave, root]) assertProblem(await client.get('/api/v1/tracks/{id}/stem-guests', at(track.id)), 404);
  assert.deepEqual(await ways(track.id, stem, dave), ALL);
  assert.deepEqual(await ways(track.id, stem, alice), NONE);
  assert.equal((await dave.get('/api/v1/tracks/{id}', at(track.id))).body.has_stems, true);
  for (const refused of [await send(track.id, wav(makeSound(1)), 'x.wav', undefined, dave), await change(track.id, stem.id, { name: 'Mine' }, dave), await remove(track.id, stem.id, dave),
    await remove(track.id, stem.id, root)]) assertProblem(refused, 404);

  assertStatus(await carol.post('/api/v1/users/{id}/block', { path: { id: template.ids.dave } }), 204);
  assert.deepEqual(await ways(track.id, stem, dave), NONE, 'whoever is blocked hears none');
  assertProblem(await invite(track.id, template.ids.dave), 422);
  assertStatus(await carol.delete('/api/v1/users/{id}/block', { path: { id: template.ids.dave } }), 204);
  await open(track.id, { visibility: 'private' });
  assert.deepEqual(await ways(track.id, stem, dave), NONE, 'who may not see the track hears none');
  assert.deepEqual(await byLink(dave), NONE);
  const unread = async () => (await dave.get('/api/v1/notifications', { query: { type: 'stems_shared' } })).body.items.length;
  assert.equal(await unread(), 0, 'what he was told of is not for him any more');
  await open(track.id, { visibility: 'public' });
  assert.equal(await unread(), 1);

  assertProblem(await alice.delete('/api/v1/tracks/{id}/stem-guests/{user_id}', { path: { id: track.id, user_id: template.ids.dave } }), 404);
  assertStatus(await dave.delete('/api/v1/tracks/{id}/stem-guests/{user_id}', { path: { id: track.id, user_id: template.ids.dave } }), 204);
  assert.equal(await unread(), 0);
  await closed();
  await open(track.id, { stems_open: true });
  for (const client of [dave, alice]) assert.deepEqual(await ways(track.id, stem, client), ALL);
  assert.deepEqual(await ways(track.id, stem, visitor), GUEST);
  await open(track.id, { stems_open: false });
  await closed();
});

test('a name is there once, whatever its case, and stands in an address; name and offset can be changed', async () => {
  const track = await playable(carol, { title: 'Names', is_public: 'true', file: wav(makeSound(3)) });
  const bass = await add(track.id, wav(makeSound(2)), 'Bass.wav');
  assertProblem(await send(track.id, wav(makeSound(2)), 'bass.flac'), 409, 'conflict');
  assertProblem(await send(track.id, wav(makeSound(2)), 'x.wav', 'BASS'), 409, 'conflict');
  const odd = await add(track.id, wav(makeSound(2)), 'a.wav', '..');
  assert.equal(odd.name, 'Stem');
  assertProblem(await change(track.id, odd.id, { name: 'bAss' }), 409, 'conflict');
  const changed = await change(track.id, odd.id, { name: 'Çymbal/Ünder', offset_samples: -4410 });
  assertStatus(changed, 200);
  assert.deepEqual([changed.body.name, changed.body.offset_samples], ['Çymbal-Ünder', -4410]);
  assertStatus(await download(track.id, 'çYMBAL-üNDER'), 200);
  assertStatus(await change(track.id, bass.id, { name: 'bass' }), 200);
  assertProblem(await change(track.id, '00000000-0000-4000-8000-000000000000', { name: 'No' }), 404);
  assertProblem(await change(track.id, bass.id, { name: '' }), 422);
  assert.deepEqual((await list(track.id)).map((stem) => stem.name), ['bass', 'Çymbal-Ünder']);
  assertProblem(await download(track.id, 'Nothing'), 404);
  await Promise.all([1, 2, 3].map((seed) => send(track.id, wav(makeSound(1, { seed })), 'Race.wav')));
  assert.equal((await settled(track.id)).filter((stem) => stem.name === 'Race').length, 1);
});

onDisk('what is no stem is refused with a reason: no sound, far too long, one too many, more than the quota', async () => {
  const track = await playable(carol, { title: 'Refused', file: wav(makeSound(2)) });
  assertProblem(await send(track.id, Buffer.from('no sound at all, but long enough to be looked at')), 422);
  const long = await send(track.id, wav(makeSound(70, { sampleRate: 8000, channels: 1 })));
  assertProblem(long, 422);
  assert.match(JSON.stringify(long.body), /far longer than its track/);
  assertProblem(await send('00000000-0000-4000-8000-000000000000', wav(makeSound(1))), 404);

  await world.sql(`update user_storage_quotas set max_bytes = used_bytes + 10, is_own = true where user_id = '${template.ids.carol}'`);
  assertProblem(await send(track.id, wav(makeSound(1))), 507, 'quota_exceeded');
  await world.sql(`update user_storage_quotas set max_bytes = 5368709120, is_own = false where user_id = '${template.ids.carol}'`);

  await world.sql(`insert into track_stems (track_id, user_id, name, file_path, state) select '${track.id}', '${template.ids.carol}', 'Filler ' || n, 'none', 'ready' from generate_series(1, 31) n`);
  await add(track.id, wav(makeSound(1)), 'The last.wav');
  assertProblem(await send(track.id, wav(makeSound(1)), 'One more.wav'), 409, 'conflict');
  assert.deepEqual(readdirSync(file(`stems/${track.id}`)).length, 1, 'nothing is left of what was refused');
});

onDisk('a file that turns out to be damaged, or was longer than it said, fails with a reason that its owner alone sees', async () => {
  const track = await playable(carol, { title: 'Damaged', is_public: 'true', file: wav(makeSound(2)) });
  await open(track.id, { stems_open: true });
  const blocker = await world.hold('lock table track_stems in share mode');
  const asked = send(track.id, wav(makeSound(3)), 'Hurt.wav');
  const id = await until('its file', () => existsSync(file(`stems/${track.id}`)) && readdirSync(file(`stems/${track.id}`)).find((one) => existsSync(file(`stems/${track.id}/${one}/original`))));
  writeFileSync(file(`stems/${track.id}/${id}/original`), 'damaged since');
  await blocker.letGo();
  assertStatus(await asked, 201);
  const failed = (await settled(track.id))[0]!;
  assert.equal(failed.state, 'failed');
  assert.ok(failed.failure_code && failed.failure);
  assert.deepEqual(await list(track.id, dave), []);
  assertProblem(await download(track.id, 'Hurt', dave), 404);
  assertProblem(await segment(track.id, id, 0), 404);
  await until('no file to be left but the upload', () => readdirSync(file(`stems/${track.id}/${id}`)).join() === 'original');
  await add(track.id, wav(makeSound(3)), 'Hurt.wav');
  assert.deepEqual((await list(track.id, carol)).map(({ name, state }) => [name, state]), [['Hurt', 'ready']], 'another file takes the place of one that failed');
  await until('the damaged file to go', () => !existsSync(file(`stems/${track.id}/${id}`)));
});

test('a stem comes with tus, and its name is looked at before a byte is sent', async () => {
  const track = await playable(carol, { title: 'In parts', file: wav(makeSound(3)) }), bytes = wav(makeSound(3, { seed: 9 }));
  const address = await begin(carol, { length: bytes.length, metadata: { filename: 'b.wav', stem_of: track.id, stem_name: 'Keys' } });
  const last = await patch(carol, address, 0, bytes);
  assertStatus(last, 204);
  assert.equal(trackOf(last), track.id);
  const [stem] = await settled(track.id);
  assert.deepEqual([stem!.name, stem!.state, stem!.filename], ['Keys', 'ready', 'b.wav']);
  const tus = { 'tus-resumable': '1.0.0', 'upload-length': '10' };
  const metadata = (pairs: Record<string, string>) => Object.entries(pairs).map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`).join(',');
  const refused = (client: Client, pairs: Record<string, string>) => client.send('POST', '/api/v1/uploads/tus', { headers: { ...tus, 'upload-metadata': metadata({ filename: 'x.wav', ...pairs }) } });
  assertProblem(await refused(carol, { stem_of: track.id, stem_name: 'keys' }), 409, 'conflict');
  assertProblem(await refused(root, { stem_of: track.id }), 404);
});

onDisk('what is deleted gives its bytes back and leaves no file: a stem, and a track with its stems', async () => {
  const free = await usedBytes(), track = await playable(carol, { title: 'Gone', file: wav(makeSound(2)) }), before = await usedBytes();
  const bytes = wav(makeSound(2)), one = await add(track.id, bytes, 'One.wav');
  await add(track.id, bytes, 'Two.wav');
  assert.equal(await usedBytes() - before, 2 * bytes.length);
  assertStatus(await remove(track.id, one.id), 204);
  assertProblem(await remove(track.id, one.id), 404);
  assert.equal(await usedBytes() - before, bytes.length);
  assert.deepEqual((await list(track.id)).map((stem) => stem.name), ['Two']);
  await until('its files to go', () => !existsSync(file(`stems/${track.id}/${one.id}`)));
  await until('its row to go', async () => (await world.sql(`select count(*) from track_stems where id = '${one.id}'`)) === '0');
  await add(track.id, bytes, 'One.wav');
  assertStatus(await carol.delete('/api/v1/tracks/{id}', at(track.id)), 204);
  await until('all bytes to be given back', async () => await usedBytes() === free);
  assert.ok(!existsSync(file(`stems/${track.id}`)));
});

onDisk('what a killed server left is removed: the file of a stem that never came to be, and those of a run that never ended', async () => {
  const track = await playable(carol, { title: 'Killed', file: wav(makeSound(2)) });
  const id = '00000000-0000-4000-8000-00000000000a';
  mkdirSync(file(`stems/${track.id}/${id}`), { recursive: true });
  writeFileSync(file(`stems/${track.id}/${id}/original`), 'left');
  await world.sql(`insert into jobs (kind, payload, dedupe_key) values ('stem_sweep', '{"track_id": "${track.id}", "stem_id": "${id}"}', 'stem_sweep:${id}')`);
  await until('the file to go', () => !existsSync(file(`stems/${track.id}/${id}`)));

  const stem = await add(track.id, wav(makeSound(2)), 'Begun.wav');
  mkdirSync(file(`stems/${track.id}/${stem.id}/0123456789abcdef/stem`), { recursive: true });
  writeFileSync(file(`stems/${track.id}/${stem.id}/0123456789abcdef/stem/segment_000.flac`), 'left');
  await world.sql(`update track_stems set state = 'pending', run = '0123456789abcdef' where id = '${stem.id}';
    update jobs set state = 'queued', attempts = 0, run_at = now(), finished_at = null where dedupe_key = 'stem:${stem.id}'`);
  await settled(track.id);
  assert.ok(!existsSync(file(`stems/${track.id}/${stem.id}/0123456789abcdef`)));
  assertStatus(await segment(track.id, stem.id, 0), 200);
});

test('a stem that was still being processed when an administrator deleted its track is processed when the track is restored', async () => {
  const track = await playable(carol, { title: 'Taken away', file: wav(makeSound(2)) });
  const made = await send(track.id, wav(makeSound(2)));
  assertStatus(made, 201);
  await world.sql(`update track_stems set state = 'pending' where id = '${made.body.id}'; update jobs set state = 'queued', run_at = now() + interval '1 hour' where dedupe_key = 'stem:${made.body.id}'`);
  assertStatus(await root.delete('/api/v1/tracks/{id}', at(track.id)), 204);
  assert.equal(await world.sql(`select state from jobs where dedupe_key = 'stem:${made.body.id}'`), 'failed');
  assertStatus(await root.post('/api/v1/tracks/{id}/restore', at(track.id)), 200);
  assert.deepEqual((await settled(track.id)).map((stem) => stem.state), ['ready']);
});

test('a job that is given up fails its stem', async () => {
  const track = await playable(carol, { title: 'Given up', file: wav(makeSound(2)) }), stem = await add(track.id, wav(makeSound(2)), 'Up.wav');
  await world.sql(`update track_stems set state = 'pending' where id = '${stem.id}';
    insert into outbox (name, key, payload) values ('job.died', '${stem.id}', jsonb_build_object('kind', 'stem', 'reason', 'deaths', 'payload', jsonb_build_object('track_id', '${track.id}', 'stem_id', '${stem.id}')))`);
  const [failed] = await settled(track.id);
  assert.deepEqual([failed!.state, failed!.failure_code], ['failed', 'interrupted']);
});

test('the archive of one\'s own data has the stems and invitations, and the erasure of an account leaves none of their files', async () => {
  const track = await playable(dave, { title: 'Of Dave', is_public: 'true', file: wav(makeSound(2)) });
  const bytes = wav(makeSound(2, { seed: 5 }));
  const made = await send(track.id, bytes, 'Own.wav', undefined, dave);
  assertStatus(made, 201);
  await until('it to be made', async () => (await list(track.id, dave))[0]!.state === 'ready', 60);
  assertStatus(await invite(track.id, template.ids.carol, dave), 201);
  const asked = await dave.post('/api/v1/users/me/export', {});
  assertStatus(asked, 202);
  const ready = await until('the archive', async () => { const all = (await dave.get('/api/v1/users/me/exports', {})).body.items; return all[0]?.status === 'completed' && all[0]; }, 60);
  const zip = path.join(dataDir, 'export.zip');
  writeFileSync(zip, (await dave.send('GET', `/api/v1/users/me/exports/${ready.id}/download`)).bytes);
  const inside = execFileSync('unzip', ['-Z1', zip]).toString().split('\n');
  const name = inside.find((one) => one.includes(`/stems/${made.body.id}`))!;
  assert.equal(sha256(execFileSync('unzip', ['-p', zip, name])), sha256(bytes));
  assertStatus(await dave.delete('/api/v1/users/me', { body: { password: PASSWORD } }), 200);
  await world.sql(`update users set deletion_at = now() - interval '1 minute' where id = '${template.ids.dave}'; update jobs set run_at = now() where state = 'queued'`);
  await until('the files to go', () => !existsSync(file(`stems/${track.id}`)), 60);
});

full('as many stems as a track may have, and no more, however many come at once, all of one rate; an upload that finds no place ends', async () => {
  const track = await playable(carol, { title: 'Crowded', file: wav(makeSound(1)) });
  const replies = await Promise.all(Array.from({ length: 36 }, (_, i) => send(track.id, wav(makeSound(0.2, { sampleRate: i % 2 ? 44_100 : 48_000 })), `Part ${i}.wav`)));
  assert.deepEqual([201, 409].map((status) => replies.filter((reply) => reply.status === status).length), [32, 4]);
  assert.equal(await world.sql(`select count(*) || ' ' || count(distinct sample_rate) from track_stems where track_id = '${track.id}' and deleted_at is null`), '32 1');

  const other = await playable(carol, { title: 'Twice', file: wav(makeSound(1)) }), bytes = wav(makeSound(1));
  const address = await begin(carol, { length: bytes.length, metadata: { filename: 'b.wav', stem_of: other.id, stem_name: 'Keys' } });
  assertStatus(await patch(carol, address, 0, bytes.subarray(0, -1)), 204);
  await add(other.id, wav(makeSound(1)), 'Keys.wav');
  assertProblem(await patch(carol, address, bytes.length - 1, bytes.subarray(-1)), 409, 'conflict');
  assertProblem(await patch(carol, address, bytes.length, new Uint8Array()), 410, 'upload_gone', 'it is not tried again and again');
});

test('at most 100 people are invited to the stems of a track, also by 120 requests at once', async () => {
  const { id } = await playable(carol, { title: 'Crowded', visibility: 'public' });
  const people = (await world.sql(`insert into users (username, email, password_hash, is_verified)
    select 'crowd' || n, 'crowd' || n || '@example.org', 'x', true from generate_series(1, 120) n returning id`)).split(/\s+/).filter((one) => /^[0-9a-f-]{36}$/.test(one));
  assert.equal(people.length, 120);
  const replies = await Promise.all(people.map((person) => invite(id, person)));
  const ok = replies.filter((reply) => reply.status === 201).length;
  for (const reply of replies) if (reply.status !== 201) assertProblem(reply, 409, 'conflict');
  assert.deepEqual([ok, await world.sql(`select count(*) from track_stem_guests where track_id = '${id}'`)], [100, '100']);
  assert.equal(await world.sql(`select count(*) from outbox where name = 'track.stems_shared' and key = '${id}'`), '100');
  const [there] = (await world.sql(`select user_id from track_stem_guests where track_id = '${id}' limit 1`)).split('\n');
  assertStatus(await invite(id, there!), 201);
  assertStatus(await carol.delete('/api/v1/tracks/{id}/stem-guests/{user_id}', { path: { id, user_id: there! } }), 204);
  assertStatus(await invite(id, people[replies.findIndex((reply) => reply.status === 409)]!), 201);
});
