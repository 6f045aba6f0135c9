/** Music apps that speak the Subsonic protocol: how they sign in, what they see, and that every reply is as OpenSubsonic describes it. */
import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { assertProblem, assertStatus } from '../support/client.ts';
import { decode, makeSound, png, wav } from '../support/media.ts';
import { asElements, complaint, describedCalls, parseXml } from '../support/opensubsonic.ts';
import { playable, rendition } from '../support/tracks.ts';
import { PASSWORD, template, World, type Person } from '../support/world.ts';

const world = await World.start('subsonic', { RATE_LIMIT_APPS: '1000000/1' });
const { visitor } = world, alice = world.as('alice'), carol = world.as('carol'), dave = world.as('dave');
const { ids } = template;

type Given = Record<string, string | number | boolean | string[]>;
type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any

const md5 = (text: string) => createHash('md5').update(text).digest('hex');
const queryOf = (given: Given) => new URLSearchParams(Object.entries(given).flatMap(([name, value]) => (Array.isArray(value) ? value : [String(value)]).map((one): [string, string] => [name, one]))).toString();
const newPassword = async (person: Person, name = 'Phone') => {
  const reply = await world.as(person).post('/api/v1/app-passwords', { body: { name } });
  assertStatus(reply, 201);
  return reply.body;
};
const secrets = new Map<Person, { id: string; password: string }>();
const signed = async (person: Person): Promise<Given> => {
  if (!secrets.has(person)) secrets.set(person, await newPassword(person));
  const s = randomUUID();
  return { u: person, t: md5(secrets.get(person)!.password + s), s, v: '1.16.1', c: 'Test' };
};
const raw = (target: string, init: RequestInit = {}) => fetch(`${world.server.api}/rest/${target}`, { ...init, signal: AbortSignal.timeout(30_000) });

/** Calls with JSON, checks the reply, and calls again with XML: both say the same. */
async function ask(person: Person, call: string, given: Given = {}, { twice = true } = {}): Promise<Json> {
  const auth = await signed(person);
  const reply = await raw(`${call}.view?${queryOf({ ...given, ...auth, f: 'json' })}`);
  assert.equal(reply.status, 200, call);
  assert.equal(reply.headers.get('content-type'), 'application/json');
  const body = (await reply.json()) as { 'subsonic-response': Json };
  assert.equal(complaint(call, body), '', `${call} ${JSON.stringify(body).slice(0, 3000)}`);
  const envelope = body['subsonic-response'];
  assert.deepEqual([envelope['version'], envelope['type'], envelope['openSubsonic']], ['1.16.1', 'veza', true]);
  if (twice) {
    const xml = await raw(`${call}?${queryOf({ ...given, ...auth })}`);
    assert.match(xml.headers.get('content-type')!, /^application\/xml/);
    const root = parseXml(await xml.text());
    assert.equal(root.attributes['xmlns'], 'http://subsonic.org/restapi');
    delete root.attributes['xmlns'];
    assert.deepEqual([root], asElements('subsonic-response', envelope), `${call} as XML`);
  }
  return envelope;
}
const good = async (person: Person, call: string, given: Given = {}, options = {}) => {
  const reply = await ask(person, call, given, options);
  assert.equal(reply['status'], 'ok', `${call} ${JSON.stringify(reply)}`);
  return reply;
};
const change = (person: Person, call: string, given: Given = {}) => good(person, call, given, { twice: false });
const refused = async (person: Person, call: string, given: Given, code: number) => {
  const reply = await ask(person, call, given);
  assert.deepEqual([reply['status'], reply['error'].code], ['failed', code], `${call} ${JSON.stringify(reply)}`);
};

/* What there is: an EP of Carol with two songs and a cover, a song of hers that is in no release, one that is private; songs of Dave. */
const cover = png(800, 800);
const first = await playable(carol, { title: 'Late <trains> & "rain"', genre: 'House', file: wav(makeSound(13)), cover, filename: 'one.wav' });
const second = await playable(carol, { title: 'Ωmega', genre: 'House', file: wav(makeSound(2, { seed: 2 })) });
const lone = await playable(carol, { title: 'Alone', genre: 'Techno', is_downloadable: 'true', cover, file: wav(makeSound(3, { seed: 3 })) });
const hidden = await playable(carol, { title: 'Hidden', is_public: 'false', genre: 'House' });
const daves = await playable(dave, { title: 'Of Dave', genre: 'House', artist: 'Dave & band' });
const release = await (async () => {
  const made = await carol.post('/api/v1/releases', { body: { title: 'Night & day', kind: 'ep', label: 'Small hours', track_ids: [first.id, second.id], visibility: 'public' } });
  assertStatus(made, 201);
  return made.body;
})();
const tr = (track: { id: string }) => `tr-${track.id}`, album = `al-${release.id}`, singles = `sg-${ids.carol}`, artist = `ar-${ids.carol}`;

