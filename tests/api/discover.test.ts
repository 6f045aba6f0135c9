/** Discovery: the tree of genres, tags that fold, merge and split, what is new, and a chart that a newcomer can win; no numbers, and nothing that is hidden. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { until } from '../support/wait.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('discover');
const alice = world.as('alice'), bob = world.as('bob'), carol = world.as('carol'), root = world.as('root');
const ids = template.ids;
interface More { genre?: string; tags?: string[]; visibility?: string; explicit?: boolean; at?: string }
const add = (owner: string, title: string, { genre, tags = [], visibility = 'public', explicit = false, at }: More = {}) => world.sql(`insert into tracks (creator_id, title, file_path, status, stream_status, genre, tags, visibility, is_explicit, first_public_at, duration_ms)
  values ('${owner}', '${title}', 'x', 'completed', 'ready', ${genre ? `'${genre}'` : 'null'}, array[${tags.map((tag) => `'${tag}'`).join()}]::varchar[], '${visibility}', ${explicit}, ${at ? `now() - interval '${at}'` : 'null'}, 60000) returning id`);
const ofGenre = async (client: Client, genre: string) => (await client.get('/api/v1/discover/genre/{genre}', { path: { genre }, query: { limit: 50 } })).body.items.map((track) => track.title);
const ofTag = async (client: Client, tag: string) => (await client.get('/api/v1/discover/tag/{tag}', { path: { tag }, query: { limit: 50 } })).body.items.map((track) => track.title);
const genres = async (client: Client) => {
  const all = [];
  let cursor: string | undefined;
  do {
    const reply = await client.get('/api/v1/discover/genres', { query: { limit: 100, ...(cursor && { cursor }) } });
    assertStatus(reply, 200);
    all.push(...reply.body.items);
    cursor = reply.body.next ?? undefined;
  } while (cursor);
  return all;
};

test('genres are a tree, found by other names too; what people enter by such a name is that genre', async () => {
  const all = await genres(world.visitor), bySlug = new Map(all.map((genre) => [genre.slug, genre]));
  assert.ok(all.length > 150);
  for (const { slug, parent } of all) assert.ok(parent === null || (bySlug.has(parent) && parent !== slug), `${slug} under ${parent}`);
  assert.deepEqual([bySlug.get('deep-house')!.parent, bySlug.get('house')!.parent, bySlug.get('electronic')!.parent], ['house', 'electronic', null]);
  assert.ok(bySlug.get('drum-and-bass')!.also.includes('DnB'));
  await add(ids.carol, 'Fast', { genre: 'dnb', at: '3 minutes' });
  await add(ids.dave, 'Jungle one', { genre: 'JUNGLE', at: '2 minutes' });
  await add(ids.dave, 'Own word', { genre: 'Bubblecore', at: '1 minute' });
  assert.equal(await world.sql(`select string_agg(genre, ',' order by title) from tracks`), 'Drum and bass,Jungle,Bubblecore');
  for (const name of ['drum-and-bass', 'Drum & Bass', 'DNB', 'ｄｎｂ']) assert.deepEqual(await ofGenre(alice, name), ['Jungle one', 'Fast'], name);
  assert.deepEqual(await ofGenre(alice, 'electronic'), ['Jungle one', 'Fast'], 'with all below it');
  assert.deepEqual(await ofGenre(alice, 'Jungle'), ['Jungle one']);
  assert.ok((await genres(alice)).some((genre) => genre.name === 'Bubblecore' && genre.parent === null));
  assertProblem(await alice.get('/api/v1/discover/genre/{genre}', { path: { genre: 'no such genre' } }), 404);
  assert.deepEqual((await alice.get('/api/v1/tracks', { query: { genre: 'd&b' } })).body.items.map((track) => track.title), ['Fast']);
});

test('genres and tags are followed and unfollowed; the list of genres says so, and only to oneself', async () => {
  const genre = { path: { genre: 'DnB' } }, tag = { path: { tag: 'ＳynthWave' } };
  await add(ids.carol, 'Neon', { tags: ['Synthwave'] });
  for (let i = 0; i < 2; i++) assert.deepEqual((await alice.post('/api/v1/discover/genre/{genre}/follow', genre)).body, { slug: 'drum-and-bass', is_following: true });
  for (let i = 0; i < 2; i++) assert.deepEqual((await alice.post('/api/v1/discover/tag/{tag}/follow', tag)).body, { name: 'Synthwave', is_following: true });
  const is = async (client: Client) => [(await genres(client)).find(({ slug }) => slug === 'drum-and-bass')!.is_following, (await client.get('/api/v1/discover/genre/{genre}/follow', genre)).body.is_following,
    (await client.get('/api/v1/discover/tag/{tag}/follow', tag)).body.is_following];
  assert.deepEqual([await is(alice), await is(bob), await is(world.visitor)], [[true, true, true], [false, false, false], [false, false, false]]);
  assert.deepEqual((await alice.get('/api/v1/discover/following')).body.items.map((one) => [one.kind, one.label]), [['tag', 'Synthwave'], ['genre', 'drum-and-bass']]);
  assert.deepEqual((await bob.get('/api/v1/discover/following')).body.items, []);
  assert.deepEqual((await alice.delete('/api/v1/discover/genre/{genre}/follow', genre)).body, { slug: 'drum-and-bass', is_following: false });
  assert.deepEqual((await alice.delete('/api/v1/discover/tag/{tag}/follow', tag)).body, { name: 'Synthwave', is_following: false });
  assert.deepEqual(await is(alice), [false, false, false]);
  for (const path of ['/api/v1/discover/genre/{genre}/follow', '/api/v1/discover/tag/{tag}/follow'] as const) {
    const at = { path: { genre: 'no such', tag: 'no such' } } as never;
    for (const reply of [await alice.get(path, at), await alice.post(path, at), await alice.delete(path, at)]) assertProblem(reply, 404);
  }
  assertProblem(await alice.get('/api/v1/discover/tag/{tag}', { path: { tag: 'no such' } }), 404);
  await world.sql(`insert into genres (slug, name) select 'aa' || n, 'Aa' || n from generate_series(1, 200) n; insert into user_genre_follows (user_id, genre_slug) select '${ids.bob}', slug from genres where slug ~ '^aa[0-9]+$'; insert into tags (name) select 'w' || n from generate_series(1, 500) n;
    insert into user_tag_follows (user_id, tag_id) select '${ids.bob}', id from tags where name ~ '^w[0-9]'`);
  assertProblem(await bob.post('/api/v1/discover/genre/{genre}/follow', { path: { genre: 'world' } }), 409, 'conflict');
  assertProblem(await bob.post('/api/v1/discover/tag/{tag}/follow', tag), 409, 'conflict');
});

test('new tracks, by when they were published first, in pages without gaps', async () => {
  await world.sql(`insert into tracks (creator_id, title, file_path, status, genre, tags, first_public_at) select '${ids.dave}', 'Many ' || n, 'x', 'completed', case n % 2 when 0 then 'House' else 'Deep house' end, array['many'], now() - n * interval '1 hour'
    from generate_series(1, 60) n`);
  for (const path of ['/api/v1/discover/genre/{genre}', '/api/v1/discover/tag/{tag}', '/api/v1/discover/new'] as const) {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const reply = await alice.get(path, { path: { genre: 'house', tag: 'Many' }, query: { limit: 9, ...(cursor && { cursor }) } } as never);
      assertStatus(reply, 200);
      const body = reply.body as { items: { title: string }[]; next: string | null };
      seen.push(...body.items.map((track) => track.title).filter((title) => title.startsWith('Many')));
      cursor = body.next ?? undefined;
    } while (cursor);
    assert.deepEqual(seen, Array.from({ length: 60 }, (_, n) => `Many ${n + 1}`), path);
  }
});

test('nothing that is hidden is in these lists, for nobody', async () => {
  const tag = 'hidden things';
  await add(ids.carol, 'Seen', { genre: 'Fado', tags: [tag] });
  for (const visibility of ['private', 'unlisted']) await add(ids.carol, `Not this ${visibility}`, { genre: 'Fado', tags: [tag], visibility });
  const gone = await add(ids.carol, 'Gone', { genre: 'Fado', tags: [tag] });
  await world.sql(`update tracks set deleted_at = now() where id = '${gone}'`);
  await add(ids.carol, 'Rude', { genre: 'Fado', tags: [tag], explicit: true });
  await world.sql(`insert into rising_tracks (track_id, genre, place) select id, genre, row_number() over (order by title) from tracks where genre = 'Fado'`);
  const all = async (client: Client) => [await ofGenre(client, 'fado'), await ofTag(client, tag),
    (await client.get('/api/v1/discover/rising', { query: { genre: 'Fado' } })).body.items.map((track) => track.title),
    (await client.get('/api/v1/discover/rising', { query: { tag } })).body.items.map((track) => track.title)].map((list) => list.toSorted().join());
  assert.deepEqual(await all(alice), Array.from({ length: 4 }, () => 'Rude,Seen'));
  assert.deepEqual(await all(carol), Array.from({ length: 4 }, () => 'Rude,Seen'), 'one\'s own private ones are not discovered either');
  await world.sql(`insert into user_settings (user_id, explicit_content) values ('${ids.alice}', false) on conflict (user_id) do update set explicit_content = false`);
  assert.deepEqual(await all(alice), Array.from({ length: 4 }, () => 'Seen'));
  for (const [client, blocked] of [[alice, ids.carol], [carol, ids.alice]] as const) {
    assertStatus(await client.post('/api/v1/users/{id}/block', { path: { id: blocked } }), 204);
    assert.deepEqual(await all(alice), ['', '', '', '']);
    assertStatus(await client.delete('/api/v1/users/{id}/block', { path: { id: blocked } }), 204);
  }
  assert.deepEqual(await all(alice), Array.from({ length: 4 }, () => 'Seen'));
  await world.sql(`delete from rising_tracks; update user_settings set explicit_content = true where user_id = '${ids.alice}'`);
});

test('a newcomer can win what rises: it is who listens now against what the artist is used to; one\'s own, visitors\' and repeated plays say nothing, and no number is told', async () => {
  const people = (await world.sql(`insert into users (username, email, password_hash) select 'ear' || n, 'ear' || n || '@example.org', 'x' from generate_series(1, 60) n returning id`)).split('\n');
  const famous = await add(ids.dave, 'By a star', { genre: 'Rock' }), fresh = await add(ids.carol, 'By a newcomer', { genre: 'Jazz' });
  const few = await add(ids.mia, 'Two listeners'), own = await add(ids.mia, 'Played by herself'), looped = await add(ids.mia, 'One listener, often');
  const play = (track: string, from: number, count: number, ago: string, counted = true) => world.sql(`insert into track_plays (track_id, user_id, played_at, is_counted)
    select '${track}', x::uuid, now() - interval '${ago}', ${counted} from unnest(array['${people.slice(from, from + count).join("','")}']) x`);
  for (let week = 1; week <= 8; week++) await play(famous, 0, 50, `${7 * week + 1} days`);
  await play(famous, 0, 55, '1 day');
  await play(fresh, 0, 8, '2 days');
  await play(few, 0, 2, '1 day');
  await play(own, 0, 30, '1 day', false);
  for (let i = 0; i < 40; i++) await play(looped, 3, 1, `${i} minutes`);
  await world.sql(`insert into track_plays (track_id, is_counted) select '${looped}', true from generate_series(1, 200)`);
  assert.equal(await world.sql('select rising_compute(20000)'), '2');
  const rising = async (query = {}) => {
    const reply = await alice.get('/api/v1/discover/rising', { query });
    assertStatus(reply, 200);
    return reply.body;
  };
  assert.deepEqual((await rising()).items.map((track) => track.title), ['By a newcomer', 'By a star'], '8 / 5 against 55 / 55');
  assert.deepEqual((await rising({ genre: 'rock' })).items.map((track) => track.title), ['By a star']);
  assert.ok(!/play_count|listeners|score/.test(JSON.stringify(await rising())));
  const paged = await rising({ limit: 1 });
  assert.ok(paged.next);
  assert.deepEqual((await rising({ limit: 1, cursor: paged.next })).items.map((track) => track.title), ['By a star']);
  await world.sql(`delete from track_plays where track_id = '${fresh}'; select rising_compute(20000)`);
  assert.deepEqual((await rising()).items.map((track) => track.title), ['By a star']);
});

test('an administrator merges tags: names, tracks, follows and mutes go over, also of tracks that come later', async () => {
  await add(ids.carol, 'Old word', { tags: ['Wavesynth', 'Neo'] });
  await add(ids.carol, 'Both words', { tags: ['Synthwave', 'Wavesynth'] });
  assertStatus(await alice.post('/api/v1/discover/tag/{tag}/follow', { path: { tag: 'wavesynth' } }), 200);
  assertStatus(await carol.post('/api/v1/discover/tag/{tag}/mute', { path: { tag: 'wavesynth' } }), 200);
  const merge = (client: Client, tag: string, into: string) => client.post('/api/v1/admin/tags/merge', { body: { tag, into } });
  assertProblem(await merge(alice, 'wavesynth', 'synthwave'), 403);
  assertProblem(await merge(root, 'wavesynth', 'no such tag'), 404);
  assertProblem(await merge(root, 'wavesynth', 'WaveSynth'), 422, 'validation');
  const reply = await merge(root, 'wave-synth', 'SYNTHWAVE');
  assertStatus(reply, 200);
  assert.deepEqual(reply.body, { tag: 'Wavesynth', into: 'Synthwave' });
  assert.equal((await alice.get('/api/v1/discover/tag/{tag}/follow', { path: { tag: 'wavesynth' } })).body.name, 'Synthwave', 'at once');
  await until('the tracks to have the other tag', async () => (await world.sql(`select count(*) from tags where name = 'Wavesynth'`)) === '0', 20);
  assert.deepEqual((await ofTag(alice, 'synthwave')).toSorted(), ['Both words', 'Neon', 'Old word']);
  assert.equal(await world.sql(`select string_agg(array_to_string(tags, '+'), ',' order by title) from tracks where title in ('Old word', 'Both words')`), 'Synthwave,Synthwave+Neo');
  await add(ids.dave, 'Later', { tags: ['wave synth'] });
  assert.ok((await ofTag(alice, 'synthwave')).includes('Later'));
  assert.equal((await alice.get('/api/v1/discover/tag/{tag}/follow', { path: { tag: 'Synthwave' } })).body.is_following, true);
  assert.equal((await carol.get('/api/v1/discover/tag/{tag}/follow', { path: { tag: 'Synthwave' } })).body.is_muted, true);
  assert.ok(Number(await world.sql(`select count(*) from audit_logs where action like '%tags/merge%'`)) > 0);
});

test('an administrator splits a tag where the fold takes two words for one; who followed the one follows both', async () => {
  await add(ids.carol, 'Counting', { tags: ['Zähler'] });
  assert.equal((await alice.post('/api/v1/discover/tag/{tag}/follow', { path: { tag: 'Zahler' } })).body.name, 'Zähler');
  const split = (client: Client, name: string) => client.post('/api/v1/admin/tags/split', { body: { name } });
  assertProblem(await split(alice, 'Zahler'), 403);
  assertProblem(await split(root, 'no such tag'), 404);
  assertProblem(await split(root, 'ZÄHLER'), 422, 'validation');
  const reply = await split(root, 'Zahler');
  assertStatus(reply, 200);
  assert.deepEqual(reply.body, { tag: 'Zahler', from: 'Zähler' });
  await add(ids.dave, 'A name', { tags: ['zahler'] });
  await add(ids.dave, 'Counting too', { tags: ['ZÄHLER'] });
  assert.deepEqual([await ofTag(alice, 'Zahler'), (await ofTag(alice, 'Zähler')).toSorted()], [['A name'], ['Counting', 'Counting too']]);
  for (const tag of ['Zahler', 'Zähler']) assert.deepEqual((await alice.get('/api/v1/discover/tag/{tag}/follow', { path: { tag } })).body, { name: tag, is_following: true, is_muted: false });
  assertProblem(await split(root, 'zahler'), 422, 'validation');
  assertStatus(await root.post('/api/v1/admin/tags/merge', { body: { tag: 'Zahler', into: 'Zähler' } }), 200);
  await until('the tag to be one again', async () => (await world.sql(`select count(*) from tags where name = 'Zahler'`)) === '0', 20);
  assert.deepEqual((await ofTag(alice, 'zahler')).toSorted(), ['A name', 'Counting', 'Counting too']);
});

test('administrators merge genres, move them in the tree and give them other names; follows, mutes and tracks go with them, and nobody else may', async () => {
  const root = world.as('root'), alice = world.as('alice'), bob = world.as('bob');
  await world.sql(`insert into genres (slug, name) values ('polkka', 'Polkka'), ('below-polkka', 'Below polkka'); update genres set parent_slug = 'polkka' where slug = 'below-polkka';
    insert into tracks (creator_id, title, file_path, status, stream_status, genre, duration_ms) select '${template.ids.carol}', 'Polkka ' || n, 'x', 'completed', 'ready', 'Polkka', 60000 from generate_series(1, 450) n`);
  assertStatus(await alice.post('/api/v1/discover/genre/{genre}/follow', { path: { genre: 'polkka' } }), 200);
  assertStatus(await bob.post('/api/v1/discover/genre/{genre}/mute', { path: { genre: 'polkka' } }), 200);
  assertProblem(await bob.post('/api/v1/admin/genres/merge', { body: { genre: 'Polkka', into: 'Polka' } }), 403);
  assertProblem(await root.post('/api/v1/admin/genres/merge', { body: { genre: 'Polkka', into: 'polkka' } }), 422, 'validation');
  assertProblem(await root.post('/api/v1/admin/genres/merge', { body: { genre: 'Polkka', into: 'Below polkka' } }), 422, 'validation');
  assertProblem(await root.post('/api/v1/admin/genres/merge', { body: { genre: 'No such genre', into: 'Polka' } }), 404);
  assertProblem(await root.post('/api/v1/admin/genres/aliases', { body: { name: 'Hoompa', genre: 'No such genre' } }), 404);
  const merged = await root.post('/api/v1/admin/genres/merge', { body: { genre: 'Polkka', into: 'Polka' } });
  assertStatus(merged, 200);
  assert.deepEqual(merged.body, { genre: 'Polkka', into: 'Polka' });
  await until('the tracks to follow', async () => (await world.sql(`select count(*) from tracks where genre = 'Polkka'`)) === '0' && (await world.sql(`select count(*) from genres where slug = 'polkka'`)) === '0');
  assert.equal(await world.sql(`select count(*) from tracks where genre = 'Polka' and title like 'Polkka %'`), '450');
  assert.equal((await alice.get('/api/v1/discover/genre/{genre}/follow', { path: { genre: 'Polkka' } })).body.is_following, true, 'the old name leads to the other');
  assert.equal((await bob.get('/api/v1/discover/genre/{genre}/follow', { path: { genre: 'Polka' } })).body.is_muted, true);
  assert.equal(await world.sql(`select parent_slug from genres where slug = 'below-polkka'`), 'polka');
  assertProblem(await root.put('/api/v1/admin/genres/{genre}', { path: { genre: 'Polka' }, body: { parent: 'Below polkka' } }), 422, 'validation', 'a ring');
  assertProblem(await root.put('/api/v1/admin/genres/{genre}', { path: { genre: 'Polka' }, body: { parent: 'No such genre' } }), 422, 'validation');
  assert.deepEqual((await root.put('/api/v1/admin/genres/{genre}', { path: { genre: 'Below polkka' }, body: { parent: null } })).body, { slug: 'below-polkka', parent: null });
  assert.deepEqual((await root.put('/api/v1/admin/genres/{genre}', { path: { genre: 'Below polkka' }, body: { parent: 'Rock' } })).body, { slug: 'below-polkka', parent: 'rock' });
  assertProblem(await root.post('/api/v1/admin/genres/aliases', { body: { name: 'rock', genre: 'Jazz' } }), 422, 'validation', 'a genre has this name');
  assertStatus(await root.post('/api/v1/admin/genres/aliases', { body: { name: 'Hoompa', genre: 'Polka' } }), 200);
  assert.equal((await alice.get('/api/v1/discover/genre/{genre}/follow', { path: { genre: 'HOOMPA' } })).body.slug, 'polka');
  assertStatus(await root.delete('/api/v1/admin/genres/aliases/{name}', { path: { name: 'hoompa' } }), 204);
  assertProblem(await alice.get('/api/v1/discover/genre/{genre}/follow', { path: { genre: 'HOOMPA' } }), 404);
});

test('a word that only tracks have which the viewer may not find is no tag and no genre: not for reading, following or muting, nor as a page; for its owner it is', async () => {
  const hidden = await add(ids.carol, 'Kept', { genre: 'Secretcore', tags: ['secretword'], visibility: 'private' });
  const paths = (word: string, label: string) => [`/api/v1/discover/${word}/${label}`, `/api/v1/discover/${word}/${label}/follow`];
  const secret = [...paths('tag', 'secretword'), ...paths('genre', 'secretcore')];
  for (const path of secret) {
    assert.equal((await carol.send('GET', path)).status, 200, `${path}, for its owner`);
    for (const client of [alice, world.visitor]) {
      const unknown = await client.send('GET', path.replace(/secret(word|core)/, 'nosuch$1')), reply = await client.send('GET', path);
      assertProblem(reply, 404);
      assert.equal(Object.keys(reply.body as object).join(), Object.keys(unknown.body as object).join());
    }
  }
  for (const [word, label] of [['tag', 'secretword'], ['genre', 'secretcore']] as const) {
    for (const what of ['follow', 'mute']) for (const method of ['POST', 'DELETE'] as const) assertProblem(await alice.send(method, `/api/v1/discover/${word}/${label}/${what}`), 404);
    assert.equal((await fetch(`${world.server.api}/discover/${word}/${label}`)).status, 404, 'the page');
  }
  await world.sql(`update tracks set visibility = 'public' where id = '${hidden}'`);
  for (const path of secret) assert.equal((await alice.send('GET', path)).status, 200, path);
  assertStatus(await alice.send('POST', '/api/v1/discover/tag/secretword/follow'), 200);
  await world.sql(`update tracks set visibility = 'private' where id = '${hidden}'`);
  assertProblem(await bob.send('GET', '/api/v1/discover/tag/secretword'), 404);
  assertStatus(await alice.send('DELETE', '/api/v1/discover/tag/secretword/follow'), 200);
  assertProblem(await alice.send('GET', '/api/v1/discover/tag/secretword/follow'), 404);
});

test('administrators who change genres and tags at once make no ring, however deep the tree is', async () => {
  await world.sql(`insert into genres (slug, name, parent_slug) select 'deep-' || n, 'Deep ' || n, case when n > 1 then 'deep-' || n - 1 end from generate_series(1, 12) n`);
  const under = (genre: string, parent: string) => root.put('/api/v1/admin/genres/{genre}', { path: { genre }, body: { parent } });
  assertProblem(await under('deep-1', 'deep-12'), 422, 'validation');
  const ring = `with recursive r (slug, at, n) as (select slug, parent_slug, 1 from genres where parent_slug is not null union all select r.slug, g.parent_slug, n + 1 from r join genres g on g.slug = r.at where n < 50) select count(*) from r where n = 50`;
  for (let i = 0; i < 10; i++) {
    await world.sql(`insert into genres (slug, name) values ('left-${i}', 'Left ${i}'), ('right-${i}', 'Right ${i}'); insert into tags (name) values ('lefttag${i}'), ('righttag${i}')`);
    const moved = await Promise.all([under(`left-${i}`, `right-${i}`), under(`right-${i}`, `left-${i}`)]);
    assert.deepEqual(moved.map(({ status }) => status).toSorted(), [200, 422]);
    const merged = await Promise.all([root.post('/api/v1/admin/tags/merge', { body: { tag: `lefttag${i}`, into: `righttag${i}` } }), root.post('/api/v1/admin/tags/merge', { body: { tag: `righttag${i}`, into: `lefttag${i}` } })]);
    assert.ok(merged.some(({ status }) => status === 200) && merged.some(({ status }) => status === 422 || status === 404), merged.map(({ status }) => status).join());
    await world.sql(`update genres set parent_slug = null where slug = 'left-${i}' or slug = 'right-${i}'`);
    const genres_merged = await Promise.all([root.post('/api/v1/admin/genres/merge', { body: { genre: `left-${i}`, into: `right-${i}` } }), root.post('/api/v1/admin/genres/merge', { body: { genre: `right-${i}`, into: `left-${i}` } })]);
    assert.ok(genres_merged.filter(({ status }) => status === 200).length === 1, genres_merged.map(({ status }) => status).join());
  }
  assert.equal(await world.sql(ring), '0');
  await until('the merges to end', async () => (await world.sql(`select count(*) from jobs where kind in ('tag.merge', 'genre.merge') and state in ('queued', 'running')`)) === '0');
  for (const [table, word] of [['tags', 'lower(name) ~ \'^(left|right)tag\''], ['genres', 'slug ~ \'^(left|right)-\'']]) assert.equal(await world.sql(`select count(*) from ${table} where ${word}`), '10', 'one of each two is left');
});
