/** Playlists as files: what is read from them, and that an export which is read again is the same playlist. */
import { strict as assert } from 'node:assert';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { full, isFull } from '../support/level.ts';
import { playable } from '../support/tracks.ts';
import { World } from '../support/world.ts';
import { until } from '../support/wait.ts';

const world = await World.start('playlist-files');
const alice = world.as('alice'), bob = world.as('bob'), carol = world.as('carol');
const FORMATS = ['json', 'csv', 'm3u', 'xspf'] as const;
type Format = (typeof FORMATS)[number];

const form = (bytes: string | Uint8Array, filename = 'list.m3u', fields: Record<string, string> = {}) => {
  const data = new FormData();
  data.append('file', new Blob([typeof bytes === 'string' ? bytes : Buffer.from(bytes)]), filename);
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  return data;
};
const send = (client: Client, bytes: string | Uint8Array, filename?: string, fields?: Record<string, string>) =>
  client.post('/api/v1/playlists/import', { body: form(bytes, filename, fields) });
const bring = async (client: Client, bytes: string | Uint8Array, filename?: string, fields?: Record<string, string>) => {
  const reply = await send(client, bytes, filename, fields);
  assertStatus(reply, 201);
  return reply.body;
};
const refused = async (bytes: string | Uint8Array, said: RegExp, code = 'playlist_unreadable') => {
  const problem = assertProblem(await send(alice, bytes), 422, 'validation');
  assert.deepEqual(problem.errors?.map(({ field, code }) => [field, code]), [['file', code]]);
  assert.match(problem.errors[0]!.message, said);
};
const items = async (client: Client, id: string) => {
  const reply = await client.get('/api/v1/playlists/{id}/tracks', { path: { id }, query: { limit: 100 } });
  assertStatus(reply, 200);
  return reply.body.items;
};
const contents = async (client: Client, id: string) => (await items(client, id)).map((one) => one.track_id ?? one.wanted);
const exported = async (client: Client, id: string, format: Format) => {
  const reply = await client.get(`/api/v1/playlists/{id}/export/${format}`, { path: { id } });
  assertStatus(reply, 200);
  return reply;
};
const statuses = (report: { lines: { status: string | null; reason: string | null }[] }) => report.lines.map(({ status, reason }) => `${status} ${reason}`);

const hostile = ['comma, and "quotes"; and \'more\'', '# leading', `trailing${' '.repeat(200)}`, '  leading', '=HYPERLINK("http://x","y")', '+1', '-2', '@sum', "'=1", "'", "''+",
  'Ночной поезд', '🎛️👩‍👩‍👧', 'a - b - c', '<b>&amp;</b> ]]>', '#EXTINF:1,x', '\\ % %41 ?', 'שלום', '"', 'null', '{"a":1}', 'ﬀ\uFEFFx', 'a\tb'.replace('\t', ' ')];
const made = new Map<string, string>();
for (const title of hostile) made.set(title, (await playable(carol, { title })).id);
const tides = await playable(carol, { title: 'Tides', artist: 'Nadia Sow' });
const ferry = await playable(carol, { title: 'Night ferry (live)', artist: 'Nadia Sow' });

