/** Playlists and stars of a Subsonic server that somebody takes over: from a second Veza, from Debian's supysonic, and from servers that mean no good. */
import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHash } from 'node:crypto';
import { after, test } from 'node:test';
import { SubsonicAPI } from 'subsonic-api';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { columnsWith } from '../support/personal.ts';
import { Supysonic } from '../support/supysonic.ts';
import { until } from '../support/wait.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('imports', { OUTGOING_ALLOW_PRIVATE: 'true' });
const alice = world.as('alice'), bob = world.as('bob');
const ids = template.ids;
const make = (of: World, title: string, artist: string, seconds = 180, creator = ids.carol) => of.sql(`insert into tracks (creator_id, title, file_path, status, stream_status, stream_manifest_url, artist, duration_ms, duration)
  values ('${creator}', '${title}', 'x', 'completed', 'ready', 'x', '${artist}', ${seconds * 1000}, ${seconds}) returning id`);
const here = { first: await make(world, 'One', 'Carol'), second: await make(world, 'Two', 'Carol'), long: await make(world, 'Same', 'Carol', 300), short: await make(world, 'Same', 'Carol', 100) };
await make(world, 'Three', 'Somebody else', 180, ids.dave);

const begin = (client: Client, body: object) => client.post('/api/v1/imports/subsonic', { body: body as never });
const ended = async (client: Client, id: string) => {
  let last: { state: string } = { state: '' };
  await until('the import to end', async () => {
    last = (await client.get('/api/v1/imports/{id}', { path: { id } })).body;
    return last.state === 'done' || last.state === 'failed';
  });
  return (await client.get('/api/v1/imports/{id}', { path: { id } })).body;
};
const lists = async (client: Client) => (await client.get('/api/v1/playlists', { query: { mine: true, limit: 100 } as never })).body.items.filter(({ is_default_favorites }) => !is_default_favorites);
const titles = async (client: Client, id: string) => (await client.get('/api/v1/playlists/{id}/tracks', { path: { id } as never })).body.items.map(({ track_id }) => track_id);
const liked = async (person: keyof typeof ids) => (await world.sql(`select t.title from track_likes l join tracks t on t.id = l.track_id where l.user_id = '${ids[person]}' order by t.title`)).split('\n').filter(Boolean);
const clean = (person: keyof typeof ids) => world.sql(`delete from playlists where user_id = '${ids[person]}' and not is_default_favorites; delete from track_likes where user_id = '${ids[person]}'; delete from library_imports where user_id = '${ids[person]}'`);

test('from another Veza: playlists in their order, private; stars as likes, of which nobody is told; what is missing is told and keeps its place; nothing of the account is left', async () => {
  const there = await World.start('imports-there');
  const they = [await make(there, 'One', 'Carol'), await make(there, 'Two', 'Carol'), await make(there, 'Same', 'Carol', 300), await make(there, 'Three', 'Carol'), await make(there, 'Nowhere', 'Carol')];
  const made = await there.as('alice').post('/api/v1/app-passwords', { body: { name: 'Other server' } });
  assertStatus(made, 201);
  const { username, password } = made.body;
  const api = new SubsonicAPI({ url: there.server.api, auth: { username, password } });
  await api.createPlaylist({ name: 'Late trains', songId: [they[1]!, they[4]!, they[0]!, they[2]!, they[3]!, they[1]!].map((id) => `tr-${id}`) });
  await api.createPlaylist({ name: '= 1 + 1 <b>', songId: [`tr-${they[0]!}`] });
  await api.star({ id: [they[0]!, they[2]!, they[4]!].map((id) => `tr-${id}`) });

  assertProblem(await begin(alice, { base_url: there.server.api, username, password: 'wrong' }), 422, 'validation');
  const begun = await begin(alice, { base_url: `${there.server.api}/rest/`, username, password });
  assertStatus(begun, 201);
  const done = await ended(alice, begun.body.id);
  assert.deepEqual([done.state, done.error, done.position, done.playlist_count, done.matched, done.missing, done.likes], ['done', null, 3, 2, 7, 3, 2]);
  const all = await lists(alice);
  assert.deepEqual(all.map(({ name, visibility }) => [name, visibility]).toSorted(), [['= 1 + 1 <b>', 'private'], ['Late trains', 'private']]);
  assert.deepEqual(await titles(alice, all.find(({ name }) => name === 'Late trains')!.id), [here.second, null, here.first, here.long, null, here.second]);
  assert.deepEqual(await liked('alice'), ['One', 'Same']);
  assert.equal(await world.sql(`select count(*) from outbox where name = 'track.liked'`), '0', 'likes of long ago are no news');
  const missing = (await alice.get('/api/v1/imports/{id}/missing', { path: { id: begun.body.id } })).body.items;
  assert.deepEqual(missing.map(({ source, name, title, artist, status }) => [source, name, title, artist, status]).toSorted(), [
    ['playlist', 'Late trains', 'Nowhere', 'Carol', 'missing'], ['playlist', 'Late trains', 'Three', 'Carol', 'ambiguous'], ['star', null, 'Nowhere', 'Carol', 'missing']]);
  for (const one of [password, createHash('md5').update(password).digest('hex')]) assert.deepEqual(await columnsWith(world, one), [], 'no table has it as it is');
  assert.equal(await world.sql('select count(*) from library_imports where sealed is not null'), '0', 'nor sealed');
  assert.ok(!world.server.log().includes(password) && !there.server.log().includes(password), 'no log has it');
  assertProblem(await bob.get('/api/v1/imports/{id}', { path: { id: begun.body.id } }), 404);
  assertProblem(await bob.get('/api/v1/imports/{id}/missing', { path: { id: begun.body.id } }), 404);

  const byKey = await begin(bob, { base_url: there.server.api, api_key: password, playlists: false });
  assertStatus(byKey, 201);
  assert.deepEqual([(await ended(bob, byKey.body.id)).likes, (await lists(bob)).length, await liked('bob')], [2, 0, ['One', 'Same']]);
  await Promise.all([clean('alice'), clean('bob')]);
});

