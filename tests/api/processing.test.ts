/** Processing that is interrupted, repeated, or done twice at once never costs a track that plays. */
import { strict as assert } from 'node:assert';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { assertProblem, assertStatus, Client } from '../support/client.ts';
import { fullOnDisk, isFull, onDisk } from '../support/level.ts';
import { makeSound, pcm, png, wav, wavHeader } from '../support/media.ts';
import { STREAM_SECRET } from '../support/requests.ts';
import { Server } from '../support/server.ts';
import { finished, halfMade, playable, rendition, upload } from '../support/tracks.ts';
import { until } from '../support/wait.ts';
import { cluster, template, World } from '../support/world.ts';

/** Ten seconds of sound again and again. */
function longWav(seconds: number): Buffer {
  const part = pcm(makeSound(10));
  return Buffer.concat([wavHeader(part.length * seconds / 10), ...Array.from({ length: seconds / 10 }, () => part)]);
}

function filesOf(dataDir: string, id: string): string[] {
  const top = path.join(dataDir, 'files');
  return readdirSync(top, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    .map((entry) => path.relative(top, path.join(entry.parentPath, entry.name))).filter((name) => name.includes(id));
}

/** Long enough that whoever looks for the middle of the work finds it. */
const LONG_S = isFull ? 60 : 20;

/** The runs of the processing whose files are in storage. */
const versionsOf = (dataDir: string, id: string) => [...new Set(filesOf(dataDir, id).filter((name) => name.startsWith('hls/')).map((name) => name.split('/')[2]!))];

async function assertPlays(client: Client, id: string): Promise<void> {
  for (const quality of ['low', 'medium', 'high', 'lossless']) assert.ok((await rendition(client, id, quality)).segments.length > 0);
  assertStatus(await client.send('GET', `/api/v1/tracks/${id}/waveform`), 200);
}

onDisk('a node that was paused in the middle of a job harms nothing that another finished', async () => {
  const settings = { JOB_STALE_S: '5', MEDIA_TIMEOUT_S: '20' };
  const world = await World.start('paused', settings);
  const { dataDir, ports } = world.server;
  const reply = await upload(world.as('carol'), { file: longWav(20) });
  assertStatus(reply, 201);
  const { id } = reply.body;
  await until('the first node to be in the middle of it', () => versionsOf(dataDir, id).length > 0, 30, 5);
  process.kill(ports.pid, 'SIGSTOP');
  const paused = Date.now();
  const other = new Server('paused-2', { ...template.settings, DATABASE_URL: cluster.url(world.database), ...settings }, dataDir);
  after(() => other.stop());
  const carol = new Client((await other.start()).api, { token: template.tokens.carol }, other.stream);
  try {
    assert.equal((await finished(carol, id)).status, 'completed');
    await until('the time that the first node had for it to be over', () => Date.now() > paused + 21_000, 40);
  } finally {
    process.kill(ports.pid, 'SIGCONT');
  }
  await until('the first node to end its attempt', async () => {
    const metrics = await (await fetch(`${world.server.api}/metrics`)).text();
    return [...metrics.matchAll(/veza_jobs_ended_total\{outcome="(?:retry|failed|given_back)"\} (\d+)/g)].some(([, count]) => count !== '0');
  });
  await until('only one version to be left', () => versionsOf(dataDir, id).length <= 1);
  await assertPlays(carol, id);
  assert.equal((await carol.get('/api/v1/tracks/{id}', { path: { id } })).body.status, 'completed');
  assert.equal(await world.sql(`select state from jobs where kind = 'transcode'`), 'done');
});

const world = await World.start('processing', { STREAM_SECRET });
const carol = world.as('carol');
const { dataDir } = world.server;
const again = (id: string) => world.visitor.post('/internal/jobs/transcode', { body: { track_id: id }, headers: { 'x-stream-secret': STREAM_SECRET } });
const jobOf = (id: string) => world.sql(`select state from jobs where kind = 'transcode' and payload ->> 'track_id' = '${id}'`);

onDisk('a track plays while it is processed once more, and one version is left of it', async () => {
  const track = await playable(carol, { file: wav(makeSound(7)) });
  const [before] = versionsOf(dataDir, track.id);
  assertStatus(await again(track.id), 202);
  assert.equal((await carol.get('/api/v1/tracks/{id}', { path: { id: track.id } })).body.status, 'completed');
  await assertPlays(carol, track.id);
  await until('it to be done', async () => await jobOf(track.id) === 'done');
  await until('the old version to go', () => versionsOf(dataDir, track.id).length === 1);
  assert.notEqual(versionsOf(dataDir, track.id)[0], before);
  await assertPlays(carol, track.id);
});

onDisk('what a run that was given up left, or wrote when its files were deleted already, goes a moment later, and what plays stays', async () => {
  const track = await playable(carol, { file: wav(makeSound(2)) }), late = 'abcdefabcdef0123', folder = path.join(dataDir, 'files/hls', track.id, late);
  assert.equal(await world.sql(`select count(*) from jobs where kind = 'track_sweep' and payload ? 'run' and payload ->> 'track_id' = '${track.id}'`), '0', 'nothing was given up');
  const [first] = versionsOf(dataDir, track.id);
  await world.sql(`update tracks set media_attempts = '{${late}}' where id = '${track.id}'`);
  assertStatus(await again(track.id), 202);
  await until('it to be done', async () => await jobOf(track.id) === 'done');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'master.m3u8'), 'late');
  assert.ok(versionsOf(dataDir, track.id).includes(late));
  const sweeps = `kind = 'track_sweep' and payload ->> 'track_id' = '${track.id}'`;
  assert.equal(await world.sql(`select string_agg(payload ->> 'run', ' ' order by payload ->> 'run') from jobs where ${sweeps}`), [late, first].sort().join(' '));
  const [, playing] = await Promise.all([assertPlays(carol, track.id), world.sql(`select media_version from tracks where id = '${track.id}'`)]);
  await world.sql(`insert into jobs (kind, payload) values ('track_sweep', '{"track_id": "${track.id}", "run": "${playing}"}'); update jobs set run_at = now() where ${sweeps}`);
  await until('the sweeps to be done', async () => (await world.sql(`select count(*) from jobs where ${sweeps} and state <> 'done'`)) === '0', 30, 100);
  assert.deepEqual(versionsOf(dataDir, track.id), [playing]);
  await assertPlays(carol, track.id);
});