test('an app signs in with a password of its own, by token, as text, in hexadecimal or as a key, and never with that of the account', async () => {
  const { id, password, username, server_url: server } = await newPassword('bob', 'Car radio');
  assert.match(password, /^[a-km-z2-9]{4}(-[a-km-z2-9]{4}){4}$/);
  assert.equal(username, 'bob');
  assert.ok(server.startsWith('http'));
  const code = async (given: Given) => {
    const reply = await raw(`ping?${queryOf({ f: 'json', c: 'Radio', ...given })}`);
    assert.equal(reply.status, 200);
    const body = (await reply.json()) as { 'subsonic-response': Json };
    assert.equal(complaint('ping', body), '');
    return body['subsonic-response']['error']?.code ?? 'ok';
  };
  const s = 'abcdef';
  for (const [why, given, expected] of [
    ['token', { u: 'bob', t: md5(password + s), s }, 'ok'],
    ['token in capitals, name too', { u: 'BOB', t: md5(password + s).toUpperCase(), s }, 'ok'],
    ['text', { u: 'bob', p: password }, 'ok'],
    ['hexadecimal', { u: 'bob', p: `enc:${Buffer.from(password).toString('hex')}` }, 'ok'],
    ['key', { apiKey: password }, 'ok'],
    ['another salt', { u: 'bob', t: md5(password + s), s: 'abcdeg' }, 40],
    ['of somebody else', { u: 'alice', p: password }, 40],
    ['of nobody', { u: 'nobody', p: password }, 40],
    ['of the account', { u: 'bob', p: PASSWORD }, 40],
    ['of the account, as a token', { u: 'bob', t: md5(PASSWORD + s), s }, 40],
    ['by mail', { u: 'bob@example.org', p: PASSWORD }, 40],
    ['empty', { u: 'bob', p: '' }, 40],
    ['an empty token', { u: 'bob', t: '', s: '' }, 40],
    ['token of an empty password', { u: 'bob', t: md5(s), s }, 40],
    ['token of nobody\'s empty password', { u: 'nobody', t: md5(s), s }, 40],
    ['broken hexadecimal', { u: 'bob', p: 'enc:zz' }, 40],
    ['hexadecimal with a NUL', { u: 'bob', p: `enc:${Buffer.from(password).toString('hex')}00` }, 40],
    ['a session', { u: 'bob', p: template.tokens.bob.slice(0, 90) }, 40],
    ['key with a name', { apiKey: password, u: 'bob' }, 43],
    ['password and token', { u: 'bob', p: password, t: md5(password + s), s }, 43],
    ['a wrong key', { apiKey: 'x'.repeat(24) }, 44],
    ['no name', { p: password }, 10],
    ['no proof', { u: 'bob' }, 10],
    ['no salt', { u: 'bob', t: md5(password) }, 10],
  ] as const) assert.equal(await code(given), expected, why);

  const listed = (await world.as('bob').get('/api/v1/app-passwords')).body.items.find((one) => one.id === id)!;
  assert.deepEqual([listed.name, listed.last_client], ['Car radio', 'Radio']);
  assert.ok(listed.last_used_at);
  assert.equal(await code({ u: 'bob', p: password, c: 'Rad\u202eio' }), 'ok');
  assert.equal((await world.as('bob').get('/api/v1/app-passwords')).body.items.find((one) => one.id === id)!.last_client, 'App', 'no character that turns what is around it');
  const kept = await world.sql(`select p::text from app_passwords p where id = '${id}'`);
  assert.ok(!kept.includes(password) && !kept.includes(password.replaceAll('-', '')), 'it is sealed');
  for (const token of [password, `vz_${password}`]) assertProblem(await visitor.as({ token }).get('/api/v1/auth/me'), 401);
  assertProblem(await world.as('alice').delete('/api/v1/app-passwords/{id}', { path: { id } }), 404);
  assertStatus(await world.as('bob').delete('/api/v1/app-passwords/{id}', { path: { id } }), 204);
  assert.equal(await code({ u: 'bob', p: password }), 40, 'at once');
  assert.equal(await code({ apiKey: password }), 44);
});

test('a banned account, or one that is to be erased, has no apps', async () => {
  const { password } = await newPassword('mia');
  const status = async () => ((await (await raw(`ping?${queryOf({ u: 'mia', p: password, f: 'json' })}`)).json()) as Json)['subsonic-response'].status;
  assert.equal(await status(), 'ok');
  await world.sql(`update users set is_banned = true where id = '${ids.mia}'`);
  assert.equal(await status(), 'failed');
  await world.sql(`update users set is_banned = false, deletion_at = now() + interval '1 day' where id = '${ids.mia}'`);
  assert.equal(await status(), 'failed');
  await world.sql(`update users set deletion_at = null where id = '${ids.mia}'`);
});

test('whoever takes back all keys with a new password takes back those of apps too', async () => {
  const { password } = await newPassword('bob');
  const status = async () => ((await (await raw(`ping?${queryOf({ apiKey: password, f: 'json' })}`)).json()) as Json)['subsonic-response'].status;
  const renew = (from: string, to: string, revoke: boolean) =>
    world.as('bob').put('/api/v1/users/me/password', { body: { current_password: from, new_password: to, revoke_api_keys: revoke } });
  assertStatus(await renew(PASSWORD, 'another horse battery', false), 200);
  assert.equal(await status(), 'ok');
  assertStatus(await renew('another horse battery', PASSWORD, true), 200);
  assert.equal(await status(), 'failed');
});

test('twenty passwords are the most, and a name is needed', async () => {
  assertProblem(await dave.post('/api/v1/app-passwords', { body: { name: ' ' } }), 422, 'validation');
  await world.sql(`insert into app_passwords (user_id, name, sealed, secret_hash) select '${ids.dave}', 'n', 'x', gen_random_uuid()::text from generate_series(1, 19)`);
  assertStatus(await dave.post('/api/v1/app-passwords', { body: { name: 'The last' } }), 201);
  assertProblem(await dave.post('/api/v1/app-passwords', { body: { name: 'One more' } }), 409, 'conflict');
  await world.sql(`delete from app_passwords where user_id = '${ids.dave}'`);
  const replies = await Promise.all(Array.from({ length: 40 }, () => dave.post('/api/v1/app-passwords', { body: { name: 'All at once' } })));
  assert.deepEqual([201, 409].map((status) => replies.filter((reply) => reply.status === status).length), [20, 20]);
  await world.sql(`delete from app_passwords where user_id = '${ids.dave}'`);
});