test('from supysonic', async () => {
  const oracle = await Supysonic.start('itsownpassword', 'Night', [{ title: 'One', genre: 'House', seconds: 2 }, { title: 'Two', genre: 'House', seconds: 3 }]);
  const plainly: typeof fetch = (input, init) => { /* it knows no tokens */
    const url = new URL(input instanceof Request ? input.url : String(input));
    for (const name of ['t', 's']) url.searchParams.delete(name);
    url.searchParams.set('p', 'itsownpassword');
    return fetch(url, init);
  };
  const api = new SubsonicAPI({ url: oracle.url, auth: { username: 'alice', password: 'itsownpassword' }, fetch: plainly });
  const { artists } = await api.getArtists();
  const { artist } = await api.getArtist({ id: artists.index![0]!.artist![0]!.id });
  const { album } = await api.getAlbum({ id: artist.album![0]!.id });
  const songs = album.song!.toSorted((a, b) => a.title.localeCompare(b.title));
  await api.createPlaylist({ name: 'Of supysonic', songId: songs.map(({ id }) => id) });
  await api.star({ id: [songs[1]!.id] });
  const begun = await begin(alice, { base_url: oracle.url, username: 'alice', password: 'itsownpassword' });
  assertStatus(begun, 201);
  const done = await ended(alice, begun.body.id);
  assert.deepEqual([done.state, done.matched, done.missing, done.likes], ['done', 3, 0, 1]);
  assert.deepEqual(await liked('alice'), ['Two']);
  const [list] = await lists(alice);
  assert.deepEqual([list!.name, await titles(alice, list!.id)], ['Of supysonic', [here.first, here.second]]);
  await clean('alice');
});