/** Sound in FLAC with a picture in it. */
function pictured(): Buffer {
  const folder = mkdtempSync(path.join(tmpdir(), 'veza-pictured-')), at = (name: string) => path.join(folder, name);
  writeFileSync(at('sound.wav'), wav(makeSound(3)));
  writeFileSync(at('cover.png'), png(400, 400));
  execFileSync('ffmpeg', ['-v', 'error', '-i', at('sound.wav'), '-i', at('cover.png'), '-map', '0:a', '-map', '1:v', '-c:v', 'copy', '-disposition:v', 'attached_pic', at('sound.flac')]);
  const bytes = readFileSync(at('sound.flac'));
  rmSync(folder, { recursive: true });
  return bytes;
}

onDisk('the picture in a file becomes the cover, and once its owner removed or replaced it, processing does not bring it back', async () => {
  const track = await playable(carol, { file: pictured(), filename: 'sound.flac' }), at = { path: { id: track.id } };
  const covers = () => filesOf(dataDir, track.id).filter((name) => name.startsWith('covers/'));
  const coverNow = async () => (await carol.get('/api/v1/tracks/{id}', at)).body.cover_url;
  const processed = async () => {
    const version = versionsOf(dataDir, track.id);
    assertStatus(await again(track.id), 202);
    await until('another version', () => versionsOf(dataDir, track.id).length === 1 && versionsOf(dataDir, track.id)[0] !== version[0]);
    await until('it to be done', async () => await jobOf(track.id) === 'done');
  };
  assert.match(track.cover_url!, /\/cover\/600\?v=/);
  const files = covers();
  assert.equal(files.length, 3);
  await processed();
  assert.equal(await coverNow(), track.cover_url, 'what nobody touched stays');
  assert.deepEqual(covers(), files);
  assertStatus(await carol.delete('/api/v1/tracks/{id}/cover', at), 204);
  await processed();
  assert.equal(await coverNow(), null);
  assert.deepEqual(covers(), [], 'no file is left over');
  const form = new FormData();
  form.set('cover', new Blob([new Uint8Array(png(420, 420))], { type: 'image/png' }), 'cover.png');
  assertStatus(await carol.put('/api/v1/tracks/{id}/cover', { ...at, body: form as never }), 200);
  const own = await coverNow();
  await processed();
  assert.equal(await coverNow(), own);
  assert.equal(covers().length, 3);
});

