/** Downloads in the formats that a creator offers, and links that open one track. */
import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { isFull, onDisk } from '../support/level.ts';
import { decode, makeSound, pcm, png, wav } from '../support/media.ts';
import { playable, rendition } from '../support/tracks.ts';
import { until } from '../support/wait.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('downloads');
const ids = template.ids;
const alice = world.as('alice'), carol = world.as('carol'), dave = world.as('dave'), visitor = world.visitor;
const folder = mkdtempSync(path.join(tmpdir(), 'veza-downloads-'));
after(() => rmSync(folder, { recursive: true }));

const sound = makeSound(14, { seed: 9 }), file = wav(sound);
const track = await playable(carol, { file, title: 'Été: A/B "mix"', artist: 'Carol', album: 'Evenings', cover: png(400, 400), is_public: 'false', filename: 'Été.wav' });
const at = { path: { id: track.id } };
const offers = async (client: Client, query = {}) => {
  const reply = await client.get('/api/v1/tracks/{id}/downloads', { ...at, query });
  assertStatus(reply, 200);
  return reply.body.items;
};
const change = async (body: object) => assertStatus(await carol.put('/api/v1/tracks/{id}', { ...at, body }), 200);
const share = async (body: { permissions?: 'read' | 'download'; expires_at?: string } = {}) => {
  const reply = await carol.post('/api/v1/tracks/{id}/share', { ...at, body });
  assertStatus(reply, 201);
  return reply.body;
};
/** The picture in a file's tags as other programs find it, and how far it is from the cover that is served: the mean of differences of 0 to 255. */
const embedded = async (bytes: Buffer, format: 'flac' | 'lossy', cover?: string) => {
  const saved = path.join(folder, `cover.${format === 'flac' ? 'flac' : 'm4a'}`), served = path.join(folder, 'cover.webp');
  writeFileSync(saved, bytes);
  const pictures = JSON.parse(execFileSync('ffprobe', ['-v', 'error', '-select_streams', 'v', '-show_entries', 'stream=codec_name,width,height:stream_disposition=attached_pic:stream_tags=comment', '-of', 'json', saved], { encoding: 'utf8' })).streams;
  if (!cover) return { pictures, distance: NaN };
  writeFileSync(served, (await carol.send('GET', cover)).bytes);
  const [a, b] = [['-i', saved, '-map', '0:v'], ['-i', served]].map((input) => execFileSync('ffmpeg', ['-v', 'error', ...input, '-vf', 'scale=16:16', '-pix_fmt', 'rgb24', '-f', 'rawvideo', '-']));
  return { pictures, distance: a!.reduce((sum, value, n) => sum + Math.abs(value - b![n]!), 0) / a!.length };
};
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

test('nothing is offered at first, and then what the creator chooses', async () => {
  assert.deepEqual((await offers(carol)).map((one) => [one.format, one.state, one.size_bytes]), [['original', 'ready', file.length], ['flac', 'missing', null], ['lossy', 'missing', null]]);
  assertProblem(await visitor.get('/api/v1/tracks/{id}/downloads', at), 404);
  await change({ visibility: 'public' });
  assert.deepEqual(await offers(visitor), []);
  assertProblem(await visitor.get('/api/v1/tracks/{id}/download', at), 403, 'forbidden');
  await change({ is_downloadable: true, download_formats: ['flac', 'lossy'] });
  assert.deepEqual((await offers(visitor)).map((one) => one.format), ['flac', 'lossy']);
  assertProblem(await visitor.get('/api/v1/tracks/{id}/download', at), 403, 'forbidden', 'the original is not among them');
  assertProblem(await visitor.post('/api/v1/tracks/{id}/downloads/{format}', { path: { id: track.id, format: 'original' as never } }), 404);
  await change({ is_downloadable: false });
  assertProblem(await visitor.post('/api/v1/tracks/{id}/downloads/{format}', { path: { id: track.id, format: 'flac' } }), 403, 'forbidden');
  await change({ is_downloadable: true });
  await world.sql(`update tracks set stream_status = 'pending' where id = '${track.id}'`);
  assertProblem(await visitor.post('/api/v1/tracks/{id}/downloads/{format}', { path: { id: track.id, format: 'flac' } }), 409, 'stream_not_ready');
  await world.sql(`update tracks set stream_status = 'ready' where id = '${track.id}'`);
});