test('the extensions are told to anybody, in XML, JSON and JSONP, with and without .view, by GET and by a form', async () => {
  const names = ['apiKeyAuthentication', 'formPost', 'indexBasedQueue', 'songLyrics', 'transcodeOffset'];
  for (const name of ['getOpenSubsonicExtensions', 'getOpenSubsonicExtensions.view']) {
    const body = (await (await raw(`${name}?f=json`)).json()) as Json;
    assert.equal(complaint('getOpenSubsonicExtensions', body), '');
    assert.deepEqual(body['subsonic-response'].openSubsonicExtensions.map((one: Json) => one['name']), names);
    assert.deepEqual([parseXml(await (await raw(name)).text())].map(({ children }) => children.map((one) => one.attributes['name'])), [names]);
  }
  const jsonp = await raw('getOpenSubsonicExtensions?f=jsonp&callback=got_it');
  assert.match(jsonp.headers.get('content-type')!, /^text\/javascript/);
  assert.match(await jsonp.text(), /^\/\*\*\/got_it\(\{"subsonic-response":\{.*\}\);$/);
  for (const callback of ['', 'alert(1)//', 'a.b.click', '1a', 'a b', 'a\u2028', '<script>', 'a'.repeat(101)]) {
    const reply = await raw(`ping?f=jsonp&${queryOf({ callback })}`);
    assert.match(reply.headers.get('content-type')!, /^application\/json/, callback);
    assert.equal(((await reply.json()) as Json)['subsonic-response'].status, 'failed');
  }
  const form = { ...(await signed('alice')), f: 'json', id: tr(first) };
  const posted = await raw('getSong', { method: 'POST', body: new URLSearchParams(queryOf(form)) });
  assert.equal(((await posted.json()) as Json)['subsonic-response'].song.title, first.title);
  const mixed = await raw(`getSong.view?${queryOf({ id: tr(first), f: 'json' })}`, { method: 'POST', body: new URLSearchParams(queryOf(await signed('alice'))) });
  assert.equal(((await mixed.json()) as Json)['subsonic-response'].status, 'ok');
  assert.equal(((await (await raw('ping?f=json', { method: 'POST' })).json()) as Json)['subsonic-response'].error.code, 10);
  assertProblem(await visitor.send('POST', '/rest/ping', { body: '{}', headers: { 'content-type': 'application/json' } }), 415);
  assertProblem(await visitor.send('POST', '/rest/ping', { body: 'a='.padEnd(300_000, 'a'), headers: { 'content-type': 'application/x-www-form-urlencoded' } }), 413);
  assert.equal(jsonp.headers.get('access-control-allow-origin'), '*');
});

test('what is wrong is told with a code of the protocol and status 200, whatever is sent', async () => {
  await refused('alice', 'getAlbum', {}, 10);
  for (const id of ['', 'x', 'al-', `al-${'0'.repeat(36)}`, tr(first), `al-${randomUUID()}`, "al-' or 1=1 --", '%', release.id]) await refused('alice', 'getAlbum', { id }, id ? 70 : 10);
  await refused('alice', 'getAlbumList2', {}, 10);
  await refused('alice', 'getAlbumList2', { type: 'loudest' }, 0);
  await refused('alice', 'getAlbumList2', { type: 'newest', size: 'many' }, 0);
  await refused('alice', 'getPlaylists', { username: 'bob' }, 50);
  assert.equal(((await (await raw(`noSuchCall?f=json`)).json()) as Json)['subsonic-response'].status, 'failed');
  assert.equal(((await (await raw(`ping?f=json&u=%FF`)).json()) as Json)['subsonic-response'].status, 'failed');
  assert.equal(((await (await raw(`ping?f=json&u=a%00b&p=x`)).json()) as Json)['subsonic-response'].status, 'failed');
  assert.equal(parseXml(await (await raw('ping?f=yaml')).text()).attributes['status'], 'failed');
});

test('what Veza has not is refused, and no extension claims it', async () => {
  const offered = ['jukeboxControl', 'getVideos', 'getVideoInfo', 'getCaptions', 'getInternetRadioStations', 'createInternetRadioStation', 'updateInternetRadioStation',
    'deleteInternetRadioStation', 'getPodcasts', 'getNewestPodcasts', 'getPodcastEpisode', 'refreshPodcasts', 'createPodcastChannel', 'deletePodcastChannel', 'deletePodcastEpisode',
    'downloadPodcastEpisode', 'getChatMessages', 'addChatMessage', 'getUsers', 'createUser', 'updateUser', 'deleteUser', 'changePassword', 'startScan'];
  for (const call of offered) await refused('alice', call, {}, 50);
  const extensions = ['findSonicPath', 'getSonicSimilarTracks', 'getTranscodeDecision', 'getTranscodeStream', 'reportPlayback'];
  for (const call of extensions) await refused('alice', call, {}, 0);
});

test('the library holds what is public and what is one\'s own, by artists, albums, songs, genres and folders', async () => {
  await good('alice', 'ping');
  assert.equal((await good('alice', 'getLicense'))['license'].valid, true);
  assert.deepEqual((await good('alice', 'getMusicFolders'))['musicFolders'].musicFolder.map((one: Json) => one['id']), [1, 2]);
  const artists = (await good('alice', 'getArtists'))['artists'].index;
  assert.deepEqual(artists.map((one: Json) => one['name']), ['C', 'D']);
  assert.deepEqual(artists[0].artist.map((one: Json) => [one['id'], one['albumCount']]), [[artist, 2]]);
  assert.deepEqual((await good('alice', 'getIndexes'))['indexes'].index.map((one: Json) => one['name']), ['C', 'D']);
  assert.deepEqual((await good('alice', 'getArtists', { musicFolderId: 2 }))['artists'].index, []);
  const of = (await good('alice', 'getArtist', { id: artist }))['artist'];
  assert.deepEqual(of.album.map((one: Json) => [one['id'], one['name'], one['songCount']]), [[album, 'Night & day', 2], [singles, 'Singles', 1]]);
  const mine = (await good('carol', 'getAlbum', { id: singles }))['album'];
  assert.deepEqual(mine.song.map((one: Json) => one['title']), ['Hidden', 'Alone']);
  const whole = (await good('alice', 'getAlbum', { id: album }))['album'];
  assert.deepEqual(whole.song.map((one: Json) => [one['track'], one['id'], one['albumId'], one['artistId']]), [[1, tr(first), album, artist], [2, tr(second), album, artist]]);
  assert.deepEqual([whole.releaseTypes, whole.recordLabels, whole.songCount], [['EP'], [{ name: 'Small hours' }], 2]);
  const song = (await good('alice', 'getSong', { id: tr(first) }))['song'];
  assert.deepEqual([song.title, song.contentType, song.suffix, song.duration, song.isDir, song.genres], [first.title, 'audio/mp4', 'm4a', 13, false, [{ name: 'House' }]]);
  assert.equal((await good('alice', 'getSong', { id: tr(daves) }))['song'].artist, 'Dave & band');
  assert.equal((await good('alice', 'getSong', { id: tr(lone) }))['song'].suffix, 'wav', 'it may be downloaded');
  const folder = async (id: string) => (await good('alice', 'getMusicDirectory', { id }))['directory'].child.map((one: Json) => [one['id'], one['isDir']]);
  assert.deepEqual(await folder('1'), [[artist, true], [`ar-${ids.dave}`, true]]);
  assert.deepEqual(await folder(artist), [[album, true], [singles, true]]);
  assert.deepEqual(await folder(album), [[tr(first), false], [tr(second), false]]);
  assert.deepEqual(await folder(singles), [[tr(lone), false]]);
  const genres = (await good('alice', 'getGenres'))['genres'].genre;
  assert.deepEqual(genres.find((one: Json) => one['value'] === 'House'), { value: 'House', songCount: 3, albumCount: 2 });
  assert.equal((await good('alice', 'getUser', { username: 'alice' }))['user'].username, 'alice');
  assert.equal((await good('alice', 'tokenInfo'))['tokenInfo'].username, 'alice');
  await refused('alice', 'getUser', { username: 'carol' }, 70);
  await good('alice', 'getScanStatus');
  for (const call of ['getArtistInfo', 'getArtistInfo2'])
    for (const id of [artist, album, tr(first), singles]) await good('alice', call, { id });
  for (const call of ['getAlbumInfo', 'getAlbumInfo2'])
    for (const id of [album, tr(first), tr(lone), singles]) await good('alice', call, { id });
});

test('lists of albums and songs have all their orders, and pages', async () => {
  const list = async (given: Given, call = 'getAlbumList2', member = 'albumList2') => (await good('alice', call, given, { twice: given['type'] !== 'random' }))[member].album.map((one: Json) => one['id']);
  const dave = `sg-${ids.dave}`;
  assert.deepEqual((await list({ type: 'alphabeticalByName' })), [album, singles, dave]);
  assert.deepEqual((await list({ type: 'alphabeticalByArtist' })), [album, singles, dave]);
  assert.deepEqual((await list({ type: 'alphabeticalByName', size: 1, offset: 1 })), [singles]);
  assert.deepEqual((await list({ type: 'alphabeticalByName', size: 0 })), []);
  assert.deepEqual((await list({ type: 'newest' }))[0], album);
  assert.deepEqual((await list({ type: 'random', size: 500 })).sort(), [album, dave, singles].sort());
  assert.deepEqual((await list({ type: 'byGenre', genre: 'techno' })), [singles]);
  const year = new Date().getUTCFullYear();
  assert.equal((await list({ type: 'byYear', fromYear: year - 1, toYear: year + 1 })).length, 3);
  assert.equal((await list({ type: 'byYear', fromYear: year + 1, toYear: year - 1 })).length, 3);
  assert.deepEqual((await list({ type: 'byYear', fromYear: 1900, toYear: 1950 })), []);
  for (const type of ['starred', 'highest', 'frequent', 'recent']) assert.deepEqual(await list({ type }), [], type);
  assert.deepEqual(await list({ type: 'alphabeticalByName' }, 'getAlbumList', 'albumList'), [album, singles, dave]);
  const songs = async (call: string, member: string, given: Given, options = {}) => (await good('alice', call, given, options))[member].song.map((one: Json) => one['id']);
  assert.deepEqual((await songs('getRandomSongs', 'randomSongs', { size: 10 }, { twice: false })).sort(), [first, second, lone, daves].map(tr).sort());
  assert.deepEqual(await songs('getRandomSongs', 'randomSongs', { size: 10, genre: 'techno' }), [tr(lone)]);
  assert.deepEqual(await songs('getSongsByGenre', 'songsByGenre', { genre: 'house' }), [daves, second, first].map(tr));
  assert.deepEqual(await songs('getSongsByGenre', 'songsByGenre', { genre: 'House', count: 1, offset: 1 }), [tr(second)]);
  assert.deepEqual((await songs('getSimilarSongs', 'similarSongs', { id: tr(first) })).sort(), [daves, second].map(tr).sort());
  assert.equal((await songs('getSimilarSongs2', 'similarSongs2', { id: artist })).length, 0, 'the latest of Carol is the only one of its genre');
  assert.equal((await songs('getTopSongs', 'topSongs', { artist: of(carolName) })).length, 3);
});

const carolName = (await carol.get('/api/v1/auth/me')).body.display_name;
const of = (name: string) => name;

test('search finds by words, and everything where there are none, page by page', async () => {
  const found = async (given: Given, call = 'search3', member = 'searchResult3') => (await good('alice', call, given))[member] as Json;
  const idsOf = (list: Json[]) => list.map((one) => one['id']);
  for (const query of ['', '""']) {
    const all = await found({ query, songCount: 500, albumCount: 500, artistCount: 500 });
    assert.deepEqual(idsOf(all['song']).sort(), [first, second, lone, daves].map(tr).sort(), JSON.stringify(query));
    assert.deepEqual(idsOf(all['artist']).sort(), [artist, `ar-${ids.dave}`].sort());
    assert.deepEqual(idsOf(all['album']).sort(), [album, singles, `sg-${ids.dave}`].sort());
  }
  const pages: string[] = [];
  for (let songOffset = 0; songOffset < 6; songOffset++) pages.push(...idsOf((await found({ query: '', songCount: 1, songOffset, albumCount: 0, artistCount: 0 }))['song']));
  assert.deepEqual([...pages].sort(), [first, second, lone, daves].map(tr).sort(), 'each once');
  assert.deepEqual(idsOf((await found({ query: 'late rain' }))['song']), [tr(first)]);
  assert.deepEqual(idsOf((await found({ query: 'ωMEGA' }))['song']), [tr(second)]);
  assert.deepEqual(idsOf((await found({ query: 'night' }))['album']), [album]);
  assert.deepEqual(idsOf((await found({ query: carolName }))['artist']), [artist]);
  assert.deepEqual(idsOf((await found({ query: 'hidden' }))['song']), []);
  assert.deepEqual(idsOf((await found({ query: '%' }))['song']), []);
  assert.deepEqual(idsOf((await found({ query: 'late' }, 'search2', 'searchResult2'))['song']), [tr(first)]);
  assert.deepEqual((await found({ any: 'late' }, 'search', 'searchResult'))['match'].map((one: Json) => one['id']), [tr(first)]);
});

test('what somebody may not see is nowhere: private, of somebody who blocked them, unlisted but by its id', async () => {
  for (const [call, id] of [['getSong', tr(hidden)], ['stream', tr(hidden)], ['download', tr(hidden)], ['getLyricsBySongId', tr(hidden)], ['star', tr(hidden)], ['hls.m3u8', tr(hidden)],
    ['getCoverArt', tr(hidden)], ['scrobble', tr(hidden)]] as const) await refused('alice', call, { id }, 70);
  await refused('alice', 'createBookmark', { id: tr(hidden), position: 1 }, 70);
  await refused('alice', 'setRating', { id: tr(hidden), rating: 1 }, 70);
  assert.equal((await good('carol', 'getSong', { id: tr(hidden) }))['song'].title, 'Hidden');
  await world.sql(`insert into user_blocks (blocker_id, blocked_id) values ('${ids.carol}', '${ids.bob}')`);
  assert.deepEqual((await good('bob', 'getArtists'))['artists'].index.map((one: Json) => one['name']), ['D']);
  assert.deepEqual((await good('bob', 'getAlbumList2', { type: 'newest' }))['albumList2'].album.map((one: Json) => one['artistId']), [`ar-${ids.dave}`]);
  assert.deepEqual((await good('bob', 'search3', { query: '' }))['searchResult3'].song.map((one: Json) => one['id']), [tr(daves)]);
  for (const [call, id] of [['getSong', tr(first)], ['getAlbum', album], ['getAlbum', singles], ['getArtist', artist], ['stream', tr(first)], ['getCoverArt', album], ['star', album], ['star', artist],
    ['getArtistInfo2', artist]] as const) await refused('bob', call, { id }, 70);
  await world.sql(`delete from user_blocks where blocker_id = '${ids.carol}'`);
  await world.sql(`update tracks set visibility = 'unlisted' where id = '${lone.id}'`);
  assert.equal((await good('alice', 'getSong', { id: tr(lone) }))['song'].title, 'Alone');
  assert.deepEqual((await good('alice', 'search3', { query: 'alone' }))['searchResult3'].song, []);
  await world.sql(`update tracks set visibility = 'public' where id = '${lone.id}'`);
});

test('what was seen once tells nothing of what became of it: shares, genres of what is private, profiles that are private, follows that are not shown', async () => {
  const share = (await change('dave', 'createShare', { id: album }))['shares'].share[0];
  await world.sql(`update releases set visibility = 'private', title = 'Secret by now' where id = '${release.id}'`);
  assert.deepEqual((await good('dave', 'getShares'))['shares'].share ?? [], []);
  await change('dave', 'deleteShare', { id: share.id });
  await world.sql(`update releases set visibility = 'public', title = 'Night & day' where id = '${release.id}'`);

  const byGenre = async (genre: string) => ((await good('alice', 'getAlbumList2', { type: 'byGenre', genre }))['albumList2'].album as Json[]).map((one) => one['id']);
  assert.deepEqual(await byGenre('Techno'), [singles]);
  await world.sql(`update tracks set visibility = 'private' where id = '${lone.id}'`);
  await world.sql(`insert into tracks (creator_id, title, genre, status, stream_status, visibility) values ('${ids.carol}', 'Other', 'Ambient', 'completed', 'ready', 'public')`);
  assert.deepEqual([await byGenre('Techno'), await byGenre('Ambient')], [[], [singles]]);
  await world.sql(`delete from tracks where title = 'Other'; update tracks set visibility = 'unlisted' where id = '${lone.id}'`);
  await refused('alice', 'createShare', { id: tr(lone) }, 50);
  await world.sql(`update tracks set visibility = 'public' where id = '${lone.id}'`);

  const info = async () => (await good('alice', 'getArtistInfo2', { id: artist }))['artistInfo2'] as Json;
  await world.sql(`update users set bio = 'Of Carol' where id = '${ids.carol}'`);
  await world.sql(`insert into user_follows (follower_id, followed_id) values ('${ids.bob}', '${ids.carol}'), ('${ids.bob}', '${ids.dave}')`);
  assert.deepEqual([(await info())['biography'], (await info())['similarArtist'].map((one: Json) => one['id'])], ['Of Carol', [`ar-${ids.dave}`]]);
  await world.sql(`insert into user_settings (user_id, show_activity) values ('${ids.bob}', false) on conflict (user_id) do update set show_activity = false`);
  await world.sql(`update users set is_public = false where id = '${ids.carol}'`);
  assert.deepEqual([(await info())['biography'], (await info())['similarArtist']], [undefined, []]);
  await world.sql(`update users set is_public = true, bio = null where id = '${ids.carol}'; update user_settings set show_activity = true where user_id = '${ids.bob}';
                   delete from user_follows where follower_id = '${ids.bob}'`);
});

const folder = mkdtempSync(path.join(tmpdir(), 'subsonic-'));
const pcmOf = async (bytes: Uint8Array, name: string) => {
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  return decode(file, ['-f', 's16le', '-ac', '1', '-ar', '8000']);
};

test('a track is streamed as one file: a rendition where it may not be downloaded, with its length, ranges and an index', async () => {
  const auth = await signed('alice'), address = (given: Given) => `stream?${queryOf({ id: tr(first), ...given, ...auth })}`;
  const whole = await raw(address({}));
  assert.deepEqual([whole.status, whole.headers.get('content-type'), whole.headers.get('accept-ranges')], [200, 'audio/mp4', 'bytes']);
  const bytes = Buffer.from(await whole.arrayBuffer());
  assert.equal(Number(whole.headers.get('content-length')), bytes.length);
  const high = await rendition(carol, first.id, 'high');
  assert.ok(high.segments.length > 1, 'several segments');
  assert.ok(bytes.includes('sidx'));
  assert.equal(bytes.length, high.bytes.length + bytes.readUInt32BE(bytes.indexOf('sidx') - 4));
  const edit = bytes.indexOf('elst'), before = high.bytes.indexOf('elst');
  assert.ok(high.bytes.readUInt32BE(before + 12) > 0, 'the edit list of HLS tells the length');
  assert.deepEqual([bytes.readUInt32BE(edit + 12), bytes.readInt32BE(edit + 16)], [0, high.bytes.readInt32BE(before + 16)], 'here it has no end, but the same beginning');
  const heard = await pcmOf(bytes, 'whole.m4a'), expected = await pcmOf(high.bytes, 'parts.m4a');
  assert.ok(heard.equals(expected), 'the same sound');
  assert.ok(Math.abs(heard.length / 16000 - 13) < 0.2, 'all of it');
  const part = await raw(address({}), { headers: { range: 'bytes=1000-2999' } });
  assert.equal(part.status, 206);
  assert.ok(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(1000, 3000)));
  assert.equal((await raw(address({}), { headers: { range: `bytes=${bytes.length}-` } })).status, 416);
  const head = await raw(address({}), { method: 'HEAD' });
  assert.equal(Number(head.headers.get('content-length')), bytes.length);
  assert.equal((await raw(address({}), { headers: { 'if-none-match': whole.headers.get('etag')! } })).status, 304);
  const small = Buffer.from(await (await raw(address({ maxBitRate: 96 }))).arrayBuffer());
  assert.ok(small.length < bytes.length * 0.7, `${small.length} of ${bytes.length}`);
  const later = await raw(address({ timeOffset: 7 }));
  const rest = Buffer.from(await later.arrayBuffer());
  assert.equal(Number(later.headers.get('content-length')), rest.length);
  const left = (await pcmOf(rest, 'later.m4a')).length / 16000;
  assert.ok(left < 10 && left > 5.5, `${left} s`);
  const original = await raw(`stream?${queryOf({ id: tr(lone), ...auth })}`);
  assert.equal(original.headers.get('content-type'), 'audio/wav');
  assert.ok(Buffer.from(await original.arrayBuffer()).equals(wav(makeSound(3, { seed: 3 }))), 'byte for byte');
  assert.equal((await raw(`stream?${queryOf({ id: tr(lone), ...auth, maxBitRate: 128 })}`)).headers.get('content-type'), 'audio/mp4');
  assert.equal((await raw(`stream?${queryOf({ id: tr(first), ...auth, format: 'raw' })}`)).headers.get('content-type'), 'audio/mp4');
});