test('an export that is imported again is the same playlist, in each format, whatever titles and placeholders it has', async () => {
  const draft = await playable(carol, { title: 'Hidden draft', is_public: 'false' });
  const wanted = hostile.map((title, i) => ({ title: `${title}`, artist: i % 3 ? `${hostile[hostile.length - 1 - i]}` : undefined, album: i % 2 ? title : undefined, duration_ms: i % 2 ? 1000 + i : undefined,
    location: i % 4 ? `C:\\Music\\${i}\\${title}.mp3` : undefined }));
  const first = await bring(carol, JSON.stringify({ name: 'x', tracks: [...wanted, ...[...made.values()].map((id) => ({ track_id: id })), { track_id: draft.id }, {}, 17] }), 'x.json', { name: 'Late, "trains" #1' });
  await carol.put('/api/v1/playlists/{id}', { path: { id: first.id }, body: { description: 'One line,\n"another"; & a third', is_public: true } });
  const there = await contents(carol, first.id);
  assert.equal(there.length, hostile.length * 2 + 3);
  assert.ok(there.includes(draft.id));
  for (const format of FORMATS) {
    const file = await exported(carol, first.id, format);
    const again = await bring(carol, file.bytes, `again.${format}`);
    assert.deepEqual(await contents(carol, again.id), there, format);
    const head = (await carol.get('/api/v1/playlists/{id}', { path: { id: again.id } })).body;
    assert.equal(head.name, format === 'csv' ? 'again' : 'Late, "trains" #1', format);
    if (format !== 'csv') assert.equal(head.description, 'One line,\n"another"; & a third', format);
    assert.deepEqual((await exported(carol, again.id, format)).bytes.toString(), file.bytes.toString(), `${format}, byte for byte`);
    assert.match(file.headers.get('content-disposition') ?? '', /^attachment; filename="Late, _trains_ #1\.\w+"; filename\*=UTF-8''Late%2C%20%22trains%22%20#1\.\w+$/);
  }
});

test('no cell of a CSV export is a formula, and CRLF, semicolons and tabs are read too', async () => {
  const list = await bring(alice, JSON.stringify(hostile.map((title) => ({ title, artist: '=1+1', album: '@x' }))), 'f.json');
  const text = (await exported(alice, list.id, 'csv')).bytes.toString();
  assert.ok(text.startsWith('\uFEFFposition,title,'));
  for (const cell of text.slice(1).split(/(?:^|,|\r\n)(?=")/)) assert.doesNotMatch(cell, /^"[=+\-@\t\r]/);
  for (const [sep, eol] of [[';', '\r\n'], ['\t', '\n'], [',', '\r']] as const) {
    const rows = [['Titre', 'Artiste', 'Durée'], ['"a ""b"""', 'Nadia', '3:25'], ['"two\nlines"', '', '61']];
    const report = await bring(alice, rows.map((row) => row.join(sep)).join(eol), 'x.csv');
    assert.deepEqual((await items(alice, report.id)).map(({ wanted }) => [wanted?.title, wanted?.artist, wanted?.duration_ms]), [['a "b"', 'Nadia', 205_000], ['two lines', null, 61_000]]);
  }
});

test('a track is matched by its address or by title and artist; what is less certain is ambiguous and comes with candidates, and the same file gives the same result', async () => {
  await playable(carol, { title: 'Twins', artist: 'Nadia Sow' });
  const longer = await playable(carol, { title: 'Twins', artist: 'Nadia Sow' });
  await world.sql(`update tracks set duration_ms = 90000 where id = '${longer.id}'`);
  const file = ['#EXTM3U', '#EXTINF:5,NADIA SÓW - tides!', '/music/1.mp3', `https://elsewhere.example/track/${ferry.id}?x=1`, '#EXTINF:-1,Nadia Sow - Twins', 'b.mp3', '#EXTINF:90,Nadia Sow - Twins', 'c.mp3',
    '#EXTINF:5,Somebody Else - Tides', 'd.mp3', '#EXTINF:5,Tides', 'e.mp3', '#EXTINF:5,Nadia Sow - Not here', 'f.mp3', 'D:\\Music\\03 - Nadia Sow - Night Ferry [Live].flac'].join('\r\n');
  const report = await bring(alice, file, 'Mixed bag.m3u');
  assert.deepEqual(statuses(report), ['matched title_and_artist', 'matched address', 'ambiguous several', 'matched length', 'ambiguous other_artist', 'ambiguous no_artist', 'missing unknown', 'matched title_and_artist']);
  assert.deepEqual([report.name, report.track_count, report.matched, report.ambiguous, report.missing], ['Mixed bag', 8, 4, 3, 1]);
  assert.deepEqual(report.lines.map(({ line }) => line), [3, 4, 6, 8, 10, 12, 14, 15]);
  assert.deepEqual([report.lines[3]!.track_id, report.lines[4]!.candidates?.map((one) => one.track_id)], [longer.id, [tides.id]]);
  assert.deepEqual((await contents(alice, report.id)).map((one) => typeof one === 'string' ? one : one?.title), [tides.id, ferry.id, 'Twins', longer.id, 'Tides', 'Tides', 'Not here', ferry.id]);
  const again = await bring(alice, file, 'Mixed bag.m3u');
  const plain = (one: typeof report) => ({ ...one, id: '', lines: one.lines.map((line) => ({ ...line, item_id: '' })) });
  assert.deepEqual(plain(again), plain(report));

  const draft = await playable(carol, { title: 'Twins', artist: 'Nadia Sow', is_public: 'false' }), line = report.lines[2]!, choice = line.candidates![0]!.track_id!;
  const choose = (client: Client, item_id: string, track_id: string) => client.put('/api/v1/playlists/{id}/imports/{item_id}', { path: { id: report.id, item_id }, body: { track_id } });
  assert.deepEqual((await items(alice, report.id)).map(({ id }) => id), report.lines.map(({ item_id }) => item_id));
  assertProblem(await choose(bob, line.item_id!, choice), 404);
  assertProblem(await choose(alice, again.lines[2]!.item_id!, choice), 404);
  assertProblem(await choose(alice, line.item_id!, draft.id), 422, 'validation');
  const chosen = await choose(alice, line.item_id!, choice);
  assertStatus(chosen, 200);
  assert.deepEqual(chosen.body, { item_id: line.item_id, playlist_id: report.id, track_id: choice });
  assertProblem(await choose(alice, line.item_id!, longer.id), 409, 'conflict');
  assertProblem(await choose(alice, report.lines[0]!.item_id!, choice), 409, 'conflict');
  assertStatus(await choose(alice, report.lines[6]!.item_id!, tides.id), 200);
  assert.deepEqual((await contents(alice, report.id)).map((one) => typeof one === 'string' ? one : one?.title), [tides.id, ferry.id, choice, longer.id, 'Tides', 'Tides', tides.id, ferry.id]);
  assertStatus(await alice.put('/api/v1/playlists/{id}', { path: { id: report.id }, body: { visibility: 'public' } }), 200);
  assertProblem(await choose(bob, report.lines[4]!.item_id!, tides.id), 404);
});

test('nobody is told of a track that they may not see, and where a file lay is told to those who may change the list', async () => {
  const draft = await playable(carol, { title: 'Secret sketch', artist: 'Nadia Sow', is_public: 'false' });
  const report = await bring(alice, `#EXTM3U\n#EXTINF:5,Nadia Sow - Secret sketch\n/home/alice/key=abc/secret.mp3\nhttps://x.example/track/${draft.id}\n`, 'x.m3u', { is_public: 'true' });
  assert.deepEqual(statuses(report), ['missing unknown', 'missing unknown']);
  const mine = await items(alice, report.id), theirs = await items(bob, report.id);
  assert.deepEqual([mine[0]!.wanted?.location, theirs[0]!.wanted?.location, theirs[0]!.wanted?.title], ['/home/alice/key=abc/secret.mp3', null, 'Secret sketch']);
  for (const format of FORMATS) assert.ok(!(await exported(bob, report.id, format)).bytes.includes('key=abc'), format);
  for (const format of FORMATS) assertProblem(await alice.get(`/api/v1/playlists/{id}/export/${format}`, { path: { id: (await bring(carol, `/track/${draft.id}`)).id } }), 404);
});

test('a place whose track was missing is filled when such a track is published', async () => {
  const report = await bring(alice, '#EXTM3U\n#EXTINF:5,Nadia Sow - Not yet out\n/a.mp3\n#EXTINF:5,Other - Not yet out\n/b.mp3\n');
  const out = await playable(carol, { title: 'Not yet out', artist: 'nadia sow' });
  await until('the place to be filled', async () => (await contents(alice, report.id))[0] === out.id);
  const now = await items(alice, report.id);
  assert.deepEqual([now[0]!.title, now[0]!.wanted, now[1]!.wanted?.artist], ['Not yet out', null, 'Other']);
});

test('one bad entry does not end an import', async () => {
  const latin = Buffer.from('#EXTM3U\r\n#EXTINF:3,Bj\xF6rk - J\xF3ga\r\n\x93x\x94.mp3\r\n#EXTINF:3,Ünïcode - Ok\r\n/o.mp3\r\n', 'latin1');
  assert.deepEqual((await items(alice, (await bring(alice, latin)).id)).map(({ wanted }) => [wanted?.artist, wanted?.title, wanted?.location]), [['Björk', 'Jóga', '“x”.mp3'], ['Ünïcode', 'Ok', '/o.mp3']]);
  const json = await bring(alice, JSON.stringify({ playlist: { title: 'J', track: [{ title: 'a', creator: 'b' }, null, 7, { title: {} }, 'Nadia Sow - Tides'] } }));
  assert.deepEqual(statuses(json), ['missing unknown', 'missing unreadable', 'missing unreadable', 'missing no_title', 'matched title_and_artist']);
  const xspf = await bring(alice, '<?xml version="1.0"?><playlist xmlns="http://xspf.org/ns/0/"><title>Broken</title><trackList><track><title>a</title></track><track><title>b</title></wrong>');
  assert.deepEqual([xspf.name, ...statuses(xspf)], ['Broken', 'missing unknown', 'missing unreadable']);
  const csv = await bring(alice, 'title,artist\n"never closed,\nx,y\n');
  assert.deepEqual(statuses(csv), ['missing unreadable']);
  const words = await bring(alice, Buffer.from('\uFEFF#EXTM3U\n#PLAYLIST:Ночь \u202e!\n#EXTINF:x,y,z,\u0000w\nz.mp3\n'));
  assert.deepEqual([words.name, (await items(alice, words.id))[0]!.wanted?.title], ['Ночь  !', 'y,z, w']);
});

test('what is no playlist is refused with a reason, and so is one that is too large', async () => {
  await refused('', /no playlist/);
  await refused('#EXTM3U\n', /no tracks/, 'playlist_empty');
  await refused('{"playlist":{"track":[', /JSON, from line 1/);
  await refused('{"a":1}', /no tracks/, 'playlist_empty');
  await refused('<html><body/></html>', /no playlist/);
  await refused('<playlist><trackList>', /XML/);
  await refused('<!DOCTYPE playlist [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><playlist><trackList><track><title>&b;</title></track></trackList></playlist>', /no playlist/);
  await refused('just some words\nand more', /no playlist/);
  await refused(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]), /no playlist/);
  await refused(`[${'{},'.repeat(200_000)}{}]`, /too much/);
  await refused('['.repeat(3000), /./);
  await refused(`#EXTM3U\n${'a/b.mp3\n'.repeat(10_001)}`, /at most 10000/, 'playlist_too_long');
  assertProblem(await send(alice, 'x'.repeat(4 * 1024 * 1024 + 1)), 413, 'payload_too_large');
});

test('ten thousand lines are read, kept and written', async () => {
  const lines = Array.from({ length: isFull ? 10_000 : 3_000 }, (_, i) => `#EXTINF:5,Nadia Sow - ${i % 2 ? 'Tides' : `Unknown ${i}`}\n/music/${i}.mp3\n`);
  const started = Date.now();
  const report = await bring(alice, `#EXTM3U\n${lines.join('')}`);
  console.log(`${lines.length} lines imported in ${Date.now() - started} ms`);
  assert.deepEqual([report.track_count, report.matched, report.missing], [lines.length, lines.length / 2, lines.length / 2]);
  assert.equal((await alice.get('/api/v1/playlists/{id}', { path: { id: report.id } })).body.track_count, lines.length);
  assert.equal((await exported(alice, report.id, 'm3u')).bytes.toString().split('\n').filter((line) => line && !line.startsWith('#')).length, lines.length);
});

test('a player without an account plays what is public in an exported M3U', async () => {
  const list = await bring(alice, `/track/${tides.id}\n/track/${ferry.id}\n`, 'p.m3u', { is_public: 'true' });
  const urls = (await exported(alice, list.id, 'm3u')).bytes.toString().split('\n').filter((line) => line && !line.startsWith('#'));
  assert.equal(urls.length, 2);
  for (const url of urls) {
    const path = new URL(url).pathname;
    assert.match(path, /\.m3u8$/);
    const probe = spawnSync('ffprobe', ['-v', 'error', '-show_entries', 'stream=codec_name', '-of', 'csv=p=0', `${world.visitor.base}${path}`], { encoding: 'utf8', timeout: 60_000 });
    assert.match(probe.stdout, /aac/, probe.stderr);
  }
});

const SECOND_BYTES = 44_100 * 2 * 2;

full('mpv and MPD play what is public in an export, from its first to its last track', async () => {
  const list = await bring(alice, `/track/${tides.id}\n/track/${ferry.id}\n`, 'p.m3u', { is_public: 'true' });
  const folder = mkdtempSync(path.join(tmpdir(), 'veza-players-')), lists = path.join(folder, 'lists'), socket = path.join(folder, 'socket');
  mkdirSync(lists);
  for (const format of ['m3u', 'xspf'] as const) /* the address that visitors know is not that of this test */
    writeFileSync(path.join(lists, `list.${format}`), (await exported(alice, list.id, format)).bytes.toString().replace(/https?:\/\/[^/\s<"]+(?=\/api\/)/g, world.visitor.base));
  const mpv = spawnSync('mpv', ['--no-config', '--no-video', '--ao=null', '--untimed', path.join(lists, 'list.m3u')], { encoding: 'utf8', timeout: 60_000 });
  assert.equal(mpv.status, 0, mpv.stdout + mpv.stderr);
  assert.deepEqual([tides, ferry].map(({ id }) => mpv.stdout.includes(id)), [true, true], mpv.stdout);

  writeFileSync(path.join(folder, 'mpd.conf'), `playlist_directory "${lists}"\ndb_file "${folder}/db"\nbind_to_address "${socket}"\nmusic_directory "${folder}"\n`
    + `audio_output {\n  type "pipe"\n  name "file"\n  format "44100:16:2"\n  command "cat > ${folder}/heard"\n}\n`);
  const mpd = spawn('mpd', ['--no-daemon', '--stderr', path.join(folder, 'mpd.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  mpd.stderr.setEncoding('utf8').on('data', (text: string) => { said += text; });
  const mpc = (...more: string[]) => execFileSync('mpc', ['--host', socket, ...more], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    await until('MPD to listen', () => mpc('version'));
    for (const file of ['list', 'lists/list.xspf']) { /* one that is stored, and one of the music folder */
      mpc('clear');
      mpc('load', file);
      assert.deepEqual(mpc('playlist', '--format', '%file%').trim().split('\n').map((url) => [tides, ferry].findIndex(({ id }) => url.includes(id))), [0, 1], file);
      mpc('play', '2');
      await until(`MPD to play the last track of ${file}`, () => new RegExp(`played "[^"]*${ferry.id}`).test(said));
      mpc('stop');
      await until('all of it to be written', () => statSync(`${folder}/heard`).size >= SECOND_BYTES);
      assert.ok(new Set(readFileSync(`${folder}/heard`)).size > 50, `${file}: it is sound`);
      said = '';
    }
  } finally {
    mpd.kill();
    rmSync(folder, { recursive: true });
  }
});