test('a cover that is removed while the file is processed for the first time stays removed', async () => {
  const track = (await upload(carol, { file: pictured(), filename: 'sound.flac', cover: png(400, 400) })).body;
  assertStatus(await carol.delete('/api/v1/tracks/{id}/cover', { path: { id: track.id } }), 204);
  assert.equal((await finished(carol, track.id)).cover_url, null);
  await until('it to be done', async () => await jobOf(track.id) === 'done');
  assert.deepEqual(filesOf(dataDir, track.id).filter((name) => name.startsWith('covers/')), []);
});

onDisk('processing once more that fails leaves the version that plays', async () => {
  const track = await playable(carol, { file: wav(makeSound(7)) });
  const before = versionsOf(dataDir, track.id);
  writeFileSync(path.join(dataDir, 'files', 'originals', track.id), 'no sound at all');
  assertStatus(await again(track.id), 202);
  await until('it to fail', async () => await jobOf(track.id) === 'failed');
  assert.equal((await carol.get('/api/v1/tracks/{id}', { path: { id: track.id } })).body.status, 'completed');
  await assertPlays(carol, track.id);
  assert.deepEqual(versionsOf(dataDir, track.id), before);
});

fullOnDisk('a track from before there were versions plays, and is replaced as a whole', async () => {
  const { renameSync } = await import('node:fs');
  const track = await playable(carol, { file: wav(makeSound(7)) });
  await until('it to be done', async () => await jobOf(track.id) === 'done'); /* until then it deletes what it left over */
  const [version] = versionsOf(dataDir, track.id);
  for (const folder of ['hls', 'waveforms']) {
    const top = path.join(dataDir, 'files', folder, track.id);
    for (const name of readdirSync(path.join(top, version!))) if (name !== 'fingerprint.bin') renameSync(path.join(top, version!, name), path.join(top, name));
  }
  await world.sql(`update tracks set media_version = '', waveform_path = 'waveforms/' || id where id = '${track.id}' returning pg_notify('track_changed', id::text)`);
  await until('the old place to be known', async () => (await carol.send('GET', `/api/v1/tracks/${track.id}/hls/master.m3u8`)).status === 200);
  await assertPlays(carol, track.id);
  assertStatus(await again(track.id), 202);
  await until('it to be done', async () => await jobOf(track.id) === 'done');
  await assertPlays(carol, track.id);
  await until('the old files to go', () => filesOf(dataDir, track.id).every((name) => /^(originals\/[^/]+|(hls|waveforms)\/[^/]+\/[0-9a-f]{16}\/.*)$/.test(name)));
});

test('the owner and administrators process a track once more, nobody else', async () => {
  const track = await playable(carol, { file: wav(makeSound(3)), is_public: 'true' });
  const path_ = { path: { id: track.id } };
  assertProblem(await world.as('dave').post('/api/v1/tracks/{id}/reprocess', path_), 404, 'not_found');
  await world.sql(`update tracks set status = 'failed', stream_status = 'error', status_message = 'no' where id = '${track.id}'; update jobs set state = 'dead', deaths = 20, attempts = 5 where dedupe_key = 'transcode:${track.id}'`);
  for (const who of ['carol', 'root'] as const) {
    const reply = await world.as(who).post('/api/v1/tracks/{id}/reprocess', path_);
    assertStatus(reply, 202);
    assert.equal(reply.body.track_id, track.id);
    assert.equal((await finished(carol, track.id)).status, 'completed');
    await until('it to be done', async () => await jobOf(track.id) === 'done');
  }
  await assertPlays(carol, track.id);
});

/** The processes that work on files now: children of any thread. */
function mediaWorkers(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) => {
    try {
      return readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
    } catch {
      return [];
    }
  });
}