/** A server that answers as told; what is not told is an empty list. */
async function hostile(answers: Record<string, (asked: URLSearchParams) => string | object>): Promise<{ url: string; calls: string[] }> {
  const calls: string[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://x');
    const call = pathname.replace(/^\/rest\/|\.view$/g, '');
    calls.push(call);
    const answer = answers[call]?.(searchParams) ?? { status: 'ok' };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(typeof answer === 'string' ? answer : JSON.stringify({ 'subsonic-response': { version: '1.16.1', ...answer } }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
}

test('bytes of a server that means no good: rubbish, wrong types, huge numbers, single items for lists, control characters, times that are none', async () => {
  const songs = [{ title: 'One', artist: 'Carol', duration: 1e300, starred: '2024-99-99T99:99:99Z' }, { title: 5, artist: null }, 'text', null, 7, [], {},
    { title: 'Two\u0001\u202e', artist: 'Carol', duration: -5, starred: '999999-01-01T00:00:00Z' }, { title: 'x'.repeat(100_000), artist: '\ud83d\ude00'.repeat(3000), duration: 'long' }];
  const server = await hostile({
    getPlaylists: () => ({ status: 'ok', playlists: { playlist: [{ id: 7, name: 'Number' }, { id: 'a', name: { a: 1 } }, { name: 'No id' }, 5, null, { id: 'gone', name: 'Gone' }, { id: 'x'.repeat(1000), name: 'Long id' }, { id: 'unseen', name: '\u200b\u3164' }, { id: 'b&c=d', name: '\u0000 ' .replace('\u0000', '') }] } }),
    getPlaylist: (asked) => (asked.get('id') === 'gone' ? { status: 'failed', error: { code: 70, message: '<b>' } } : asked.get('id') === '7' ? { status: 'ok', playlist: { comment: 'a\u0007b', entry: { title: 'One', artist: 'Carol', duration: 180 } } } : { status: 'ok', playlist: { entry: songs } }),
    getStarred2: () => ({ status: 'ok', starred2: { song: songs, album: 'none', artist: 5 } }),
  });
  const begun = await begin(alice, { base_url: server.url, username: 'u', password: 'p' });
  assertStatus(begun, 201);
  const done = await ended(alice, begun.body.id);
  assert.deepEqual([done.state, done.error, done.playlist_count, await liked('alice')], ['done', null, 5, ['One', 'Two']]);
  const all = await lists(alice);
  assert.deepEqual(all.map(({ name }) => name).toSorted(), ['Number', 'Playlist', 'Playlist', 'Playlist']);
  assert.deepEqual(await titles(alice, all.find(({ name }) => name === 'Number')!.id), [here.first]);
  assert.deepEqual(await liked('alice'), ['One', 'Two']);
  await clean('alice');
});

test('a server that refuses tokens is given the password as it wants it; one that refuses both, answers nonsense, or too much, is given up with why', async () => {
  const legacy = await hostile({ ping: (asked) => (asked.get('p') === `enc:${Buffer.from('p').toString('hex')}` ? { status: 'ok' } : { status: 'failed', error: { code: 41, message: 'no tokens' } }) });
  const begun = await begin(alice, { base_url: legacy.url, username: 'u', password: 'p' });
  assertStatus(begun, 201);
  assert.equal((await ended(alice, begun.body.id)).state, 'done');
  for (const [answer, field] of [[() => '<html>', 'base_url'], [() => ({ status: 'failed', error: { code: 40 } }), 'password'], [() => '[', 'base_url'], [() => `{"subsonic-response":${'['.repeat(700_000)}`, 'base_url'], [() => 'x'.repeat(9_000_000), 'base_url']] as const) {
    const bad = await hostile({ ping: answer });
    const problem = assertProblem(await begin(alice, { base_url: bad.url, username: 'u', password: 'p' }), 422, 'validation');
    assert.equal(problem.errors![0]!.field, field);
  }
  let open = true;
  const turned = await hostile({ ping: () => ({ status: 'ok' }), getPlaylists: () => { open = false; return { status: 'failed', error: { code: 40 } }; } });
  const second = await begin(alice, { base_url: turned.url, username: 'u', password: 'p' });
  assertStatus(second, 201);
  const failed = await ended(alice, second.body.id);
  assert.deepEqual([failed.state, failed.error, open], ['failed', 'refused', false]);
  assert.equal(await world.sql('select count(*) from library_imports where sealed is not null'), '0');
  await clean('alice');
});

/** A server that takes connections, and answers a call only where `answers` has it. */
async function silent(answers: Record<string, object> = {}) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const call = new URL(request.url!, 'http://x').pathname.replace(/^\/rest\/|\.view$/g, '');
    asked.push(call);
    if (answers[call]) response.end(JSON.stringify({ 'subsonic-response': { status: 'ok', ...answers[call] } }));
    else response.write('{'); /* and no more */
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const end = () => {
    server.closeAllConnections();
    server.close();
  };
  after(end);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, end };
}

test('a server that never ends its answer holds up only whoever named it: not other requests, not the imports of others, not mail', async () => {
  const never = await silent();
  let settled = 0;
  const tried = Array.from({ length: 12 }, async () => {
    const reply = await begin(alice, { base_url: never.url, username: 'u', password: 'p' });
    settled++;
    return reply;
  });
  await until('it to be asked', () => never.asked.length > 0);
  assertStatus(await world.visitor.get('/api/v1/search', { query: { q: 'One' } }), 200);
  const fine = await hostile({});
  const other = await begin(bob, { base_url: fine.url, username: 'u', password: 'p' });
  assertStatus(other, 201);
  assert.equal((await ended(bob, other.body.id)).state, 'done');
  assert.deepEqual([settled, never.asked.length], [0, 1], 'one at a time, and all of them still wait');
  never.end();
  for (const reply of await Promise.all(tried)) assertProblem(reply, 422, 'validation');

  const later = await silent({ ping: {} });
  for (const person of ['alice', 'bob', 'carol', 'dave'] as const) assertStatus(await begin(world.as(person), { base_url: later.url, username: 'u', password: 'p' }), 201);
  await until('all to be asked for their playlists', () => later.asked.filter((call) => call === 'getPlaylists').length === 4);
  const mail = await world.sql(`insert into jobs (kind, payload, max_attempts) values ('push.send', '{}', 1) returning id`);
  await until('what leaves for others to have its turn', async () => (await world.sql(`select state from jobs where id = '${mail}'`)) !== 'queued');
  assert.equal(later.asked.filter((call) => call === 'getPlaylists').length, 4, 'the imports still wait');
  await world.sql('delete from library_imports');
  later.end();
});

test('whoever is banned, or asked for the end of the account, has nothing more taken over, and what opened the account there is forgotten', async () => {
  for (const change of ['is_banned = true', `deletion_at = now() + interval '10 days'`]) {
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const slow = createServer(async (request, response) => {
      if (request.url!.includes('getPlaylists')) await held;
      response.end(JSON.stringify({ 'subsonic-response': { status: 'ok', playlists: { playlist: [{ id: 'a', name: 'A' }] }, playlist: { entry: [] } } }));
    });
    slow.listen(0, '127.0.0.1');
    await once(slow, 'listening');
    after(() => slow.close());
    const begun = await begin(bob, { base_url: `http://127.0.0.1:${(slow.address() as AddressInfo).port}`, username: 'u', password: 'p' });
    assertStatus(begun, 201);
    await until('it to run', async () => (await world.sql(`select state from library_imports where id = '${begun.body.id}'`)) === 'running');
    await world.sql(`update users set ${change} where id = '${ids.bob}'`);
    release();
    await until('its job to end', async () => (await world.sql(`select count(*) from jobs where kind = 'library.import' and state in ('queued', 'running')`)) === '0');
    assert.equal(await world.sql(`select count(*) from playlists where user_id = '${ids.bob}' and name = 'A'`), '0', change);
    await world.sql(`update jobs set run_at = now() where kind = 'library.import_sweep'`);
    await until('it to be forgotten', async () => (await world.sql(`select state || coalesce(sealed, '') from library_imports where id = '${begun.body.id}'`)) === 'failed');
    await world.sql(`update users set is_banned = false, deletion_at = null where id = '${ids.bob}'`);
    await clean('bob');
  }
});

test('one import at a time; one that is ended stops; private addresses are not asked', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const slow = createServer(async (request, response) => {
    if (request.url!.includes('getPlaylists')) await held;
    response.end(JSON.stringify({ 'subsonic-response': { status: 'ok', playlists: { playlist: [{ id: 'a', name: 'A' }] }, playlist: { entry: [] } } }));
  });
  slow.listen(0, '127.0.0.1');
  await once(slow, 'listening');
  after(() => {
    slow.closeAllConnections();
    slow.close();
  });
  const base_url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`;
  const begun = await begin(alice, { base_url, username: 'u', password: 'p' });
  assertStatus(begun, 201);
  assertProblem(await begin(alice, { base_url, username: 'u', password: 'p' }), 409, 'conflict');
  assertProblem(await bob.delete('/api/v1/imports/{id}', { path: { id: begun.body.id } }), 404);
  assertStatus(await alice.delete('/api/v1/imports/{id}', { path: { id: begun.body.id } }), 204);
  release();
  await until('the job to end', async () => (await world.sql(`select count(*) from jobs where kind = 'library.import' and state in ('queued', 'running')`)) === '0');
  assert.deepEqual(await lists(alice), []);
  const strict = await World.start('imports-strict');
  for (const url of [base_url, 'http://169.254.169.254', 'https://10.1.1.1', 'https://0x7f000001', 'ftp://example.org', 'https://u:p@example.org'])
    assertProblem(await begin(strict.as('alice'), { base_url: url, username: 'u', password: 'p' }), 422, 'validation', url);
  assertProblem(await begin(alice, { base_url }), 422, 'validation', 'who?');
});
