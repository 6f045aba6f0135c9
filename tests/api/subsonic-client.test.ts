/** The npm package subsonic-api, as its users call it: by GET with tokens, by forms, and with an API key. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { SubsonicAPI } from 'subsonic-api';
import { assertStatus } from '../support/client.ts';
import { makeSound, wav } from '../support/media.ts';
import { Supysonic } from '../support/supysonic.ts';
import { playable } from '../support/tracks.ts';
import { World } from '../support/world.ts';

const world = await World.start('subsonic-client');
const carol = world.as('carol');
const made = await world.as('alice').post('/api/v1/app-passwords', { body: { name: 'npm' } });
assertStatus(made, 201);
const { username, password } = made.body;
const song = await playable(carol, { title: 'Through a client', genre: 'House', is_downloadable: 'true', file: wav(makeSound(2)) });
const other = await playable(carol, { title: 'Another', genre: 'House', file: wav(makeSound(2, { seed: 4 })) });
const ids = [`tr-${song.id}`, `tr-${other.id}`];

const ways = {
  'tokens by GET': { auth: { username, password } },
  'one salt': { auth: { username, password }, reuseSalt: true },
  forms: { auth: { username, password }, post: true },
  'an API key': { auth: { apiKey: password } },
  'an API key in forms': { auth: { apiKey: password }, post: true },
};

for (const [way, config] of Object.entries(ways)) {
  test(`subsonic-api finds, plays and keeps music with ${way}`, async () => {
    const api = new SubsonicAPI({ url: world.server.api, ...config });
    const ok = <T extends { status: string }>(reply: T): T => {
      assert.equal(reply.status, 'ok', JSON.stringify(reply));
      return reply;
    };
    ok(await api.ping());
    assert.equal(ok(await api.getOpenSubsonicExtensions()).openSubsonicExtensions.length, 5);
    const [index] = ok(await api.getArtists()).artists.index!;
    const { artist } = ok(await api.getArtist({ id: index!.artist![0]!.id }));
    const { album } = ok(await api.getAlbum({ id: artist.album![0]!.id }));
    assert.deepEqual(album.song!.map(({ id }) => id).sort(), [...ids].sort());
    assert.equal(ok(await api.getAlbumList2({ type: 'newest' })).albumList2.album!.length, 1);
    assert.equal(ok(await api.search3({ query: 'client' })).searchResult3.song![0]!.title, 'Through a client');
    assert.equal(ok(await api.search3({ query: '' })).searchResult3.song!.length, 2);
    assert.equal(ok(await api.getRandomSongs({ size: 5 })).randomSongs.song!.length, 2);
    const { playlist } = ok(await api.createPlaylist({ name: way, songId: ids }));
    ok(await api.updatePlaylist({ playlistId: playlist.id, songIndexToRemove: [0] }));
    assert.deepEqual(ok(await api.getPlaylist({ id: playlist.id })).playlist.entry!.map(({ id }) => id), [ids[1]]);
    ok(await api.deletePlaylist({ id: playlist.id }));
    ok(await api.star({ id: ids }));
    assert.equal(ok(await api.getStarred2()).starred2.song!.length, 2);
    ok(await api.unstar({ id: ids }));
    ok(await api.setRating({ id: ids[0]!, rating: 5 }));
    ok(await api.savePlayQueue({ id: ids, current: ids[1]!, position: 1000 }));
    assert.equal(ok(await api.getPlayQueue()).playQueue!.current, ids[1]);
    ok(await api.createBookmark({ id: ids[0]!, position: 500 }));
    assert.equal(ok(await api.getBookmarks()).bookmarks.bookmark!.length, 1);
    ok(await api.deleteBookmark({ id: ids[0]! }));
    ok(await api.scrobble({ id: ids[0]!, submission: false }));
    const stream = await api.stream({ id: ids[0]! });
    assert.equal(stream.status, 200);
    assert.ok(Buffer.from(await stream.arrayBuffer()).equals(wav(makeSound(2))));
    assert.equal((await api.stream({ id: ids[0]!, maxBitRate: 64 })).headers.get('content-type'), 'audio/mp4');
    assert.equal((await api.download({ id: ids[0]! })).headers.get('content-type'), 'audio/wav');
  });
}

test('a wrong password, and what is not there, are told in the words of the protocol', async () => {
  const wrong = new SubsonicAPI({ url: world.server.api, auth: { username, password: `${password}x` } });
  assert.equal(((await wrong.ping()) as unknown as { error: { code: number } }).error.code, 40);
  const api = new SubsonicAPI({ url: world.server.api, auth: { username, password } });
  assert.equal(((await api.getAlbum({ id: 'al-none' })) as unknown as { error: { code: number } }).error.code, 70);
});

type Json = Record<string, unknown>;

/** Where in a reply is what kind of value: members of arrays are one. */
function shape(value: unknown, at = ''): [string, string][] {
  if (Array.isArray(value)) return [[at, 'array'], ...value.flatMap((one) => shape(one, `${at}[]`))];
  if (typeof value === 'object' && value !== null) return [[at, 'object'], ...Object.entries(value).flatMap(([name, of]) => shape(of, `${at}.${name}`))];
  return [[at, typeof value]];
}