test('audio answers conditions and ranges as HTTP has them', async () => {
  const target = `/rest/stream?${queryOf({ id: tr(first), ...(await signed('alice')) })}`, send = (headers: Record<string, string>, to = target) => visitor.send('GET', to, { headers });
  const whole = await send({});
  assertStatus(whole, 200);
  assertStatus(await send({ range: 'bytes=0-9' }), 206);
  assertStatus(await send({ 'if-none-match': whole.headers.get('etag')! }), 304);
  assertProblem(await send({ range: 'bytes=999999999-' }), 416);
  assertProblem(await visitor.send('GET', '/rest/a%20b'), 404);
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  assertStatus(await visitor.send('POST', '/rest/ping', { body: 'f=xml', headers: form }), 200);
  assertProblem(await visitor.send('POST', '/rest/a%20b', { body: 'f=json', headers: form }), 404);
});

test('a player of HLS gets byte ranges of the same file', async () => {
  const auth = await signed('alice');
  const reply = await raw(`hls.m3u8?${queryOf({ id: tr(first), bitRate: 128, ...auth })}`);
  assert.equal(reply.headers.get('content-type'), 'application/vnd.apple.mpegurl');
  const text = await reply.text(), lines = text.split('\n');
  const address = lines.find((line) => line.startsWith('stream.view?'))!;
  const parts: Buffer[] = [];
  for (const [, length, at] of [...text.matchAll(/BYTERANGE[:=]"?(\d+)@(\d+)/g)]) {
    const piece = await raw(address, { headers: { range: `bytes=${at}-${Number(at) + Number(length) - 1}` } });
    assert.equal(piece.status, 206);
    parts.push(Buffer.from(await piece.arrayBuffer()));
  }
  assert.ok((await pcmOf(Buffer.concat(parts), 'hls.m4a')).length / 16000 > 12.8);
});

test('a download is the file as it was uploaded, for whom the creator lets have it', async () => {
  await refused('alice', 'download', { id: tr(first) }, 50);
  const reply = await raw(`download?${queryOf({ id: tr(lone), ...(await signed('alice')) })}`);
  assert.ok(Buffer.from(await reply.arrayBuffer()).equals(wav(makeSound(3, { seed: 3 }))));
  assert.match(reply.headers.get('content-disposition')!, /^attachment; filename="song\.wav"/);
  assert.equal((await raw(`download?${queryOf({ id: tr(first), ...(await signed('carol')) })}`)).status, 200, 'one\'s own');
});

test('Clementine, which breaks off at elements that are not of Subsonic 1.16.1, gets albums of attributes and songs', async () => {
  const auth = await signed('alice'), elements = async (given: Given) => {
    const root = parseXml(await (await raw(`getAlbum?${queryOf({ id: album, ...auth, ...given })}`)).text());
    return [...new Set(root.children[0]!.children.map(({ name }) => name))].sort();
  };
  assert.deepEqual(await elements({ c: 'Clementine' }), ['song']);
  assert.ok((await elements({ c: 'Another' })).includes('artists'));
});

/** Width and height of an image, by its codec. */
const looksLike = (image: Buffer) => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'veza-cover-')), 'cover');
  writeFileSync(file, image);
  return execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'stream=codec_name,width,height', '-of', 'csv=p=0', file], { encoding: 'utf8' }).trim();
};

