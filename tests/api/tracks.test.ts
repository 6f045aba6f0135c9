/** A track from its upload to the ear: what goes in comes out, and nobody else gets in. */
import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { WebSocket } from 'ws';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { isFull, onDisk } from '../support/level.ts';
import { decode, encodeWith, loudness, makeSound, pcm, png, wav } from '../support/media.ts';
import { STREAM_SECRET } from '../support/requests.ts';
import { finished, playable, rendition, upload } from '../support/tracks.ts';
import { until } from '../support/wait.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('tracks', { STREAM_SECRET });
const carol = world.as('carol'), dave = world.as('dave'), visitor = world.visitor;
const folder = mkdtempSync(path.join(tmpdir(), 'veza-api-media-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const sound = makeSound(13.7, { seed: 7 });
const source = path.join(folder, 'source.wav');
writeFileSync(source, wav(sound));

/** All files below a folder, relative to it. */
function filesIn(top: string): string[] {
  return existsSync(top) ? readdirSync(top, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => path.relative(top, path.join(entry.parentPath, entry.name))) : [];
}

const song = await playable(carol, { file: wav(sound), filename: 'My first song.wav', title: 'First light', artist: 'Carol', genre: 'Ambient', tags: 'Calm, dawn,calm', year: '2024',
  bpm: '120', musical_key: 'F#m', description: 'Two lines\nof text', cover: png(1300, 1250) });

test('what is there of a file that ends early can be heard, and its owner is told', async () => {
  const whole = wav(sound), cut = whole.subarray(0, 44 + 4 * 100_000);
  const track = await playable(carol, { file: cut, filename: 'cut.wav', is_public: 'true' });
  const joined = path.join(folder, 'cut.mp4');
  writeFileSync(joined, (await rendition(carol, track.id, 'lossless')).bytes);
  assert.deepEqual(await decode(joined), cut.subarray(44));
  assert.match(track.status_message ?? '', /ends early/);
  assert.deepEqual(track.processing_notes, [{ code: 'ended_early', count: null, qualities: null }]);
  const seen = await dave.get('/api/v1/tracks/{id}', { path: { id: track.id } });
  assertStatus(seen, 200);
  assert.equal(seen.body.status_message, null);
  assert.deepEqual(seen.body.processing_notes, []);
  assertStatus(await carol.delete('/api/v1/tracks/{id}', { path: { id: track.id } }), 204);
});

test('an uploaded track says what was sent and what is in the file', () => {
  assert.equal(song.title, 'First light');
  assert.equal(song.artist, 'Carol');
  assert.equal(song.genre, 'Ambient');
  assert.deepEqual(song.tags, ['Calm', 'dawn']);
  assert.equal(song.year, 2024);
  assert.equal(song.bpm, 120);
  assert.equal(song.musical_key, 'F#m');
  assert.equal(song.description?.replace('\r', ''), 'Two lines\nof text');
  assert.equal(song.format, 'wav');
  assert.equal(song.sample_rate, 44100);
  assert.equal(song.channels, 2);
  assert.equal(song.bit_depth, 16);
  assert.equal(song.file_size, sound.samples.byteLength + 44);
  assert.equal(song.duration_ms, 13700);
  assert.equal(song.duration, 14);
  assert.equal(song.stream_status, 'ready');
  assert.match(song.stream_manifest_url ?? '', new RegExp(`^/api/v1/tracks/${song.id}/hls/[0-9a-f]{16}/master\\.m3u8$`));
  assert.equal(song.creator.id, template.ids.carol);
  assert.equal(song.is_mine, true);
});

test('the measured loudness is what another meter reads, within 1 LU', async () => {
  const expected = await loudness(source);
  assert.ok(Math.abs(song.loudness_lufs! - expected) <= 1, `${song.loudness_lufs} against ${expected} LUFS`);
  assert.ok(song.true_peak_dbtp! < 0 && song.true_peak_dbtp! > -20, `true peak ${song.true_peak_dbtp}`);
});

test('an upload without a title takes it from the file name', async () => {
  const reply = await upload(carol, { filename: 'C:\\Music\\Nachtzug (demo).wav' });
  assertStatus(reply, 201);
  assert.equal(reply.body.title, 'Nachtzug (demo)');
  assert.equal(reply.headers.get('location'), `/api/v1/tracks/${reply.body.id}`);
  assert.equal((await finished(carol, reply.body.id)).status, 'completed');
});

test('an upload without a title takes it from the tags in the file', async () => {
  const tagged = path.join(folder, 'tagged.flac');
  await encodeWith(source, tagged, ['-t', '2', '-metadata', 'title=Étude №1', '-metadata', 'artist=Ada', '-metadata', 'album=Sketches']);
  const { readFileSync } = await import('node:fs');
  const track = await playable(carol, { file: readFileSync(tagged), filename: 'x.flac' });
  assert.equal(track.title, 'Étude №1');
  assert.equal(track.artist, 'Ada');
  assert.equal(track.album, 'Sketches');
  assert.equal(track.format, 'flac');
  for (const title of ['', '  ']) assert.equal((await playable(carol, { file: readFileSync(tagged), filename: 'x.flac', title })).title, 'Étude №1');
  assert.equal((await playable(carol, { file: readFileSync(tagged), filename: 'x.flac', title: 'Typed' })).title, 'Typed', 'what somebody typed counts more');
});

test('the status tells how far the work is until it is done', async () => {
  const reply = await upload(carol, { file: wav(makeSound(20, { seed: 3 })) });
  assertStatus(reply, 201);
  assert.equal(reply.body.status, 'processing');
  const seen = new Set<string>();
  let last = -1;
  await until('the work to be done', async () => {
    const status = await carol.get('/api/v1/tracks/{id}/status', { path: { id: reply.body.id } });
    assertStatus(status, 200);
    seen.add(status.body.stage ?? '');
    assert.ok(status.body.progress >= last, `progress goes back from ${last} to ${status.body.progress}`);
    last = status.body.progress;
    return status.body.status === 'completed';
  }, 60, 20);
  assert.equal(last, 1);
  assert.ok(seen.has('done'));
  for (const stage of seen) assert.match(stage, /^(queued|probing|transcoding|storing|done)$/);
  assert.ok(seen.size >= 3, [...seen].join(' '));
});

test('a stream that is not ready yet says so', async () => {
  const reply = await upload(carol, { file: wav(makeSound(30, { seed: 9 })), title: 'Not yet' });
  assertStatus(reply, 201);
  const { id } = reply.body;
  for (const part of ['', '0123456789abcdef/'].flatMap((version) => ['master.m3u8', 'high/playlist.m3u8', 'high/segment_000.m4s'].map((file) => version + file)))
    for (const target of [`/api/v1/tracks/${id}/hls/${part}`, `/hls/${id}/${part}`]) assertProblem(await carol.send('GET', target), 409, 'stream_not_ready', target);
  assertProblem(await visitor.send('GET', `/api/v1/tracks/${id}/hls/master.m3u8`), 404, 'not_found');
  assert.equal((await carol.get('/api/v1/tracks/{id}/hls/status', { path: { id } })).body.status === 'ready', false);
  assertStatus(await carol.delete('/api/v1/tracks/{id}', { path: { id } }), 204);
});

test('a track can be processed once more, by another part of Veza', async () => {
  const track = await playable(carol, { title: 'Once more' });
  const again = (secret: string, id: string) => visitor.post('/internal/jobs/transcode', { body: { track_id: id }, headers: { 'x-stream-secret': secret } });
  assertProblem(await again('wrong', track.id), 401, 'unauthenticated');
  assertProblem(await again(STREAM_SECRET, '00000000-0000-4000-8000-000000000000'), 404, 'not_found');
  const reply = await again(STREAM_SECRET, track.id);
  assertStatus(reply, 202);
  assert.equal(reply.body.track_id, track.id);
  assert.equal((await finished(carol, track.id)).status, 'completed');
  assertStatus(await visitor.send('GET', `/hls/${track.id}/master.m3u8`), 200);
});

test('the master playlist offers four qualities, and each plays to the last sample', async () => {
  const master = (await visitor.send('GET', `/api/v1/tracks/${song.id}/hls/master.m3u8`)).bytes.toString();
  assert.match(master, /^#EXTM3U/);
  const info = await visitor.get('/api/v1/tracks/{id}/hls/info', { path: { id: song.id } });
  assertStatus(info, 200);
  assert.equal(info.body.samples, sound.samples.length / 2);
  const qualities = info.body.qualities as { name: string; segments: number; encoder_delay: number; end_padding: number; gain_db?: number }[];
  assert.deepEqual(qualities.map((one) => one.name).sort(), ['high', 'lossless', 'low', 'medium']);
  for (const quality of qualities) {
    assert.match(master, new RegExp(`${quality.name}/playlist\\.m3u8`));
    const { bytes, playlist, segments } = await rendition(visitor, song.id, quality.name);
    assert.equal(segments.length, quality.segments, `${quality.name}: segments`);
    assert.match(playlist, /#EXT-X-ENDLIST/);
    const total = [...playlist.matchAll(/#EXTINF:([\d.]+)/g)].reduce((sum, match) => sum + Number(match[1]), 0);
    assert.ok(Math.abs(total - 13.7) < 0.06, `${quality.name}: the playlist adds up to ${total} s`);
    const file = path.join(folder, `${quality.name}.mp4`);
    writeFileSync(file, bytes);
    const frames = (await decode(file)).length / 4;
    /* FFmpeg's decoder keeps what an encoder put before and behind; a player cuts it off by these two numbers. */
    const heard = frames - (quality.name === 'lossless' ? 0 : quality.encoder_delay + quality.end_padding);
    assert.equal(heard, sound.samples.length / 2, `${quality.name}: ${frames} sample frames, delay ${quality.encoder_delay}, padding ${quality.end_padding}`);
    const lufs = await loudness(file);
    assert.ok(Math.abs(lufs - (quality.gain_db ?? 0) - (await loudness(source))) <= 1, `${quality.name}: ${lufs} LUFS at ${quality.gain_db} dB`);
  }
});

test('the lossless rendition is the original, bit for bit', async () => {
  const { bytes } = await rendition(visitor, song.id, 'lossless');
  const file = path.join(folder, 'exact.mp4');
  writeFileSync(file, bytes);
  assert.ok((await decode(file)).equals(pcm(sound)), 'decoded samples equal the uploaded ones');
});

test('a player that follows the master playlist on its own gets the whole track, on both servers', async () => {
  for (const url of [`${world.server.api}/api/v1/tracks/${song.id}/hls/master.m3u8`, `${world.server.stream}/hls/${song.id}/master.m3u8`]) {
    const frames = (await decode(url)).length / 4;
    assert.ok(Math.abs(frames - sound.samples.length / 2) <= 2048, `${url}: ${frames}`);
  }
});

test('both servers hand out the same bytes', async () => {
  for (const name of ['master.m3u8', 'high/playlist.m3u8', 'high/init.mp4', 'high/segment_000.m4s', 'lossless/segment_001.m4s']) {
    const here = await visitor.send('GET', `/api/v1/tracks/${song.id}/hls/${name}`), there = await world.streamVisitor.send('GET', `/hls/${song.id}/${name}`);
    assertStatus(there, 200, name);
    assert.ok(here.bytes.equals(there.bytes), name);
  }
});

test('segments and files answer ranges and conditions', async () => {
  for (const target of [`/api/v1/tracks/${song.id}/hls/high/segment_000.m4s`, `/api/v1/tracks/${song.id}/cover/600`]) {
    const whole = await visitor.send('GET', target);
    assertStatus(whole, 200, target);
    assert.equal(whole.headers.get('accept-ranges'), 'bytes');
    const etag = whole.headers.get('etag')!;
    assert.match(etag, /^(W\/)?"/);
    const size = whole.bytes.length;
    const part = async (range: string, more: Record<string, string> = {}) => visitor.send('GET', target, { headers: { range, ...more } });
    const middle = await part('bytes=10-19');
    assertStatus(middle, 206);
    assert.equal(middle.headers.get('content-range'), `bytes 10-19/${size}`);
    assert.ok(middle.bytes.equals(whole.bytes.subarray(10, 20)));
    const tail = await part('bytes=-5');
    assertStatus(tail, 206);
    assert.ok(tail.bytes.equals(whole.bytes.subarray(-5)));
    const rest = await part(`bytes=${size - 3}-`);
    assert.ok(rest.bytes.equals(whole.bytes.subarray(-3)));
    assertStatus(await part('bytes=0-0', { 'if-range': '"another"' }), 200);
    assertStatus(await part('bytes=0-0', { 'if-range': etag }), 206);
    const outside = await part(`bytes=${size}-`);
    assertProblem(outside, 416, 'range_not_satisfiable');
    assert.equal(outside.headers.get('content-range'), `bytes */${size}`);
    for (const nonsense of ['bytes=5-2', 'bytes=a-b', 'items=0-1', 'bytes=', 'bytes=0-1,3-4']) assertStatus(await part(nonsense), 200, nonsense);
    const unchanged = await visitor.send('GET', target, { headers: { 'if-none-match': etag } });
    assertStatus(unchanged, 304);
    assert.equal(unchanged.bytes.length, 0);
    assert.equal(unchanged.headers.get('etag'), etag);
    assertStatus(await visitor.send('GET', target, { headers: { 'if-none-match': '"another"' } }), 200);
    const head = await visitor.send('HEAD', target);
    assertStatus(head, 200);
    assert.equal(head.headers.get('content-length'), String(size));
    assert.equal(head.bytes.length, 0);
  }
});

test('the waveform fits the sound', async () => {
  const overview = await visitor.get('/api/v1/tracks/{id}/waveform', { path: { id: song.id } });
  assertStatus(overview, 200);
  type Peaks = { version: number; bits: number; length: number; data: number[]; samples_per_pixel: number; sample_rate: number; channels: number };
  const peaks = overview.body as unknown as Peaks;
  assert.equal(peaks.version, 2);
  assert.equal(peaks.bits, 8);
  assert.ok(peaks.length <= 1000 && peaks.length > 400, String(peaks.length));
  assert.equal(peaks.data.length, peaks.length * 2);
  assert.ok(Math.abs(peaks.length * peaks.samples_per_pixel / peaks.sample_rate - 13.7) < 0.1);
  for (let i = 0; i < peaks.data.length; i += 2) assert.ok(peaks.data[i]! <= peaks.data[i + 1]! && peaks.data[i]! >= -128 && peaks.data[i + 1]! <= 127);
  let highest = 0;
  for (const sample of sound.samples) highest = Math.max(highest, sample);
  assert.ok(Math.abs(Math.max(...peaks.data) - highest / 256) <= 3, 'the highest peak');
  const detail = await visitor.get('/api/v1/tracks/{id}/waveform', { path: { id: song.id }, query: { resolution: 'detail' } });
  assertStatus(detail, 200);
  const fine = detail.body as unknown as Peaks;
  assert.ok(Math.abs(fine.length / 13.7 - 50) < 3, `${fine.length} pairs`);
});

test('in the waveform of an MP3 with a changing bit rate, a click stands where it is heard, also at its end', async () => {
  const rate = 44100, seconds = isFull ? 1200 : 40, at = [3.25, seconds / 2 + 0.5, seconds - 8.25];
  const samples = new Int16Array(rate * seconds);
  for (const second of at) for (let i = 0; i < 64; i++) samples[Math.round(second * rate) + i] = i % 2 ? 28000 : -28000;
  const [clicks, mp3] = ['clicks.wav', 'clicks.mp3'].map((name) => path.join(folder, name)) as [string, string];
  writeFileSync(clicks, wav({ samples, sampleRate: rate, channels: 1 }));
  await encodeWith(clicks, mp3, ['-c:a', 'libmp3lame', '-q:a', '4']);
  const track = await playable(carol, { file: readFileSync(mp3), filename: 'clicks.mp3' });
  const detail = await carol.get('/api/v1/tracks/{id}/waveform', { path: { id: track.id }, query: { resolution: 'detail' } });
  assertStatus(detail, 200);
  const { data, samples_per_pixel, sample_rate } = detail.body as unknown as { data: number[]; samples_per_pixel: number; sample_rate: number };
  const pair = samples_per_pixel / sample_rate;
  const joined = path.join(folder, 'clicks-heard.mp4');
  writeFileSync(joined, (await rendition(carol, track.id, 'low')).bytes);
  const heard = await decode(joined, ['-ac', '1', '-ar', String(rate)]);
  for (const second of at) {
    const loudestPair = Array.from({ length: 100 }, (_, i) => Math.round(second / pair) - 50 + i).reduce((best, i) => (data[2 * i + 1]! > data[2 * best + 1]! ? i : best));
    const drawn = (loudestPair + 0.5) * pair;
    let loudest = Math.round((second - 1) * rate);
    for (let i = loudest; i < (second + 1) * rate; i++) if (Math.abs(heard.readInt16LE(2 * i)) > Math.abs(heard.readInt16LE(2 * loudest))) loudest = i;
    assert.ok(Math.abs(drawn - loudest / rate) < 0.05, `drawn at ${drawn}, heard at ${loudest / rate}`);
  }
  assertStatus(await carol.delete('/api/v1/tracks/{id}', { path: { id: track.id } }), 204);
});

test('a cover comes back as WebP squares, never as the bytes that were sent', async () => {
  for (const size of ['300', '600', '1200'] as const) {
    const cover = await visitor.get('/api/v1/tracks/{id}/cover/{size}', { path: { id: song.id, size } });
    assertStatus(cover, 200);
    assert.equal(cover.headers.get('content-type'), 'image/webp');
    assert.equal(cover.bytes.subarray(0, 4).toString(), 'RIFF');
    const file = path.join(folder, `${size}.webp`);
    writeFileSync(file, cover.bytes);
    const raw = await decodePicture(file);
    assert.equal(raw.length, Number(size) ** 2 * 3);
  }
  assert.match(song.cover_url!, new RegExp(`^/api/v1/tracks/${song.id}/cover/600\\?v=[0-9a-f]{16}$`));
  assertProblem(await visitor.send('GET', `/api/v1/tracks/${song.id}/cover/601`), 404, 'not_found');
});

async function decodePicture(file: string): Promise<Buffer> {
  const { execFileSync } = await import('node:child_process');
  return execFileSync('ffmpeg', ['-v', 'error', '-i', file, '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'], { maxBuffer: 2 ** 26 });
}

test('the original is for its owner, and for everybody once it is downloadable', async () => {
  const own = await carol.get('/api/v1/tracks/{id}/download', { path: { id: song.id } });
  assertStatus(own, 200);
  assert.ok(own.bytes.equals(wav(sound)));
  assert.match(own.headers.get('content-disposition') ?? '', /^attachment; filename="My first song.wav"/);
  assert.equal(own.headers.get('x-content-type-options'), 'nosniff');
  assertProblem(await dave.get('/api/v1/tracks/{id}/download', { path: { id: song.id } }), 403, 'forbidden');
  assertProblem(await visitor.get('/api/v1/tracks/{id}/download', { path: { id: song.id } }), 403, 'forbidden');
  assertStatus(await carol.put('/api/v1/tracks/{id}', { path: { id: song.id }, body: { is_downloadable: true } }), 200);
  const everybody = await visitor.get('/api/v1/tracks/{id}/download', { path: { id: song.id } });
  assertStatus(everybody, 200);
  assert.ok(everybody.bytes.equals(own.bytes));
});

test('a file name can do no harm in a header', async () => {
  const track = await playable(carol, { filename: 'x"\r\nSet-Cookie: a=b;\u202egnp.wav', title: 'Names' });
  const reply = await carol.get('/api/v1/tracks/{id}/download', { path: { id: track.id } });
  assertStatus(reply, 200);
  assert.equal(reply.headers.get('set-cookie'), null);
  assert.doesNotMatch(reply.headers.get('content-disposition')!, /[\r\n]/);
});

/** Everything that a track has, on both servers. */
async function everythingOf(client: Client, id: string, streamHeaders: Record<string, string> = {}) {
  const api = ['', '/status', '/waveform', '/cover/600', '/download', '/hls/info', '/hls/status', '/hls/master.m3u8', '/hls/high/playlist.m3u8', '/hls/high/init.mp4', '/hls/high/segment_000.m4s'];
  const replies = await Promise.all(api.map(async (part) => [part, await client.send('GET', `/api/v1/tracks/${id}${part}`)] as const));
  const stream = ['master.m3u8', 'low/playlist.m3u8', 'low/init.mp4', 'low/segment_000.m4s'];
  const others = await Promise.all(stream.map(async (part) => [`stream ${part}`, await world.streamVisitor.send('GET', `/hls/${id}/${part}`, { headers: streamHeaders, as: client.credentials })] as const));
  return [...replies, ...others];
}

test('a private track does not exist for strangers, wherever they look', async () => {
  const secret = await playable(carol, { title: 'Secret garden', is_public: 'false', tags: 'hush', genre: 'Whisper', cover: png(700, 700) });
  for (const [part, reply] of await everythingOf(carol, secret.id)) assertStatus(reply, 200, `the owner: ${part}`);
  for (const client of [visitor, world.as('alice'), dave]) {
    for (const [part, reply] of await everythingOf(client, secret.id)) assertProblem(reply, 404, 'not_found', part);
    for (const query of [{ q: 'Secret' }, { tag: 'hush' }, { genre: 'Whisper' }, { username: 'carol', limit: 100 }, { creator_id: template.ids.carol, limit: 100 }, { status: 'completed', limit: 100 } as const]) {
      const list = await client.get('/api/v1/tracks', { query });
      assertStatus(list, 200);
      assert.ok(!list.body.items.some((track) => track.id === secret.id), JSON.stringify(query));
    }
    for (const [method, call] of [['PUT', () => client.put('/api/v1/tracks/{id}', { path: { id: secret.id }, body: { title: 'Mine now' } })], ['DELETE', () => client.delete('/api/v1/tracks/{id}', { path: { id: secret.id } })]] as const)
      assertProblem(await call(), client === visitor ? 401 : 404, undefined, method);
    assertProblem(await client.post('/api/v1/tracks/{id}/play', { path: { id: secret.id }, body: { session: randomUUID(), sequence: 0 } }), 404, 'not_found');
  }
  assert.equal((await carol.get('/api/v1/tracks/{id}', { path: { id: secret.id } })).body.title, 'Secret garden');
});

test('a public track becomes private at once, also where replies are kept in memory', async () => {
  const track = await playable(carol, { title: 'Now you see me', cover: png(640, 640) });
  await everythingOf(visitor, track.id);
  for (const [part, reply] of await everythingOf(visitor, track.id)) if (part !== '/download') assertStatus(reply, 200, part);
  assertStatus(await carol.put('/api/v1/tracks/{id}', { path: { id: track.id }, body: { is_public: false } }), 200);
  await until('the stream server to forget it', async () => (await world.streamVisitor.send('GET', `/hls/${track.id}/master.m3u8`)).status === 404, 2);
  for (const [part, reply] of await everythingOf(visitor, track.id)) assertProblem(reply, 404, 'not_found', part);
});

test('somebody else\'s track cannot be changed or deleted, even when it is public', async () => {
  for (const client of [dave, world.as('alice')]) {
    assertProblem(await client.put('/api/v1/tracks/{id}', { path: { id: song.id }, body: { title: 'Mine now' } }), 404, 'not_found');
    assertProblem(await client.delete('/api/v1/tracks/{id}', { path: { id: song.id } }), 404, 'not_found');
  }
  assert.equal((await visitor.get('/api/v1/tracks/{id}', { path: { id: song.id } })).body.title, 'First light');
});

test('an update changes what it names and leaves the rest', async () => {
  const track = await playable(carol, { title: 'Before', artist: 'Somebody', year: '1999' });
  const changed = await carol.put('/api/v1/tracks/{id}', { path: { id: track.id }, body: { title: 'After', tags: ['One', 'two', 'one'], bpm: 99, description: '<script>alert(1)</script>' } });
  assertStatus(changed, 200);
  assert.equal(changed.body.title, 'After');
  assert.deepEqual(changed.body.tags, ['One', 'two']);
  assert.equal(changed.body.bpm, 99);
  assert.equal(changed.body.artist, 'Somebody');
  assert.equal(changed.body.year, 1999);
  assert.equal(changed.body.description, '<script>alert(1)</script>');
  const cleared = await carol.put('/api/v1/tracks/{id}', { path: { id: track.id }, body: { artist: null, year: null, tags: [] } });
  assertStatus(cleared, 200);
  assert.equal(cleared.body.artist, null);
  assert.equal(cleared.body.year, null);
  assert.deepEqual(cleared.body.tags, []);
  for (const field of ['creator_id', 'status', 'play_count', 'id', 'file_path'])
    assertProblem(await carol.send('PUT', `/api/v1/tracks/${track.id}`, { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ [field]: template.ids.dave }) }), 422, 'validation', field);
  assertProblem(await carol.put('/api/v1/tracks/{id}', { path: { id: track.id }, body: { title: '   ' } }), 422, 'validation');
});

test('one search finds words of title, artist, album, genre, tags and creator together', async () => {
  await world.sql(`insert into tracks (creator_id, title, artist, genre, tags, status) values ('${template.ids.carol}', 'Nächtliche Fähre', 'Nordlys', 'Techno', '{slow boat}', 'completed')`);
  const found = async (q: string) => (await visitor.get('/api/v1/tracks', { query: { q } })).body.items.map((one) => one.title);
  for (const q of ['fahre nordlys', 'Techno fähre', 'nordlys techno boat', 'carol fähre', 'NACHTLICHE slow']) assert.deepEqual(await found(q), ['Nächtliche Fähre'], q);
  assert.deepEqual(await found('fähre dave'), []);
  for (const query of [{ q: 'fahre' }, { q: 'fahre', genre: 'techno' }]) {
    const reply = await visitor.get('/api/v1/tracks/search', { query });
    assertStatus(reply, 200);
    assert.deepEqual(reply.body.items.map((one) => one.title), ['Nächtliche Fähre']);
  }
  assertProblem(await visitor.get('/api/v1/tracks/search', { query: {} as never }), 422, 'validation');
  assertProblem(await visitor.get('/api/v1/tracks/search', { query: { q: 'fahre', mine: true } }), 401);
  await world.sql(`delete from tracks where title = 'Nächtliche Fähre'`);
});

test('lists filter, search, sort and page', async () => {
  for (let i = 0; i < 5; i++) assertStatus(await upload(dave, { title: `Listed ${'edcba'[i]} 100%_`, genre: 'Drone', tags: i % 2 ? 'odd' : 'even' }), 201);
  const mine = await until('all to be finished', async () => {
    const list = await dave.get('/api/v1/tracks', { query: { mine: true, status: 'completed' } });
    return list.body.items.length === 5 && list.body;
  }, 60, 200);
  assert.equal(mine.items.length, 5);
  const titles = async (query: NonNullable<Parameters<typeof visitor.get<'/api/v1/tracks'>>[1]>['query']) => {
    const list = await visitor.get('/api/v1/tracks', { query: { genre: 'Drone', ...query } });
    assertStatus(list, 200);
    return list.body.items.map((track) => track.title[7]).join('');
  };
  assert.equal(await titles({ sort: 'title' }), 'abcde');
  assert.equal(await titles({ sort: 'oldest' }), 'edcba');
  assert.equal(await titles({ sort: 'newest' }), 'abcde');
  assert.equal(await titles({ tag: 'ODD', sort: 'title' }), 'bd');
  assert.equal(await titles({ q: 'listed c' }), 'c');
  assert.equal(await titles({ q: '100%_', sort: 'title' }), 'abcde');
  assert.equal(await titles({ q: '%' , sort: 'title' }), 'abcde');
  assert.equal(await titles({ q: '__________' }), '', 'a wildcard is no wildcard here');
  assert.equal(await titles({ q: "' or 1=1 --" }), '');
  assert.equal(await titles({ username: 'DAVE', sort: 'title', limit: 2, page: 2 }), 'cd');
  const page = await visitor.get('/api/v1/tracks', { query: { genre: 'Drone', limit: 2, page: 3 } });
  assert.deepEqual({ page: page.body.page, limit: page.body.limit, total: page.body.total, count: page.body.items.length }, { page: 3, limit: 2, total: 5, count: 1 });
  const beyond = await visitor.get('/api/v1/tracks', { query: { genre: 'Drone', page: 99 } });
  assert.deepEqual({ total: beyond.body.total, items: beyond.body.items }, { total: 5, items: [] });
  assertProblem(await visitor.get('/api/v1/tracks', { query: { mine: true } }), 401, 'unauthenticated');
});

test('replies to visitors come from memory for a moment, and a change makes them new', async () => {
  const target = `/api/v1/tracks/${song.id}`;
  const fresh = () => visitor.send<{ artist: string }>('GET', target);
  await until('a kept reply', async () => (await fresh()).headers.get('x-cache') === 'HIT');
  assert.equal((await carol.send('GET', target)).headers.get('x-cache'), null, 'not for people');
  assertStatus(await carol.put('/api/v1/tracks/{id}', { path: { id: song.id }, body: { artist: 'Carol B.' } }), 200);
  const next = await fresh();
  assert.equal(next.headers.get('x-cache'), 'MISS');
  assert.equal(next.body.artist, 'Carol B.');
});

test('the owner, and nobody else, is told of the progress over the WebSocket', async () => {
  const listen = async (client: Client) => {
    const ticket = await client.post('/api/v1/ws/ticket');
    assertStatus(ticket, 201);
    const messages: Record<string, unknown>[] = [];
    const socket = new WebSocket(`${world.server.api.replace('http', 'ws')}/api/v1/ws?token=${ticket.body.ticket}`);
    socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as Record<string, unknown>));
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return { messages, socket };
  };
  const own = await listen(carol), other = await listen(dave);
  const track = await playable(carol, { file: wav(makeSound(8)), title: 'Watched' });
  const about = (list: Record<string, unknown>[]) => list.filter((message) => message['track_id'] === track.id);
  await until('the last message', () => about(own.messages).some((message) => message['status'] === 'completed'));
  const seen = about(own.messages);
  assert.ok(seen.length >= 2);
  for (const message of seen) assert.equal(message['type'], 'track.progress');
  const progress = seen.map((message) => Number(message['progress']));
  assert.deepEqual(progress, [...progress].sort((a, b) => a - b), 'it only grows');
  assert.deepEqual(about(other.messages), []);
  for (const { socket } of [own, other]) socket.terminate();
});

const notAudio: [string, Uint8Array, string][] = [
  ['nothing', new Uint8Array(0), 'empty_file'],
  ['a text', Buffer.from('This is not music.\n'.repeat(100)), 'not_audio'],
  ['a page', Buffer.from('<!doctype html><script>alert(1)</script>'), 'not_audio'],
  ['a playlist', Buffer.from('#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n'), 'not_audio'],
  ['a concat script', Buffer.from("ffconcat version 1.0\nfile '/etc/passwd'\n"), 'not_audio'],
  ['a picture', png(64, 64), 'not_audio'],
  ['a header without sound', wav(makeSound(1)).subarray(0, 44), ''],
  ['random bytes', Buffer.from(Array.from({ length: 20_000 }, (_, i) => (i * 7919 + (i >> 3) * 104729) & 255)), ''],
  ['a zip', Buffer.concat([Buffer.from('504b0304', 'hex'), Buffer.alloc(2000)]), 'not_audio'],
];
for (const [what, file, code] of notAudio) {
  test(`${what} named song.wav is refused with a sentence, and nothing stays behind`, async () => {
    const before = filesIn(path.join(world.server.dataDir, 'files')).length;
    const reply = await upload(carol, { file });
    const problem = assertProblem(reply, 422, 'validation');
    assert.equal(problem.errors?.[0]?.field, 'file');
    if (code) assert.equal(problem.errors[0].code, code);
    assert.match(problem.errors[0]!.message, /^[A-Z].{15,}\.$/);
    assert.equal(filesIn(path.join(world.server.dataDir, 'files')).length, before);
  });
}

onDisk('the owner replaces and removes a cover; its address changes, and of several at once the files of one stay', async () => {
  const track = await playable(carol, { title: 'Dressed anew', cover: png(640, 640) });
  const at = { path: { id: track.id } }, folder = `${world.server.dataDir}/files/covers/${track.id}`;
  const form = (bytes: Buffer) => {
    const data = new FormData();
    data.set('cover', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), 'cover.png');
    return data as never;
  };
  const replies = await Promise.all([400, 410, 420, 430].map((side) => carol.put('/api/v1/tracks/{id}/cover', { ...at, body: form(png(side, side)) })));
  for (const reply of replies) assertStatus(reply, 200);
  const now = (await carol.get('/api/v1/tracks/{id}', at)).body;
  assert.notEqual(now.cover_url, track.cover_url);
  assert.deepEqual(readdirSync(folder), [now.cover_url!.split('?v=')[1]], 'no file is left of the others');
  const picture = await visitor.send('GET', now.cover_url!);
  assertStatus(picture, 200);
  assert.equal(picture.bytes.subarray(8, 12).toString(), 'WEBP');
  assert.equal(assertProblem(await carol.put('/api/v1/tracks/{id}/cover', { ...at, body: form(Buffer.from('<svg/>')) }), 422, 'validation').errors?.[0]?.field, 'cover');
  assert.equal((await carol.get('/api/v1/tracks/{id}', at)).body.cover_url, now.cover_url, 'a refused one changes nothing');
  for (const other of [dave, world.as('mia')]) assertProblem(await other.put('/api/v1/tracks/{id}/cover', { ...at, body: form(png(400, 400)) }), 404);
  assertStatus(await carol.delete('/api/v1/tracks/{id}/cover', at), 204);
  assert.equal((await carol.get('/api/v1/tracks/{id}', at)).body.cover_url, null);
  assertProblem(await visitor.send('GET', now.cover_url!), 404);
  assert.deepEqual(readdirSync(folder), []);
});

onDisk('a cover that cannot be kept is refused, and nothing points at it', async () => {
  const track = await playable(carol, { title: 'No room for a cover' });
  writeFileSync(`${world.server.dataDir}/files/covers/${track.id}`, 'a file where the folder should be');
  const form = new FormData();
  form.set('cover', new Blob([new Uint8Array(png(400, 400))], { type: 'image/png' }), 'cover.png');
  assertProblem(await carol.put('/api/v1/tracks/{id}/cover', { path: { id: track.id }, body: form as never }), 507, 'storage_full');
  assert.equal((await carol.get('/api/v1/tracks/{id}', { path: { id: track.id } })).body.cover_url, null);
});

test('a cover that is no picture is refused, and the track with it', async () => {
  const reply = await upload(carol, { cover: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>') });
  assert.equal(assertProblem(reply, 422, 'validation').errors?.[0]?.field, 'cover');
});

onDisk('a deleted track is gone for everybody, and so are its files', async () => {
  const track = await playable(carol, { title: 'Short life', cover: png(640, 640) });
  const files = () => filesIn(path.join(world.server.dataDir, 'files')).filter((name) => name.includes(track.id));
  assert.ok(files().length > 10, files().join(' '));
  await everythingOf(visitor, track.id);
  assertStatus(await carol.delete('/api/v1/tracks/{id}', { path: { id: track.id } }), 204);
  await until('the stream server to forget it', async () => (await world.streamVisitor.send('GET', `/hls/${track.id}/master.m3u8`)).status === 404, 2);
  for (const client of [carol, visitor]) for (const [part, reply] of await everythingOf(client, track.id)) assertProblem(reply, 404, 'not_found', part);
  await until('the files to go', () => files().length === 0, 10);
  assertProblem(await carol.delete('/api/v1/tracks/{id}', { path: { id: track.id } }), 404, 'not_found');
});

test('profiles show the number of tracks and nothing that is private', async () => {
  const byName = await visitor.get('/api/v1/users/by-username/{username}', { path: { username: 'CAROL' } });
  assertStatus(byName, 200);
  const byId = await visitor.get('/api/v1/users/{id}', { path: { id: template.ids.carol } });
  assert.deepEqual(byId.body, byName.body);
  assert.ok(!('email' in byId.body));
  const listed = await visitor.get('/api/v1/tracks', { query: { username: 'carol', limit: 1, total: true } });
  assert.equal(byId.body.track_count, listed.body.total);
  assertProblem(await visitor.get('/api/v1/users/by-username/{username}', { path: { username: 'nobody' } }), 404, 'not_found');
});