/** Of a server that knows no tokens: supysonic 0.7 wants the password itself. */
const plainly = (password: string): typeof fetch => (input, init) => {
  const url = new URL(input instanceof Request ? input.url : String(input));
  for (const name of ['t', 's']) url.searchParams.delete(name);
  url.searchParams.set('p', password);
  return fetch(url, init);
};

/** The same calls, each with what the ones before gave. */
async function journey(url: string, auth: { username: string; password: string }, more: { fetch?: typeof fetch } = {}): Promise<Record<string, Json>> {
  const api = new SubsonicAPI({ url, auth, ...more }), replies: Record<string, Json> = {};
  const ask = async (call: string, args: Json = {}, as = call) => {
    const reply = await (api as unknown as Record<string, (given: Json) => Promise<Json>>)[call]!.call(api, args);
    assert.equal(reply['status'], 'ok', `${call} at ${url}: ${JSON.stringify(reply)}`);
    return (replies[as] = reply) as Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any
  };
  await ask('ping');
  await ask('getLicense');
  await ask('getMusicFolders');
  await ask('getGenres');
  await ask('getUser', { username: 'alice' });
  const index = (await ask('getIndexes'))['indexes'].index[0].artist[0].id as string;
  await ask('getMusicDirectory', { id: index });
  const artist = (await ask('getArtists'))['artists'].index[0].artist[0].id as string;
  const album = (await ask('getArtist', { id: artist }))['artist'].album[0].id as string;
  const songs = (await ask('getAlbum', { id: album }))['album'].song as { id: string }[];
  assert.equal(songs.length, 2);
  const [one, two] = songs.map(({ id }) => id) as [string, string];
  await ask('getSong', { id: one });
  for (const type of ['newest', 'random', 'alphabeticalByName', 'alphabeticalByArtist']) {
    await ask('getAlbumList', { type }, `getAlbumList ${type}`);
    await ask('getAlbumList2', { type }, `getAlbumList2 ${type}`);
  }
  await ask('getRandomSongs', { size: 5 });
  await ask('getSongsByGenre', { genre: 'House' });
  await ask('search2', { query: 'One' });
  await ask('search3', { query: 'One' });
  await ask('search3', { query: 'Night' }, 'search3 album');
  await ask('star', { id: one, albumId: album, artistId: artist });
  await ask('setRating', { id: one, rating: 3 });
  await ask('getStarred');
  await ask('getStarred2');
  const { id } = (await ask('createPlaylist', { name: 'Both', songId: [one, two] }))['playlist'] ?? (await ask('getPlaylists'))['playlists'].playlist[0];
  await ask('getPlaylists');
  await ask('updatePlaylist', { playlistId: id, comment: 'said', songIndexToRemove: [0] });
  await ask('getPlaylist', { id });
  await ask('deletePlaylist', { id });
  await ask('unstar', { id: one, albumId: album, artistId: artist });
  await ask('scrobble', { id: one, submission: true });
  return replies;
}

/** What supysonic says and Veza does not, and why. */
const DIFFERENCES: [RegExp, string][] = [
  [/\.license\./, 'no licence is sold'],
  [/\.user\.(email|allowedUser)/, 'the address of mail is not for apps'],
  [/averageRating$/, 'what others think is theirs to know'],
  [/coverArt$/, 'there is a cover only where there is one'],
  [/playCount$|\.played$/, 'how often something was played is for its creator'],
  [/musicFolder\[\]\.id$/, 'a number, as OpenSubsonic describes it'],
  [/ignoredArticles$/, 'names are not cut'],
];

test('a client gets the same from Veza as from supysonic: every member that supysonic has, of the same kind', async () => {
  const made = await carol.post('/api/v1/releases', { body: { title: 'Night & day', kind: 'ep', visibility: 'public', track_ids: [song.id, other.id] } });
  assertStatus(made, 201);
  for (const [track, title] of [[song, 'One'], [other, 'Two']] as const)
    await world.sql(`update tracks set title = '${title}', artist = 'Carol', is_downloadable = true where id = '${track.id}'`);
  const peer = await Supysonic.start(password, 'Night & day', [{ title: 'One', genre: 'House', seconds: 2 }, { title: 'Two', genre: 'House', seconds: 2 }]);
  const theirs = await journey(peer.url, { username: 'alice', password }, { fetch: plainly(password) }), ours = await journey(world.server.api, { username, password });
  assert.deepEqual(Object.keys(ours), Object.keys(theirs));
  const missing: string[] = [];
  for (const [call, reply] of Object.entries(theirs)) {
    const mine = new Map(shape(ours[call]).map(([at, kind]) => [at, kind]));
    for (const [at, kind] of new Map(shape(reply)))
      if (mine.get(at) !== kind && !DIFFERENCES.some(([pattern]) => pattern.test(`${call}${at}`))) missing.push(`${call}${at}: ${kind} there, ${mine.get(at)} here`);
  }
  assert.deepEqual([...new Set(missing)], []);
});