test('covers are JPEG in the size that is asked for, of songs, albums, playlists and people', async () => {
  const auth = await signed('alice');
  for (const [id, size, expected] of [[tr(first), 300, 300], [tr(first), 599, 600], [singles, 100, 300], [tr(lone), 2000, 800]] as const) {
    const reply = await raw(`getCoverArt?${queryOf({ id, size, ...auth })}`), image = Buffer.from(await reply.arrayBuffer());
    assert.deepEqual([reply.status, reply.headers.get('content-type')], [200, 'image/jpeg'], id);
    assert.equal(looksLike(image), `mjpeg,${expected},${expected}`);
    const again = await raw(`getCoverArt?${queryOf({ id, size, ...auth })}`);
    assert.ok(Buffer.from(await again.arrayBuffer()).equals(image), 'the one that was made is kept');
  }
  await refused('alice', 'getCoverArt', { id: album }, 70);
  await refused('alice', 'getAvatar', { username: 'carol' }, 70);
  await refused('alice', 'getAvatar', { username: 'nobody' }, 70);
  const form = new FormData();
  form.set('avatar', new Blob([new Uint8Array(cover)], { type: 'image/png' }), 'me.png');
  assertStatus(await carol.post('/api/v1/users/{id}/avatar', { path: { id: ids.carol }, body: form }), 200);
  for (const target of [`getAvatar?${queryOf({ username: 'carol', ...auth })}`, `getCoverArt?${queryOf({ id: artist, ...auth })}`])
    assert.equal((await raw(target)).headers.get('content-type'), 'image/jpeg');
});