for (const format of ['flac', 'lossy'] as const) {
  test(`${format} is made once, and is the sound under the track's name`, async () => {
    const query = { format }, where = { path: { id: track.id, format } };
    assertProblem(await dave.get('/api/v1/tracks/{id}/download', { ...at, query }), 409, 'stream_not_ready');
    const asked = await Promise.all(Array.from({ length: 10 }, () => dave.post('/api/v1/tracks/{id}/downloads/{format}', where)));
    for (const reply of asked) assertStatus(reply, 202);
    await until('the file', async () => (await offers(dave)).find((one) => one.format === format)?.state === 'ready');
    assert.equal(await world.sql(`select count(*) || ' ' || max(attempts) from jobs where dedupe_key = 'track_download:${track.id}:${format}'`), '1 1');
    const again = await dave.post('/api/v1/tracks/{id}/downloads/{format}', where);
    assert.equal(again.body.is_ready, true);

    const whole = await visitor.get('/api/v1/tracks/{id}/download', { ...at, query });
    assertStatus(whole, 200);
    const name = `Carol - Été_ A_B _mix_.${format === 'flac' ? 'flac' : 'm4a'}`;
    assert.ok(whole.headers.get('content-disposition')!.endsWith(`filename*=UTF-8''${encodeURIComponent(name)}`), whole.headers.get('content-disposition')!);
    assert.equal(whole.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(whole.headers.get('content-type'), format === 'flac' ? 'audio/flac' : 'audio/mp4');
    assert.equal(whole.bytes.length, (await offers(visitor)).find((one) => one.format === format)!.size_bytes);
    const part = await visitor.get('/api/v1/tracks/{id}/download', { ...at, query, headers: { range: 'bytes=1000-1999' } });
    assertStatus(part, 206);
    assert.deepEqual(part.bytes, whole.bytes.subarray(1000, 2000));

    const saved = path.join(folder, `x.${format === 'flac' ? 'flac' : 'm4a'}`);
    writeFileSync(saved, whole.bytes);
    const { pictures: [picture, ...more], distance } = await embedded(whole.bytes, format, track.cover_url!);
    assert.deepEqual([picture.codec_name, picture.width, picture.height, picture.disposition.attached_pic, more.length], ['mjpeg', 400, 400, 1, 0]);
    assert.ok(distance < 6, `the cover of the track: ${distance}`);
    const heard = await decode(saved, ['-ac', String(sound.channels), '-ar', String(sound.sampleRate)]);
    if (format === 'flac') {
      assert.equal(sha256(heard), sha256(pcm(sound)), 'bit for bit');
      assert.ok(whole.bytes.subarray(0, 4).equals(Buffer.from('fLaC')));
      assert.equal(picture.tags.comment, 'Cover (front)');
      if (existsSync('/usr/bin/metaflac')) {
        const listed = execFileSync('metaflac', ['--list', '--block-type=PICTURE,VORBIS_COMMENT', saved], { encoding: 'utf8' });
        for (const line of ['type: 3 (Cover (front))', 'MIME type: image/jpeg', 'is last: true']) assert.ok(listed.includes(line), line);
        const taken = path.join(folder, 'taken.jpg');
        execFileSync('metaflac', [`--export-picture-to=${taken}`, saved]);
        assert.deepEqual([...readFileSync(taken).subarray(0, 3)], [0xff, 0xd8, 0xff]);
      }
      for (const text of ['TITLE=Été: A/B "mix"', 'ARTIST=Carol', 'ALBUM=Evenings']) assert.ok(whole.bytes.includes(Buffer.from(text)), text);
    } else {
      const said = execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'format_tags=title,artist,album', '-of', 'json', saved], { encoding: 'utf8' });
      assert.deepEqual(JSON.parse(said).format.tags, { title: 'Été: A/B "mix"', artist: 'Carol', album: 'Evenings' });
      const same = path.join(folder, 'same.mp4');
      writeFileSync(same, (await rendition(dave, track.id, 'high')).bytes);
      assert.equal(sha256(heard), sha256(await decode(same, ['-ac', String(sound.channels), '-ar', String(sound.sampleRate)])));
    }
  });
}

test('when the track is processed once more, a download is made once more, and the old file goes', async () => {
  assertStatus(await carol.post('/api/v1/tracks/{id}/reprocess', at), 202);
  await until('the new version', async () => (await offers(carol)).every((one) => one.format === 'original' || one.state !== 'ready'), 60);
  assertStatus(await dave.post('/api/v1/tracks/{id}/downloads/{format}', { path: { id: track.id, format: 'flac' } }), 202);
  await until('the file', async () => (await offers(dave)).find((one) => one.format === 'flac')?.state === 'ready');
  assertStatus(await visitor.get('/api/v1/tracks/{id}/download', { ...at, query: { format: 'flac' } }), 200);
});