/** Ends the media worker in the middle of its work on a track, `times` times one after the other; the next attempt starts at once. */
async function endMediaWorker(id: string, signal: NodeJS.Signals, times: number): Promise<void> {
  for (let time = 1; time <= times; time++) {
    const before = new Set(time > 1 ? versionsOf(dataDir, id) : []);
    const worker = await until('the media worker', () => versionsOf(dataDir, id).some((version) => !before.has(version)) && mediaWorkers(world.server.ports.pid)[0], 30, 5);
    process.kill(worker, signal);
    await until('the attempt to be over', async () => await world.sql(`update jobs set run_at = now() where dedupe_key = 'transcode:${id}' and state = 'queued' and attempts = ${time} returning 1`) !== ''
      || await jobOf(id) !== 'running');
  }
}

onDisk('a file on which the media worker crashes twice is given up', async () => {
  const reply = await upload(carol, { file: longWav(LONG_S) });
  assertStatus(reply, 201);
  const { id } = reply.body;
  await endMediaWorker(id, 'SIGSEGV', 2);
  const track = await finished(carol, id);
  assert.deepEqual([track.status, track.failure_code], ['failed', 'crashed']);
  const status = await carol.get('/api/v1/tracks/{id}/status', { path: { id } });
  assertStatus(status, 200);
  assert.equal(status.body.failure_code, 'crashed');
  await until('its files to go', () => versionsOf(dataDir, id).length === 0);
});

onDisk('a media worker that is killed from outside, as the kernel does when memory is short, does not make a good track fail', async () => {
  const reply = await upload(carol, { file: longWav(LONG_S) });
  assertStatus(reply, 201);
  await endMediaWorker(reply.body.id, 'SIGKILL', 3);
  assert.equal((await finished(carol, reply.body.id)).status, 'completed');
});

const DEATHS = isFull ? 5 : 3; /* one more than a file may cost the media worker */

onDisk('deaths of the server in the middle of the work do not make a good track fail', async () => {
  const mortal = await World.start('deaths');
  const reply = await upload(mortal.as('carol'), { file: longWav(LONG_S) });
  assertStatus(reply, 201);
  const { id } = reply.body;
  const seen = new Set<string>();
  for (let death = 0; death < DEATHS; death++) {
    await until('the work to be in its middle', async () => {
      await mortal.sql(`update jobs set run_at = now() where kind = 'transcode' and state = 'queued'`);
      const fresh = versionsOf(mortal.server.dataDir, id).find((version) => !seen.has(version));
      return fresh && seen.add(fresh);
    }, 30, 20);
    await mortal.server.stop('SIGKILL');
    await mortal.server.start();
  }
  await mortal.sql(`update jobs set run_at = now() where kind = 'transcode'`);
  assert.equal((await finished(mortal.as('carol'), id)).status, 'completed');
  assert.equal(await mortal.sql(`select attempts || ' ' || deaths from jobs where kind = 'transcode'`), `1 ${DEATHS}`);
  await until('what the dead left to go', () => versionsOf(mortal.server.dataDir, id).length === 1);
  await assertPlays(mortal.as('carol'), id);
});

onDisk('a disk that is full for a while does not make a good track fail', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'veza-small-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m,mode=755', 'tmpfs', folder]).status === 0;
  if (!mounted) {
    rmSync(folder, { recursive: true });
    return t.skip('only root can mount a small disk');
  }
  const database = `small_disk_${process.pid}`;
  await cluster.clone(template.database, database);
  const server = new Server('small-disk', { ...template.settings, DATABASE_URL: cluster.url(database), UPLOAD_KEEP_FREE_MB: '0' }, folder);
  t.after(async () => {
    await server.stop();
    await cluster.drop(database);
    execFileSync('umount', [folder]);
    rmSync(folder, { recursive: true });
  });
  const owner = new Client((await server.start()).api, { token: template.tokens.carol }, server.stream);
  const sql = (text: string) => cluster.sql(database, text);
  const reply = await upload(owner, { file: longWav(20) });
  assertStatus(reply, 201);
  const { id } = reply.body;
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(path.join(folder, 'ballast'), Buffer.alloc(bavail * bsize - 2 ** 18));
  for (let attempt = 0; attempt < 6; attempt++) {
    await sql(`update jobs set run_at = now(), last_error = null where kind = 'transcode'`);
    await until('the worker to say that there is no room', async () =>
      (await sql(`select last_error from jobs where kind = 'transcode'`)) === 'there is no room left on the disk of VEZA_DATA_DIR', 30);
  }
  rmSync(path.join(folder, 'ballast'));
  await sql(`update jobs set run_at = now() where kind = 'transcode'`);
  assert.equal((await finished(owner, id)).status, 'completed');
  await assertPlays(owner, id);
});