test('a cover that is replaced leaves no JPEG behind', async () => {
  const folder = (key: string) => key.startsWith(`covers/${lone.id}/`), before = (await world.server.storedKeys()).filter(folder);
  assert.ok(before.some((key) => key.endsWith('.jpg')), before.join(' '));
  const form = new FormData();
  form.set('cover', new Blob([new Uint8Array(png(400, 400))], { type: 'image/png' }), 'new.png');
  assertStatus(await carol.put('/api/v1/tracks/{id}/cover', { path: { id: lone.id }, body: form }), 200);
  const now = (await world.server.storedKeys()).filter(folder);
  assert.deepEqual(now.filter((key) => before.includes(key)), []);
  const reply = await raw(`getCoverArt?${queryOf({ id: tr(lone), size: 1200, ...(await signed('alice')) })}`);
  assert.equal(looksLike(Buffer.from(await reply.arrayBuffer())), 'mjpeg,400,400');
});

test('each song tells its size and bit rate: those of the file as it was uploaded, else about those of the rendition that an app is streamed', async () => {
  const original = (await good('alice', 'getSong', { id: tr(lone) }))['song'];
  assert.equal(original.size, wav(makeSound(3)).length);
  for (const track of [first, daves]) {
    const { size, bitRate } = (await good('alice', 'getSong', { id: tr(track) }))['song'];
    const streamed = (await (await raw(`stream?${queryOf({ id: tr(track), ...(await signed('alice')) })}`)).arrayBuffer()).byteLength;
    assert.ok(size > streamed * 0.5 && size < streamed * 2, `${size} for ${streamed} bytes`);
    assert.ok(bitRate >= 64 && bitRate <= 400, String(bitRate));
  }
});