test('a track that is called otherwise is made once more with what it is called now, on its own and in archives', async () => {
  const { id } = await playable(carol, { title: 'Before', artist: 'Carol', visibility: 'public', is_downloadable: 'true' }), of = { path: { id } };
  assertStatus(await carol.put('/api/v1/tracks/{id}', { ...of, body: { download_formats: ['flac', 'lossy'] } }), 200);
  const release = (await carol.post('/api/v1/releases', { body: { title: 'Named', visibility: 'public', track_ids: [id], is_downloadable: true, download_formats: ['flac'] } })).body.id;
  const state = async () => (await visitor.get('/api/v1/tracks/{id}/downloads', of)).body.items.map((item) => `${item.format} ${item.state}`);
  const made = async () => {
    for (const format of ['flac', 'lossy'] as const) assertStatus(await dave.post('/api/v1/tracks/{id}/downloads/{format}', { path: { id, format } }), 202);
    await until('the files', async () => (await state()).every((one) => one.endsWith('ready')));
    return Promise.all((['flac', 'lossy'] as const).map((format) => visitor.get('/api/v1/tracks/{id}/download', { ...of, query: { format } })));
  };
  const before = await made();
  for (const body of [{ title: 'After' }, { artist: 'Carol and Dave' }, { album: 'Mornings' }]) {
    assertStatus(await carol.put('/api/v1/tracks/{id}', { ...of, body }), 200);
    assert.deepEqual(await state(), ['flac missing', 'lossy missing'], JSON.stringify(body));
    assertProblem(await visitor.get('/api/v1/tracks/{id}/download', { ...of, query: { format: 'flac' } }), 409, 'stream_not_ready');
    assertProblem(await archived(visitor, release, 'flac'), 409, 'stream_not_ready');
    for (const [n, file] of (await made()).entries()) {
      assert.ok(file.bytes.includes(Buffer.from(Object.values(body)[0]!)), JSON.stringify(body));
      assert.notEqual(file.headers.get('etag'), before[n]!.headers.get('etag'), 'a download that was under way is not mixed of both');
    }
  }
  assert.equal(unpacked((await archived(visitor, release, 'flac')).bytes).size, 2);
  assertStatus(await carol.put('/api/v1/tracks/{id}', { ...of, body: { description: 'Said elsewhere' } }), 200);
  assert.deepEqual(await state(), ['flac ready', 'lossy ready']);
});

onDisk('a cover that changes is in the next file; a track without one takes that of the release it follows; a lost one is left out', async () => {
  const { id } = await playable(carol, { title: 'Covered', is_public: 'false' }), of = { path: { id } };
  assertStatus(await carol.put('/api/v1/tracks/{id}', { ...of, body: { is_downloadable: true, download_formats: ['flac', 'lossy'] } }), 200);
  const release = (await carol.post('/api/v1/releases', { body: { title: 'Cover', visibility: 'public', track_ids: [id], access: 'release' } })).body.id;
  const state = async () => (await carol.get('/api/v1/tracks/{id}/downloads', of)).body.items.filter((item) => item.format !== 'original').map((item) => item.state).join();
  const made = async (cover?: string) => {
    assert.equal(await state(), 'missing,missing');
    for (const format of ['flac', 'lossy'] as const) assertStatus(await carol.post('/api/v1/tracks/{id}/downloads/{format}', { path: { id, format } }), 202);
    await until('the files', async () => await state() === 'ready,ready');
    const found = [];
    for (const format of ['flac', 'lossy'] as const) {
      const { bytes } = await carol.get('/api/v1/tracks/{id}/download', { ...of, query: { format } });
      const { pictures, distance } = await embedded(bytes, format, cover);
      if (cover) assert.ok(distance < 6, `${format}: ${distance}`);
      assert.ok(bytes.length < 2_000_000, 'the picture is bounded');
      found.push(pictures.map((picture: { width: number }) => picture.width).join());
    }
    return found;
  };
  const put = async (side: number, to: 'tracks' | 'releases', id: string) => {
    const form = new FormData();
    form.set('cover', new Blob([new Uint8Array(png(side, side))], { type: 'image/png' }), 'cover.png');
    const reply = await carol.send('PUT', `/api/v1/${to}/${id}/cover`, { body: form as never });
    assertStatus(reply, 200);
    return (reply.body as { cover_url: string }).cover_url;
  };
  assert.deepEqual(await made(), ['', '']);
  assert.deepEqual(await made(await put(500, 'releases', release)), ['500', '500']);
  assert.deepEqual(await made(await put(1700, 'tracks', id)), ['1000', '1000']);
  const lost = await put(300, 'tracks', id);
  for (const file of execFileSync('find', [world.server.dataDir, '-path', `*/covers/${id}/*`, '-name', '*.webp'], { encoding: 'utf8' }).split('\n').filter(Boolean)) rmSync(file);
  assert.equal((await carol.send('GET', lost)).status, 404);
  assert.deepEqual(await made(), ['', '']);
});