test('an archive is made while transcodes fill all places', async () => {
  const files = longWav(60), ids: string[] = [];
  for (let i = 0; i < 6; i++) {
    const reply = await upload(carol, { file: files });
    assertStatus(reply, 201);
    ids.push(reply.body.id);
  }
  assertStatus(await world.as('dave').post('/api/v1/users/me/export'), 202);
  await until('the archive', async () => (await world.sql(`select state from jobs where kind = 'privacy.export'`)) === 'done', 30);
  assert.notEqual(await world.sql(`select count(*) from jobs where kind = 'transcode' and state in ('queued', 'running')`), '0');
  for (const id of ids) assertStatus(await carol.delete('/api/v1/tracks/{id}', { path: { id } }), 204); /* what waits need not be made */
});

test('one quality of a long recording plays for its owner before the others are made', async () => {
  const half = { sampleRate: 22050, channels: 1 }, part = pcm(makeSound(10, half));
  const { id, early, signal } = await halfMade(carol, world.server, { file: Buffer.concat([wavHeader(part.length * 9, half), ...Array.from({ length: 9 }, () => part)]), is_public: 'true' });
  let bytes: Buffer;
  try {
    assert.equal(early.status, 'processing');
    assert.equal(early.duration, 90);
    const master = await carol.send('GET', early.stream_manifest_url!);
    assert.deepEqual(master.bytes.toString().match(/^[a-z]+\/playlist.m3u8$/gm), ['medium/playlist.m3u8']);
    assert.equal(master.headers.get('cache-control'), 'private, no-store', 'it will name the others later');
    const medium = await rendition(carol, id, 'medium');
    bytes = medium.bytes;
    assert.equal(medium.segments.length, 19);
    assertStatus(await carol.send('GET', `/api/v1/tracks/${id}/hls/low/init.mp4`), 404, 'what may be made again is not shown');
    assertStatus(await carol.send('GET', `/api/v1/tracks/${id}/waveform`), 200);
    assert.deepEqual(((await carol.get('/api/v1/tracks/{id}/hls/info', { path: { id } })).body.qualities as { name: string }[]).map(({ name }) => name), ['medium']);
    for (const other of [world.visitor, world.as('dave')]) assertStatus(await other.send('GET', early.stream_manifest_url!), 404, 'nobody else, until it is published');
    assertProblem(await carol.post('/api/v1/tracks/{id}/downloads/{format}', { path: { id, format: 'flac' } }), 409, 'stream_not_ready');
    assert.equal((await carol.get('/api/v1/tracks/{id}', { path: { id } })).body.status, 'processing', 'it was all seen before the end');
  } finally {
    signal('SIGCONT');
  }
  const track = await finished(carol, id);
  assert.equal(track.status, 'completed');
  assert.equal(track.stream_manifest_url, early.stream_manifest_url, 'whoever listens goes on');
  const whole = await carol.send('GET', track.stream_manifest_url!);
  assert.equal(whole.bytes.toString().match(/^[a-z]+\/playlist.m3u8$/gm)?.length, 4);
  assert.ok((await rendition(carol, id, 'medium')).bytes.equals(bytes), 'what could be played stays as it was');
  await assertPlays(carol, id);
});

fullOnDisk('a worker that dies after the first quality costs nothing but the time', async () => {
  const { id, signal } = await halfMade(carol, world.server, { file: longWav(60) });
  const [first] = versionsOf(dataDir, id);
  signal('SIGKILL');
  assert.equal((await finished(carol, id)).status, 'completed');
  await until('the files of the first attempt to go', () => versionsOf(dataDir, id).length === 1);
  assert.notEqual(versionsOf(dataDir, id)[0], first);
  await assertPlays(carol, id);
});