test('a song is liked, an artist followed and an album marked by a star', async () => {
  await change('alice', 'star', { id: [tr(first), tr(daves)], albumId: album, artistId: artist });
  await change('alice', 'star', { id: [tr(first), singles] });
  assert.equal((await alice.get('/api/v1/tracks/{id}', { path: { id: first.id } })).body.is_liked, true);
  const starred = async () => {
    const { artist: artists, album: albums, song } = (await good('alice', 'getStarred2'))['starred2'] as Record<string, Json[]>;
    return [artists!, albums!, song!].map((list) => list.map((one) => one['id']).sort());
  };
  assert.deepEqual(await starred(), [[artist], [album, singles].sort(), [tr(first), tr(daves)].sort()]);
  assert.equal((await good('alice', 'getStarred'))['starred'].album[0].isDir, true);
  assert.ok((await good('alice', 'getSong', { id: tr(first) }))['song'].starred);
  assert.deepEqual((await good('alice', 'getAlbumList2', { type: 'starred' }))['albumList2'].album.length, 2);
  assert.deepEqual((await good('alice', 'getArtists', { musicFolderId: 2 }))['artists'].index.map((one: Json) => one['name']), ['C']);
  await change('alice', 'unstar', { id: [tr(first), singles], artistId: artist });
  assert.deepEqual(await starred(), [[], [album], [tr(daves)]]);
  await refused('alice', 'star', {}, 10);
  await refused('alice', 'star', { albumId: tr(first) }, 70);
  await change('alice', 'setRating', { id: album, rating: 4 });
  await change('alice', 'setRating', { id: tr(first), rating: 2 });
  await change('alice', 'setRating', { id: tr(first), rating: 5 });
  assert.equal((await good('alice', 'getSong', { id: tr(first) }))['song'].userRating, 5);
  assert.equal((await good('carol', 'getSong', { id: tr(first) }))['song'].userRating, undefined, 'nobody else sees it');
  assert.deepEqual((await good('alice', 'getAlbumList2', { type: 'highest' }))['albumList2'].album.map((one: Json) => one['userRating']), [4]);
  await change('alice', 'setRating', { id: album, rating: 0 });
  assert.deepEqual((await good('alice', 'getAlbumList2', { type: 'highest' }))['albumList2'].album, []);
});

test('playlists are those of Veza: made, changed by places, replaced and deleted', async () => {
  const made = (await change('alice', 'createPlaylist', { name: 'Drive & <on>', songId: [tr(first), tr(daves), tr(second)] }))['playlist'];
  const id = made.id as string, plain = id.slice(3);
  assert.deepEqual([made.name, made.public, made.songCount, made.entry.map((one: Json) => one['id'])], ['Drive & <on>', false, 3, [first, daves, second].map(tr)]);
  const here = (await alice.get('/api/v1/playlists/{id}/tracks', { path: { id: plain } })).body.items.map((one) => one.track_id);
  assert.deepEqual(here, [first.id, daves.id, second.id]);
  await change('alice', 'updatePlaylist', { playlistId: id, name: 'Drive', comment: 'far', public: true, songIdToAdd: [tr(lone), tr(first)], songIndexToRemove: ['0', '1'] });
  const entries = async (person: Person = 'alice') => (await good(person, 'getPlaylist', { id }))['playlist'].entry.map((one: Json) => one['id']);
  assert.deepEqual(await entries(), [second, lone, first].map(tr));
  assert.deepEqual((await good('alice', 'getPlaylists'))['playlists'].playlist.map((one: Json) => [one['name'], one['comment'], one['public'], one['songCount'], one['owner']]),
    [['Drive', 'far', true, 3, 'alice']]);
  assert.deepEqual(await entries('carol'), [second, lone, first].map(tr), 'it is public');
  await refused('carol', 'updatePlaylist', { playlistId: id, songIdToAdd: tr(first) }, 50);
  await refused('carol', 'updatePlaylist', { playlistId: id, name: 'Mine' }, 70);
  await refused('carol', 'createPlaylist', { playlistId: id, songId: tr(first) }, 50);
  await change('alice', 'createPlaylist', { playlistId: id, songId: [tr(daves)] });
  assert.deepEqual(await entries(), [tr(daves)]);
  assert.equal((await raw(`getCoverArt?${queryOf({ id, ...(await signed('alice')) })}`)).status, 200);
  await refused('alice', 'createPlaylist', {}, 10);
  await refused('alice', 'updatePlaylist', { playlistId: `pl-${randomUUID()}`, name: 'x' }, 70);
  await refused('carol', 'getPlaylist', { id: `pl-${randomUUID()}` }, 70);
  const log = await world.sql(`select count(*) from audit_logs where actor_id = '${ids.alice}' and action like '% /rest/{method}'`);
  assert.ok(Number(log) > 4, 'changes are in the audit log');
  await change('alice', 'deletePlaylist', { id });
  await refused('alice', 'getPlaylist', { id }, 70);
});

test('bookmarks and the queue are kept for the person, the queue being that of the web app', async () => {
  await change('alice', 'createBookmark', { id: tr(first), position: 4000, comment: 'there & <here>' });
  await change('alice', 'createBookmark', { id: tr(first), position: 5000 });
  assert.deepEqual((await good('alice', 'getBookmarks'))['bookmarks'].bookmark.map((one: Json) => [one['position'], one['entry'].id, one['username']]), [[5000, tr(first), 'alice']]);
  assert.deepEqual((await good('carol', 'getBookmarks'))['bookmarks'].bookmark, []);
  await change('alice', 'deleteBookmark', { id: tr(first) });
  await refused('alice', 'deleteBookmark', { id: tr(first) }, 70);

  await refused('alice', 'getPlayQueue', {}, 70);
  await change('alice', 'savePlayQueue', { id: [tr(first), tr(second), tr(first)], current: tr(second), position: 1234 });
  const queue = (await good('alice', 'getPlayQueue'))['playQueue'];
  assert.deepEqual([queue.current, queue.position, queue.changedBy, queue.entry.map((one: Json) => one['id'])], [tr(second), 1234, 'Test', [first, second, first].map(tr)]);
  assert.deepEqual((await alice.get('/api/v1/queue')).body.offset_ms, 1234);
  await change('alice', 'savePlayQueueByIndex', { id: [tr(first), tr(second), tr(first)], currentIndex: 2, position: 9 });
  const byIndex = (await good('alice', 'getPlayQueueByIndex'))['playQueueByIndex'];
  assert.deepEqual([byIndex.currentIndex, byIndex.position, byIndex.entry.length], [2, 9, 3]);
  await refused('alice', 'savePlayQueueByIndex', { id: [tr(first)], currentIndex: 7 }, 0);
  await refused('alice', 'savePlayQueue', { id: [tr(first)], current: tr(second) }, 0);
});

const count = async (id: string) => Number(await world.sql(`select play_count from tracks where id = '${id}'`));
const passed = (seconds: number) => world.sql(`update app_listenings set began_at = began_at - interval '${seconds} s';
  update play_sessions set started_at = started_at - interval '${seconds} s'; update play_listeners set spent_until = spent_until - interval '${seconds} s'`);