test('a link opens its track and nothing else, on both servers and in any player, until it is revoked or over', async () => {
  await change({ visibility: 'private', is_downloadable: false });
  const other = await playable(carol, { title: 'Not shared', is_public: 'false' });
  const link = await share();
  assert.equal(await world.sql(`select count(*) from track_shares where track_shares::text like '%${link.token}%'`), '0', 'only its hash is kept');
  const open = (token = link.token) => visitor.get('/api/v1/tracks/shared/{token}', { path: { token } });
  const shared = (await open()).body;
  assert.deepEqual([shared.title, shared.permissions, shared.creator.username], [track.title, 'read', 'carol']);

  /** As a player does that knows nothing of tokens: every address of every playlist. */
  const walk = async (base: string, from: string, as?: string): Promise<number[]> => {
    const master = await fetch(new URL(from, base));
    if (master.status !== 200) return [master.status];
    assert.equal(master.headers.get('cache-control'), 'private, no-store', `${as}: it has the token in its addresses`);
    const list = [...(await master.text()).matchAll(/^(?!#)(\S+)$/gm)].map((match) => match[1]!);
    const statuses = [];
    for (const address of list) {
      const at_ = new URL(address, master.url), playlist = await fetch(at_);
      const text = await playlist.text();
      assert.equal(playlist.headers.get('cache-control'), 'private, no-store');
      statuses.push(playlist.status);
      for (const [, segment] of text.matchAll(/(?:^(?!#)|URI=")([^"\s]+)/gm)) {
        const reply = await fetch(new URL(segment!, at_));
        assert.ok((await reply.arrayBuffer()).byteLength > 100);
        assert.equal(reply.headers.get('cache-control'), 'private, no-cache');
        statuses.push(reply.status);
      }
    }
    return statuses;
  };
  const onStream = shared.stream_manifest_url!.replace(/^\/api\/v1\/tracks\/([^/]+)\/hls\//, '/hls/$1/');
  for (const [base, from] of [[world.server.api, shared.stream_manifest_url!], [world.server.stream, onStream]] as const) {
    const statuses = await walk(base, from);
    assert.ok(statuses.length > 10 && statuses.every((status) => status === 200), `${base}: ${statuses}`);
  }
  for (const address of [shared.cover_url!, shared.waveform_url!, `/api/v1/tracks/${track.id}/hls/info?share=${link.token}`])
    assert.equal((await fetch(world.server.api + address)).status, 200, address);

  assertProblem(await visitor.get('/api/v1/tracks/{id}', at), 404);
  for (const address of [`/api/v1/tracks/${other.id}/hls/info?share=${link.token}`, `/api/v1/tracks/${other.id}/hls/master.m3u8?share=${link.token}`, `/api/v1/tracks/${track.id}/hls/info`,
    `/api/v1/tracks/${track.id}/hls/info?share=${'A'.repeat(43)}`, `/api/v1/tracks/${other.id}/waveform?share=${link.token}`])
    assert.equal((await fetch(world.server.api + address)).status, 404, address);
  assertProblem(await visitor.get('/api/v1/tracks/{id}/download', { ...at, query: { share: link.token } }), 403, 'forbidden');

  assertProblem(await dave.delete('/api/v1/tracks/share/{id}', { path: { id: link.id } }), 404);
  assertStatus(await carol.delete('/api/v1/tracks/share/{id}', { path: { id: link.id } }), 204);
  assertProblem(await open(), 404);
  for (const [base, from] of [[world.server.api, shared.stream_manifest_url!], [world.server.stream, onStream]] as const) assert.deepEqual(await walk(base, from), [404]);
  const segment = onStream.replace('master.m3u8', 'low/segment_000.m4s');
  assert.equal((await fetch(world.server.stream + segment)).status, 404, 'also what was just heard');

  const over = await share();
  assertStatus(await open(over.token), 200);
  await world.sql(`update track_shares set expires_at = now() - interval '1 s' where id = '${over.id}'`);
  assertProblem(await open(over.token), 404);
});

test('a link opens nothing to whom the creator has blocked, while they are signed in, on both servers', async () => {
  await change({ visibility: 'private', is_downloadable: false, download_formats: ['original', 'flac'] });
  const { token } = await share({ permissions: 'download' }), query = { share: token };
  const shared = (await visitor.get('/api/v1/tracks/shared/{token}', { path: { token } })).body;
  const addresses = [shared.stream_manifest_url!, shared.waveform_url!, shared.cover_url!, `/api/v1/tracks/${track.id}/hls/info?share=${token}`, `/api/v1/tracks/${track.id}/download?share=${token}`];
  const statuses = async (client: Client) => Promise.all([client.get('/api/v1/tracks/shared/{token}', { path: { token } }), client.get('/api/v1/tracks/{id}/downloads', { ...at, query }),
    client.post('/api/v1/tracks/{id}/downloads/{format}', { path: { id: track.id, format: 'flac' }, query }), ...addresses.map((address) => client.send('GET', address))].map(async (reply) => (await reply).status));
  assert.ok((await statuses(dave)).every((status) => status < 300));
  assertStatus(await carol.post('/api/v1/users/{id}/block', { path: { id: ids.dave } }), 204);
  assert.deepEqual([...new Set(await statuses(dave))], [404]);
  assert.ok((await statuses(visitor)).every((status) => status < 300));
  assertStatus(await carol.delete('/api/v1/users/{id}/block', { path: { id: ids.dave } }), 204);
});

test('a link for downloads gives the formats of the track', async () => {
  await change({ visibility: 'private', is_downloadable: false, download_formats: ['original', 'flac'] });
  const link = await share({ permissions: 'download' }), query = { share: link.token };
  assert.deepEqual((await offers(visitor, query)).map((one) => one.format), ['original', 'flac']);
  assert.deepEqual((await visitor.get('/api/v1/tracks/{id}/download', { ...at, query })).bytes, file);
  assertStatus(await visitor.post('/api/v1/tracks/{id}/downloads/{format}', { path: { id: track.id, format: 'flac' }, query }), 202);
  assertProblem(await visitor.get('/api/v1/tracks/{id}/download', { ...at, query: { ...query, format: 'lossy' } }), 403);
});

test('links are listed for the owner, with how often and when they were opened, and nobody else', async () => {
  const link = await share({ permissions: 'download', expires_at: new Date(Date.now() + 3_600_000).toISOString() });
  for (let i = 0; i < 3; i++) assertStatus(await visitor.get('/api/v1/tracks/shared/{token}', { path: { token: link.token } }), 200);
  const reply = await carol.get('/api/v1/tracks/{id}/shares', at);
  assertStatus(reply, 200);
  const [newest] = reply.body.items;
  assert.deepEqual([newest!.id, newest!.permissions, newest!.access_count], [link.id, 'download', 3]);
  assert.ok(Math.abs(Date.now() - Date.parse(newest!.last_used_at!)) < 60_000);
  assert.ok(!reply.bytes.includes(link.token));
  for (const client of [alice, dave, world.as('root')]) {
    assertProblem(await client.get('/api/v1/tracks/{id}/shares', at), 404);
    assertProblem(await client.post('/api/v1/tracks/{id}/share', { ...at, body: {} }), 404);
  }
  assertProblem(await carol.post('/api/v1/tracks/{id}/share', { ...at, body: { expires_at: '2020-01-01T00:00:00Z' } }), 422);
  await world.sql(`insert into track_shares (track_id, user_id, token_hash) select '${track.id}', creator_id, 'h' || n from tracks, generate_series(1, 50) n where id = '${track.id}'`);
  assertProblem(await carol.post('/api/v1/tracks/{id}/share', { ...at, body: {} }), 409, 'conflict');
  assert.ok(!world.server.log().includes(link.token), 'no token reaches the log');
});

test('a download ends as its format does, and its name has no character that hides or turns what is shown', async () => {
  const named = async (filename: string) => {
    const { id } = await playable(carol, { filename, is_public: 'false' });
    return (await carol.get('/api/v1/tracks/{id}/download', { path: { id } })).headers.get('content-disposition');
  };
  assert.equal(await named('page.hta'), 'attachment; filename="page.hta.wav"');
  assert.equal(await named('Take 2.WAVE'), 'attachment; filename="Take 2.WAVE"');
  assert.equal(await named('a\u202egpj\u200b\u0085.bat'), 'attachment; filename="agpj.bat.wav"');
  assert.equal(await named('\u2066.html'), 'attachment; filename=".html.wav"');
  assert.equal(await named('noend.'), 'attachment; filename="noend..wav"');
});

test('no token of a link reaches the log, whatever is asked of whichever server', async () => {
  await world.sql(`delete from track_shares where track_id = '${track.id}'`);
  const { token } = await share(), since = world.server.log().length;
  const queue = (await carol.post('/api/v1/queue/session', { body: {} })).body.token;
  const playlist = (await carol.post('/api/v1/playlists', { body: { name: 'Shared' } })).body.id;
  const list = (await carol.post('/api/v1/playlists/{id}/share', { path: { id: playlist }, body: {} })).body.token;
  const slug = (await carol.post('/api/v1/releases', { body: { title: 'EP', visibility: 'unlisted' } })).body.slug;
  assert.match(slug, /^ep-[0-9a-f]{16}$/);
  for (const base of [world.server.api, world.server.stream])
    for (const address of [`/release/${slug}`, `/api/v1/releases/by-slug/${slug}`, `/Release/${slug.toUpperCase()}/`, `/api/v1/releases/by-slug/${slug}?x=1`]) await fetch(base + address);
  for (const base of [world.server.api, world.server.stream])
    for (const secret of [token, queue, list])
      for (const [method, address] of [['POST', `/api/v1/tracks/shared/${secret}`], ['GET', `/API/v1/Tracks/Shared/${secret}`], ['GET', `/api/v1/tracks/shared/${secret}/`], ['GET', `/P/${secret}`],
        ['GET', `/p/${secret}`], ['DELETE', `/api/v1/queue/session/${secret}/items`], ['GET', `/api/v1/tracks/${secret}`], ['GET', `/track/shared/%41${secret}.`], ['OPTIONS', `/x/${secret}`],
        ['GET', `/api/v1/playlists/shared/${secret.slice(0, 28)}`], ['GET', `/api/v1/releases/by-slug/${secret}`]] as const)
        await fetch(base + address, { method });
  await visitor.get('/api/v1/tracks/{id}', at);
  await world.server.logged(new RegExp(`/x/:hidden(.|\n)*/api/v1/tracks/${track.id}`), since);
  for (const secret of [token, queue, list]) assert.ok(!world.server.log().includes(secret.slice(0, 24)));
  assert.ok(!world.server.log().toLowerCase().includes(slug.slice(-16)));
});

const archives = async (client: Client, id: string) => {
  const reply = await client.get('/api/v1/releases/{id}/archives', { path: { id } });
  assertStatus(reply, 200);
  return reply.body.items;
};
const archived = (client: Client, id: string, format: 'original' | 'flac' | 'lossy', headers = {}) => client.get('/api/v1/releases/{id}/archives/{format}', { path: { id, format }, headers });
const makeArchive = async (client: Client, id: string, format: 'original' | 'flac' | 'lossy') => {
  assertStatus(await client.post('/api/v1/releases/{id}/archives/{format}', { path: { id, format } }), 202);
  await until('its files', async () => (await archives(client, id)).find((one) => one.format === format)?.state === 'ready', 60);
};
const UNPACKERS = {
  unzip: (zip: string, to: string) => ['-q', zip, '-d', to],
  '7z': (zip: string, to: string) => ['x', '-bd', '-bso0', `-o${to}`, zip],
  bsdtar: (zip: string, to: string) => ['-xf', zip, '-C', to],
};
/** Unpacked by each of three programs, which check what they unpack and agree: the files' names, and what is in them. */
const unpacked = (bytes: Buffer) => {
  const zip = path.join(folder, 'archive.zip');
  writeFileSync(zip, bytes);
  const [first, ...others] = Object.entries(UNPACKERS).map(([program, how]) => {
    const to = mkdtempSync(path.join(folder, 'unpacked-'));
    execFileSync(program, how(zip, to), { env: { LC_ALL: 'C.UTF-8', PATH: '/usr/bin:/bin' } });
    return new Map(readdirSync(to, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
      .map((entry): [string, Buffer] => [path.relative(to, path.join(entry.parentPath, entry.name)), readFileSync(path.join(entry.parentPath, entry.name))])
      .sort(([a], [b]) => a < b ? -1 : 1));
  });
  for (const other of others) assert.deepEqual(other, first);
  return first!;
};

test('a release is one ZIP file, of which length and every range are known beforehand, and which has what may be downloaded', async () => {
  const first = wav(makeSound(2, { seed: 3 })), second = wav(makeSound(3, { seed: 4 }));
  const offered = { visibility: 'public', is_downloadable: 'true' };
  const one = await playable(carol, { file: first, title: 'CON: the "first"?', artist: 'Carol', filename: 'a.wav', ...offered }), two = await playable(carol, { file: second, title: 'Zwei…', artist: 'Ana', filename: 'b.wav', ...offered });
  const kept = await playable(carol, { title: 'Not for everybody', is_public: 'false' }), hidden = await playable(carol, { title: 'Hidden', is_public: 'false', is_downloadable: 'true' });
  for (const { id } of [one, two]) assertStatus(await carol.put('/api/v1/tracks/{id}', { path: { id }, body: { download_formats: ['original', 'flac'] } }), 200);
  const { body: { id } } = await carol.post('/api/v1/releases', { body: { title: 'Été: 1/2', artist: 'Carol', visibility: 'public', track_ids: [one.id, two.id, kept.id, hidden.id], release_at: '2026-01-31T00:00:00Z', licence: 'cc_by_nc_sa', credits: [{ name: 'Bo', role: 'producer' }] } });
  const form = new FormData();
  form.set('cover', new Blob([new Uint8Array(png(640, 640))], { type: 'image/png' }), 'cover.png');
  assertStatus(await carol.put('/api/v1/releases/{id}/cover', { path: { id }, body: form as never }), 200);

  assert.deepEqual(await archives(visitor, id), [], 'off at first, whatever its tracks offer');
  assertProblem(await archived(visitor, id, 'original'), 403, 'forbidden');
  assertStatus(await carol.put('/api/v1/releases/{id}', { path: { id }, body: { is_downloadable: true, download_formats: ['original', 'flac'] } }), 200);
  assert.deepEqual((await archives(visitor, id)).map(({ format, state, track_count }) => [format, state, track_count]), [['original', 'missing', 2], ['flac', 'missing', 2]]);
  assert.deepEqual((await archives(carol, id)).map(({ format, track_count }) => [format, track_count]), [['original', 4], ['flac', 4], ['lossy', 4]]);
  assertProblem(await archived(visitor, id, 'original'), 409, 'stream_not_ready');
  assertProblem(await archived(visitor, id, 'lossy'), 403, 'forbidden');
  assertProblem(await visitor.post('/api/v1/releases/{id}/archives/{format}', { path: { id, format: 'lossy' } }), 403, 'forbidden');
  await makeArchive(visitor, id, 'original');

  const whole = await archived(visitor, id, 'original');
  assertStatus(whole, 200);
  assert.deepEqual([whole.headers.get('content-type'), whole.headers.get('content-length'), whole.headers.get('accept-ranges')], ['application/zip', String(whole.bytes.length), 'bytes']);
  assert.ok(whole.headers.get('content-disposition')!.endsWith(encodeURIComponent('Carol - Été_ 1_2.zip')), whole.headers.get('content-disposition')!);
  const files = unpacked(whole.bytes), top = 'Carol - Été_ 1_2';
  assert.deepEqual([...files.keys()].sort(), [`${top}/01 Carol - CON_ the _first__.wav`, `${top}/02 Ana - Zwei….wav`, `${top}/cover.webp`, `${top}/release.txt`]);
  assert.ok(files.get(`${top}/01 Carol - CON_ the _first__.wav`)!.equals(first) && files.get(`${top}/02 Ana - Zwei….wav`)!.equals(second), 'byte for byte what was uploaded');
  assert.equal(files.get(`${top}/cover.webp`)!.subarray(8, 12).toString(), 'WEBP');
  const notes = files.get(`${top}/release.txt`)!.toString();
  for (const text of ['Été: 1/2', '2026-01-31', 'Producer: Bo', 'Creative Commons BY-NC-SA 4.0', 'Ana - Zwei…']) assert.ok(notes.includes(text), text);
  assert.ok(!notes.includes('Not for everybody') && !notes.includes('Hidden'));

  const etag = whole.headers.get('etag')!, parts: Buffer[] = [];
  for (let from = 0; from < whole.bytes.length;) {
    const to = Math.min(from + 1 + Math.floor(Math.random() * whole.bytes.length / 6), whole.bytes.length) - 1;
    const part = await archived(visitor, id, 'original', { range: `bytes=${from}-${to}`, 'if-range': etag });
    assertStatus(part, 206);
    assert.equal(part.headers.get('content-range'), `bytes ${from}-${to}/${whole.bytes.length}`);
    parts.push(part.bytes);
    from = to + 1;
  }
  assert.equal(sha256(Buffer.concat(parts)), sha256(whole.bytes), 'a download that broke off goes on');
  assert.equal((await archived(visitor, id, 'original', { 'if-none-match': etag })).status, 304);
  assertProblem(await archived(visitor, id, 'original', { range: `bytes=${whole.bytes.length}-` }), 416);

  await makeArchive(visitor, id, 'flac');
  const converted = await archived(visitor, id, 'flac'), flac = unpacked(converted.bytes);
  assert.ok(converted.headers.get('content-disposition')!.endsWith(encodeURIComponent('Carol - Été_ 1_2 (flac).zip').replace('(', '%28').replace(')', '%29')), converted.headers.get('content-disposition')!);
  const single = await visitor.get('/api/v1/tracks/{id}/download', { path: { id: two.id }, query: { format: 'flac' } });
  assert.ok(flac.get(`${top}/02 Ana - Zwei….flac`)!.equals(single.bytes), 'the same files as one by one');

  /* What changes gives another archive, and the rest of the old one is not put behind it. */
  assertStatus(await carol.put('/api/v1/tracks/{id}', { path: { id: two.id }, body: { title: 'Two' } }), 200);
  const changed = await archived(visitor, id, 'original', { range: 'bytes=100-', 'if-range': etag });
  assertStatus(changed, 200);
  assert.notEqual(changed.headers.get('etag'), etag);
  await makeArchive(carol, id, 'original');
  assert.equal(unpacked((await archived(carol, id, 'original')).bytes).size, 6, 'their creator gets all');
  assert.equal((await archives(visitor, id)).find((item) => item.format === 'original')!.track_count, 2);
  assertStatus(await carol.put('/api/v1/releases/{id}', { path: { id }, body: { visibility: 'private' } }), 200);
  assertProblem(await archived(visitor, id, 'original'), 404);
  assertProblem(await visitor.get('/api/v1/releases/{id}/archives', { path: { id } }), 404);
});

test('a release offers its archive and a track itself by choices of their own, and neither opens what somebody else keeps', async () => {
  const kept = await playable(carol, { title: 'Only in the album', visibility: 'public' }), single = await playable(carol, { title: 'Also alone', visibility: 'public', is_downloadable: 'true' });
  const { body: { id, is_downloadable, download_formats } } = await carol.post('/api/v1/releases', { body: { title: 'Own choice', visibility: 'public', track_ids: [kept.id, single.id] } });
  assert.deepEqual([is_downloadable, download_formats], [false, ['original']]);
  const choose = async (body: { is_downloadable?: boolean; download_formats?: ('original' | 'flac' | 'lossy')[] }) => {
    const reply = await carol.put('/api/v1/releases/{id}', { path: { id }, body });
    assertStatus(reply, 200);
    assert.deepEqual({ ...reply.body, ...body }, reply.body);
  };
  const counts = async (client: Client) => (await archives(client, id)).map(({ format, track_count }) => `${format} ${track_count}`);
  assert.deepEqual(await counts(dave), []);
  await choose({ is_downloadable: true, download_formats: ['lossy', 'original'] });
  assert.deepEqual(await counts(dave), ['original 2', 'lossy 2']);
  assert.deepEqual(await counts(visitor), ['original 2', 'lossy 2']);
  assertProblem(await dave.post('/api/v1/releases/{id}/archives/{format}', { path: { id, format: 'flac' } }), 403, 'forbidden');
  await makeArchive(dave, id, 'original');
  assert.equal(unpacked((await archived(dave, id, 'original')).bytes).size, 3, 'two tracks and the text');
  assertProblem(await dave.get('/api/v1/tracks/{id}/download', { path: { id: kept.id } }), 403, 'forbidden', 'not alone');
  assertStatus(await dave.get('/api/v1/tracks/{id}/download', { path: { id: single.id } }), 200);

  /* No request puts a track of somebody else into a release; the rule holds if one ever does. */
  const other = await playable(dave, { title: 'Of somebody else', visibility: 'public' });
  assertProblem(await carol.post('/api/v1/releases/{id}/tracks', { path: { id }, body: { track_ids: [other.id] } }), 422, 'validation');
  await world.sql(`insert into release_tracks (release_id, track_id, disc, position) values ('${id}', '${other.id}', 1, 99999999999)`);
  assert.deepEqual([await counts(visitor), await counts(carol)], [['original 2', 'lossy 2'], ['original 2', 'flac 2', 'lossy 2']]);
  assert.deepEqual((await counts(dave))[0], 'original 3', 'its own creator has it');
  await world.sql(`update tracks set is_downloadable = true where id = '${other.id}'`);
  assert.deepEqual(await counts(visitor), ['original 3', 'lossy 2']);
  await world.sql(`delete from release_tracks where track_id = '${other.id}'`);

  await choose({ is_downloadable: false });
  assert.deepEqual(await counts(visitor), []);
  assertProblem(await archived(visitor, id, 'original'), 403, 'forbidden');
  assertProblem(await carol.put('/api/v1/releases/{id}', { path: { id }, body: { download_formats: [] } }), 422, 'validation');
  assertProblem(await dave.put('/api/v1/releases/{id}', { path: { id }, body: { is_downloadable: true } }), 404);
});

test('the paths in an archive are short enough for Windows, however long the titles are', async () => {
  const long = 'A title that does not end, '.repeat(9).slice(0, 250);
  const { id: track_id } = await playable(dave, { title: long, artist: long, visibility: 'public', is_downloadable: 'true', filename: 'd.wav' });
  const { body: { id } } = await dave.post('/api/v1/releases', { body: { title: long, visibility: 'public', track_ids: [track_id], is_downloadable: true } });
  await makeArchive(visitor, id, 'original');
  const { bytes, headers } = await archived(visitor, id, 'original'), zip = /filename="([^"]+)"/.exec(headers.get('content-disposition')!)![1]!;
  for (const name of unpacked(bytes).keys()) assert.ok('C:/Users/somebody/Downloads//'.length + zip.length + name.length < 260, name);
});

test('an archive has at most 500 tracks', async () => {
  const { body: { id } } = await dave.post('/api/v1/releases', { body: { title: 'Everything', visibility: 'public', is_downloadable: true } });
  await world.sql(`with t as (insert into tracks (creator_id, title, visibility, status, stream_status, is_downloadable)
      select creator.id, 'Piece ' || n, 'public', 'completed', 'ready', true from generate_series(1, 501) n, users creator where creator.username = 'dave' returning id)
    insert into release_tracks (release_id, track_id, disc, position) select '${id}', id, 1, row_number() over () from t`);
  const at = { path: { id, format: 'original' as const } };
  assertProblem(await visitor.post('/api/v1/releases/{id}/archives/{format}', at), 409, 'conflict');
  assertProblem(await visitor.get('/api/v1/releases/{id}/archives/{format}', at), 409, 'conflict');
  await world.sql(`delete from tracks where title like 'Piece %'`);
});

test('an archive is read while it is sent: many at once take little memory', async () => {
  const big = wav(makeSound(isFull ? 40 : 12, { seed: 5 }));
  const tracks = await Promise.all([1, 2, 3].map((n) => playable(dave, { file: big, title: `Long ${n}`, visibility: 'public', is_downloadable: 'true', filename: 'c.wav' })));
  const { body: { id } } = await dave.post('/api/v1/releases', { body: { title: 'Long', visibility: 'public', is_downloadable: true, track_ids: tracks.map((item) => item.id) } });
  await makeArchive(visitor, id, 'original');
  const before = world.server.memory('VmRSS'), size = (await archived(visitor, id, 'original', { range: 'bytes=0-0' })).headers.get('content-range')!.split('/')[1]!;
  const sums = await Promise.all(Array.from({ length: 8 }, async () => {
    const hash = createHash('sha256'), reply = await fetch(`${world.server.api}/api/v1/releases/${id}/archives/original`);
    let length = 0;
    for await (const piece of reply.body!) { hash.update(piece as Uint8Array); length += (piece as Uint8Array).length; }
    assert.equal(String(length), size);
    return hash.digest('hex');
  }));
  assert.equal(new Set(sums).size, 1);
  const grown = world.server.memory('VmRSS') - before;
  assert.ok(grown < 24 * 1024, `${grown} kB for eight downloads of ${size} bytes`);
});