test('an app\'s listening is a play by the same rule as all others: fetching counts nothing, and no time means no play', async () => {
  await world.sql(`delete from app_listenings; delete from play_sessions; update play_listeners set spent_until = '-infinity'`);
  const before = await count(first.id);
  await raw(`stream?${queryOf({ id: tr(first), ...(await signed('alice')) })}`).then((reply) => reply.arrayBuffer());
  assert.equal(await count(first.id), before, 'fetched');
  for (let n = 0; n < 3; n++) await change('alice', 'scrobble', { id: tr(first), submission: true });
  assert.equal(await count(first.id), before, 'said to be heard at once, three times');
  await change('alice', 'scrobble', { id: tr(first), submission: false });
  assert.deepEqual((await good('alice', 'getNowPlaying'))['nowPlaying'].entry.map((one: Json) => [one['id'], one['playerName']]), [[tr(first), 'Test']]);
  assert.deepEqual((await good('carol', 'getNowPlaying'))['nowPlaying'].entry, [], 'what others hear is theirs to know');
  await passed(12);
  await change('alice', 'scrobble', { id: tr(first) });
  assert.equal(await count(first.id), before + 1, 'heard');
  await change('alice', 'scrobble', { id: tr(first) });
  assert.equal(await count(first.id), before + 1, 'the same once more');
  assert.deepEqual((await good('alice', 'getNowPlaying'))['nowPlaying'].entry, []);
  await raw(`stream?${queryOf({ id: tr(first), ...(await signed('alice')) })}`).then((reply) => reply.arrayBuffer());
  await passed(13);
  await change('alice', 'scrobble', { id: tr(first), time: Date.now() });
  assert.equal(await count(first.id), before + 2, 'an app that says only when it is over');
  assert.equal((await good('alice', 'getAlbumList2', { type: 'frequent' }))['albumList2'].album[0].id, album);
  assert.equal((await good('alice', 'getAlbumList2', { type: 'recent' }))['albumList2'].album[0].id, album);
  assert.equal((await alice.get('/api/v1/history')).body.items[0]!.track_id, first.id);
});

test('lyrics come with their times, or plain', async () => {
  assert.deepEqual((await good('alice', 'getLyricsBySongId', { id: tr(first) }))['lyricsList'].structuredLyrics, []);
  assertStatus(await carol.put('/api/v1/tracks/{id}/lyrics', { path: { id: first.id }, body: { content: '[00:01]One & <two>\n[00:02.5]Three' } }), 200);
  const [lyrics] = (await good('alice', 'getLyricsBySongId', { id: tr(first) }))['lyricsList'].structuredLyrics;
  assert.deepEqual([lyrics.synced, lyrics.line], [true, [{ start: 1000, value: 'One & <two>' }, { start: 2500, value: 'Three' }]]);
  assert.equal((await good('alice', 'getLyrics', { artist: carolName, title: first.title }))['lyrics'].value, 'One & <two>\nThree');
  assertStatus(await carol.put('/api/v1/tracks/{id}/lyrics', { path: { id: first.id }, body: { content: 'Plain\nwords' } }), 200);
  assert.equal((await good('alice', 'getLyricsBySongId', { id: tr(first) }))['lyricsList'].structuredLyrics[0].synced, false);
  assert.equal((await good('alice', 'getLyrics', { title: 'nothing' }))['lyrics'].value, '');
});

test('a share is the page of something public, or a link to one\'s own', async () => {
  const shared = (await change('alice', 'createShare', { id: album, description: 'hear & <this>' }))['shares'].share[0];
  assert.match(shared.url, new RegExp(`/release/${release.slug}$`));
  const own = (await change('carol', 'createShare', { id: tr(hidden), expires: Date.now() + 3_600_000 }))['shares'].share[0];
  const token = (own.url as string).match(/\/track\/shared\/([A-Za-z0-9_-]{43})$/)![1]!;
  const open = () => visitor.get('/api/v1/tracks/shared/{token}', { path: { token } });
  assert.equal((await open()).body.title, 'Hidden');
  const [again] = (await good('carol', 'getShares'))['shares'].share;
  assert.deepEqual([again.url, again.visitCount > 0, again.entry[0].id], [own.url, true, tr(hidden)]);
  assert.ok(!(await world.sql(`select s::text from app_shares s`)).includes(token), 'the token is sealed');
  await refused('alice', 'createShare', { id: tr(hidden) }, 70);
  await refused('alice', 'createShare', { id: [tr(first), tr(second)] }, 0);
  await change('carol', 'updateShare', { id: own.id, description: 'more', expires: 0 });
  assert.equal((await good('carol', 'getShares'))['shares'].share[0].expires, undefined);
  await refused('alice', 'deleteShare', { id: own.id }, 70);
  await change('carol', 'deleteShare', { id: own.id });
  assertProblem(await open(), 404);
  const list = (await change('alice', 'createPlaylist', { name: 'To share', songId: [tr(first)] }))['playlist'].id;
  assert.match((await change('alice', 'createShare', { id: list }))['shares'].share[0].url, /\/p\/[A-Za-z0-9_-]{43}$/);
});

test('every call of the description has an answer here', () => {
  const table = readFileSync(path.join(import.meta.dirname, '../../src/modules/subsonic/browse.c'), 'utf8');
  const extensions = ['findSonicPath', 'getSonicSimilarTracks', 'getTranscodeDecision', 'getTranscodeStream', 'reportPlayback'];
  assert.deepEqual(describedCalls.filter((call) => !extensions.includes(call) && !table.includes(`{"${call}"`)), []);
});

test('stars are counted one by one: a call that names hundreds is no way past the limit of what one changes', async () => {
  const call = async (ids: string[]) => raw('star', { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: queryOf({ ...(await signed('mia')), id: ids, f: 'json' }) });
  const many = await call(Array.from({ length: 490 }, () => tr(first)));
  assert.equal((await many.json() as { 'subsonic-response': Json })['subsonic-response']['status'], 'ok');
  const more = await call(Array.from({ length: 100 }, () => tr(first)));
  assert.equal(more.status, 429);
  assert.ok(Number(more.headers.get('retry-after')) >= 1);
  await change('alice', 'star', { id: tr(first) });
});

test('HEAD changes nothing, also where GET does by the protocol', async () => {
  const starred = async () => JSON.stringify((await good('alice', 'getStarred2'))['starred2']).includes(tr(second));
  await change('alice', 'unstar', { id: tr(second) });
  const reply = await raw(`star?${queryOf({ ...(await signed('alice')), id: tr(second), f: 'json' })}`, { method: 'HEAD' });
  assert.equal(reply.status, 200);
  assert.equal(await starred(), false);
  assert.equal((await raw(`star?${queryOf({ ...(await signed('alice')), id: tr(second), f: 'json' })}`)).status, 200);
  assert.equal(await starred(), true);
});

test('whoever guesses is stopped after a while, and nobody else at the same address', async () => {
  const guess = () => raw(`ping?${queryOf({ u: 'alice', p: randomUUID(), f: 'json' })}`);
  let reply = await guess();
  for (let n = 0; n < 70 && reply.status === 200; n++) reply = await guess();
  assert.equal(reply.status, 429);
  assert.ok(Number(reply.headers.get('retry-after')) >= 1);
  await good('alice', 'ping');
});
