/** Search: the golden set, who may find what, what is typed by enemies, and that what changes is found as it is now. */
import { strict as assert } from 'node:assert';
import { before, test } from 'node:test';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { fillGolden, golden, namesOf, search, text, texts, wrongGolden } from '../support/golden.ts';
import { until } from '../support/wait.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('search');
const { visitor } = world;
const alice = world.as('alice'), bob = world.as('bob'), carol = world.as('carol'), dave = world.as('dave'), root = world.as('root');
const ids = template.ids;
const titles = async (client: Client, q: string, more: object = {}) => namesOf(await search(client, q, more), 'tracks');
const suggested = async (client: Client, q: string) => {
  const reply = await client.get('/api/v1/search/suggestions', { query: { q } });
  assertStatus(reply, 200, q);
  return reply.body.items;
};
const addTrack = (title: string, more: { owner?: string; visibility?: string; explicit?: boolean; artist?: string } = {}) =>
  world.sql(`insert into tracks (creator_id, title, artist, status, visibility, is_explicit, duration)
             values ('${more.owner ?? ids.carol}', ${text(title)}, ${more.artist ? text(more.artist) : 'null'}, 'completed', '${more.visibility ?? 'public'}', ${more.explicit ?? false}, 200) returning id`);

before(() => fillGolden(world));

test('the golden set: each thing stands where a musician looks for it, and in its class', async () => {
  assert.ok(golden.queries.length + golden.nothing.length >= 150);
  assert.deepEqual(await wrongGolden(visitor), []);
});

test('in every reply exact comes before beginnings, these before words, and typing errors last', async () => {
  const order = ['exact', 'prefix', 'words', 'typo'];
  for (const { q, kind } of golden.queries) {
    const classes = (await search(visitor, q, { type: kind, explain: true, limit: 50 }))[kind].items.map((hit) => order.indexOf(hit.why!.class!));
    assert.ok(!classes.includes(-1), q);
    assert.deepEqual(classes, classes.toSorted((a, b) => a - b), q);
  }
});

test('the lists of tracks, users, playlists and releases find by the same engine, and the first suggestion is the best hit', async () => {
  for (const { q, expect, kind, within } of golden.queries.filter((one) => one.within === 1)) {
    if (kind === 'tracks') {
      const found = (await visitor.get('/api/v1/tracks/search', { query: { q } })).body.items;
      assert.equal(found[0]?.title, expect, q);
      assert.ok((await visitor.get('/api/v1/tracks', { query: { q } })).body.items.some((track) => track.title === expect), q);
    } else if (kind === 'users') assert.equal((await visitor.get('/api/v1/users/search', { query: { q } })).body.items[0]?.display_name, expect, q);
    else if (kind === 'playlists') assert.equal((await alice.get('/api/v1/playlists/search', { query: { q } })).body.items[0]?.name, expect, q);
    else assert.ok((await visitor.get('/api/v1/releases', { query: { q } })).body.items.some((release) => release.title === expect), q);
    assert.ok((await suggested(visitor, q)).slice(0, 8).some(({ title }) => title === expect), `${q}: suggested within ${within}`);
  }
});

test('who may find what: nothing private, unlisted, scheduled, deleted, blocked or unwanted shows by hit, total, facet, suggestion or correction', async () => {
  const secret = 'Quixotarium';
  const shown = async (client: Client, q: string) => {
    const found = await search(client, q, { type: 'tracks' }), all = await search(client, q);
    const words = (await suggested(client, q)).map(({ title }) => title);
    assert.equal(found.tracks.total, found.tracks.items.length, 'the total counts what is shown');
    assert.equal(all.tracks.total, found.tracks.total);
    if (found.tracks.items.length === 0) assert.deepEqual([words, all.did_you_mean, found.facets?.genres ?? []], [[], null, []], q);
    return found.tracks.items.map(({ title }) => title).sort();
  };
  for (const visibility of ['private', 'unlisted']) {
    const id = await addTrack(`${secret} ${visibility}`, { visibility });
    for (const client of [visitor, alice, carol, root]) assert.deepEqual(await shown(client, secret), [], visibility);
    /* nearly typed: the word itself must not be told either */
    for (const near of ['Quixotarim', 'quxotarium', 'quixotraium']) assert.deepEqual(await shown(visitor, near), [], near);
    assert.deepEqual((await carol.get('/api/v1/tracks/search', { query: { q: secret, mine: true } })).body.items.map((track) => track.id), [id], 'its owner finds it among their own');
    assert.deepEqual((await dave.get('/api/v1/tracks/search', { query: { q: secret, mine: true } })).body.items, []);
    await world.sql(`delete from tracks where id = '${id}'`);
  }
  const id = await addTrack(secret);
  for (const client of [visitor, alice, carol]) await until('it to be found', async () => (await shown(client, secret)).join() === secret, 10);
  assert.equal((await shown(visitor, 'quixotraium')).length, 1);

  const steps: [string, string, string, Client[], Client[]][] = [
    ['scheduled', `update tracks set visibility = 'scheduled', publish_at = now() + interval '1 hour', publish_zone = 'UTC' where id = '${id}'`,
      `update tracks set visibility = 'public', publish_at = null, publish_zone = null where id = '${id}'`, [visitor, alice, carol], []],
    ['still being processed', `update tracks set status = 'processing' where id = '${id}'`, `update tracks set status = 'completed' where id = '${id}'`, [visitor, alice, carol], []],
    ['deleted', `update tracks set deleted_at = now() where id = '${id}'`, `update tracks set deleted_at = null where id = '${id}'`, [visitor, alice, carol], []],
    ['of a banned person', `update users set is_banned = true where id = '${ids.carol}'`, `update users set is_banned = false where id = '${ids.carol}'`, [visitor, alice], []],
    ['of a person who leaves', `update users set deletion_at = now() + interval '1 day' where id = '${ids.carol}'`, `update users set deletion_at = null where id = '${ids.carol}'`, [visitor, alice], []],
    ['of a person who blocked bob', `insert into user_blocks (blocker_id, blocked_id) values ('${ids.carol}', '${ids.bob}')`, `delete from user_blocks where blocked_id = '${ids.bob}'`, [bob], [visitor, alice]],
    ['explicit', `update tracks set is_explicit = true where id = '${id}'; insert into user_settings (user_id, explicit_content) values ('${ids.bob}', false) on conflict (user_id) do update set explicit_content = false`,
      `update tracks set is_explicit = false where id = '${id}'`, [bob], [visitor, alice, carol]],
  ];
  for (const [what, hide, show, blind, seeing] of steps) {
    await world.sql(hide);
    for (const client of blind) for (const q of [secret, 'quixo', 'quixotraium']) await until(`${q} of a track ${what} to be hidden`, async () => (await shown(client, q)).length === 0, 10);
    for (const client of seeing) await until(`a track ${what} to be found by others`, async () => (await shown(client, secret)).length === 1, 10);
    await world.sql(show);
    for (const client of blind) await until(`a track no more ${what} to be found`, async () => (await shown(client, secret)).length === 1, 10);
  }
});

test('people who do not want to be found, private profiles and private playlists are found by themselves only', async () => {
  await world.sql(`update users set first_name = 'Xylographia', last_name = null where id = '${ids.dave}'`);
  const people = async (client: Client) => namesOf(await search(client, 'Xylographia'), 'users');
  await until('dave to be found', async () => (await people(visitor)).length === 1, 10);
  assertStatus(await dave.put('/api/v1/users/settings', { body: { allow_search_indexing: false } }), 200);
  await until('dave to be hidden', async () => (await people(visitor)).length === 0, 10);
  assert.deepEqual(await suggested(visitor, 'xylograf'), []);
  assertStatus(await dave.put('/api/v1/users/settings', { body: { allow_search_indexing: true } }), 200);
  await until('dave to be found again', async () => (await people(visitor)).length === 1, 10);
  await world.sql(`update users set is_public = false where id = '${ids.dave}'`);
  await until('a private profile to be hidden', async () => (await people(visitor)).length === 0, 10);
  await world.sql(`update users set is_public = true, first_name = 'Dave' where id = '${ids.dave}'`);

  const list = (await alice.post('/api/v1/playlists', { body: { name: 'Zymurgical evenings', visibility: 'private' } })).body.id;
  const lists = async (client: Client) => (await search(client, 'zymurgical')).playlists.total;
  assert.deepEqual([await lists(alice), await lists(bob), await lists(visitor)], [1, 0, 0]);
  await world.sql(`insert into playlist_collaborators (playlist_id, user_id, permission) values ('${list}', '${ids.bob}', 'read')`);
  assert.deepEqual([await lists(alice), await lists(bob), await lists(visitor)], [1, 1, 0]);
});

test('what is renamed is found by its new name at once and by the old one no more, also by that of its creator', async () => {
  const id = await addTrack('Gramophonic Dust', { owner: ids.dave });
  assert.deepEqual(await titles(alice, 'gramophonic'), ['Gramophonic Dust']);
  assertStatus(await dave.put('/api/v1/tracks/{id}', { path: { id }, body: { title: 'Vinylite Dust' } }), 200);
  assert.deepEqual([await titles(alice, 'gramophonic'), await titles(alice, 'vinylite')], [[], ['Vinylite Dust']]);
  await world.sql(`update users set first_name = 'Ferrovial' where id = '${ids.dave}'`);
  await until('it to be found by its creator', async () => (await titles(alice, 'ferrovial vinylite')).length === 1, 10);
  assertStatus(await dave.delete('/api/v1/tracks/{id}', { path: { id } }), 204);
  assert.deepEqual(await titles(alice, 'vinylite'), []);
  assert.equal(await world.sql(`select count(*) from search_entries e where e.kind = 1 and not exists (select from tracks t where t.id = e.id)`), '0');
});

test('a rebuild changes nothing, and neither what is changed nor what is deleted meanwhile comes back', async () => {
  const entries = () => world.sql(`select md5(string_agg(e.kind || e.id::text || e.score || e.body || e.words::text, ' ' order by e.kind, e.id)) from search_entries e`);
  await world.sql('select search_rank()');
  const was = await entries();
  const [id, gone] = [await addTrack('Meanwhile Anachronism'), await addTrack('Meanwhile Departed')];
  const rebuild = world.sql('begin; select search_rebuild(); select pg_sleep(1); commit');
  const changes = Promise.all([world.sql(`update tracks set title = 'Meanwhile Changed' where id = '${id}'`), world.sql(`delete from tracks where id = '${gone}'`)]);
  await Promise.all([rebuild, changes]);
  assert.deepEqual(await titles(alice, 'meanwhile'), ['Meanwhile Changed']);
  await world.sql(`delete from tracks where id = '${id}'`);
  assert.equal(await entries(), was);
});

test('the job makes all entries anew beside everything else: what somebody changes meanwhile is as they left it, and what is gone stays gone', async () => {
  const entries = () => world.sql(`select md5(string_agg(e.kind || e.id::text || e.score || e.body || e.words::text, ' ' order by e.kind, e.id)) from search_entries e`);
  const waiting = (query: string) => world.sql(`select count(*) from pg_stat_activity where wait_event_type in ('Lock', 'Timeout') and query like '%${query}%' and pid <> pg_backend_pid()`);
  await world.sql('select search_rank()');
  const was = await entries(), words = await world.sql('select md5(string_agg(word || n, chr(32) order by word)) from search_words');
  const [id, gone] = [await addTrack('Beside Anachronism'), await addTrack('Beside Departed')];
  await world.sql(`delete from search_entries; insert into search_words (word, keys) values ('nobodyhasthis', '{}')`);
  const changes = world.sql(`begin; update tracks set title = 'Beside Changed' where id = '${id}'; delete from tracks where id = '${gone}'; delete from search_entries where id = '${id}';
                             select 'holds what is read', pg_sleep(3); commit`);
  await until('somebody to change', async () => (await waiting('holds what is read')) !== '0');
  await world.sql(`insert into jobs (kind, dedupe_key) values ('search.rebuild', 'search.rebuild:test')`);
  await until('the batch to wait', async () => (await waiting('search_rebuild_batch')) !== '0');
  assert.equal((await search(visitor, 'lighthouse')).partial, false, 'a search waits for nothing');
  await addTrack('Beside Arrival');
  assert.deepEqual(await titles(alice, 'beside arr'), ['Beside Arrival'], 'nor does a change');
  await changes;
  await until('the job', async () => (await world.sql(`select count(*) from jobs where dedupe_key = 'search.rebuild:test' and state <> 'done'`)) === '0', 60);
  assert.deepEqual((await titles(alice, 'beside')).sort(), ['Beside Arrival', 'Beside Changed']);
  assert.equal(await world.sql(`select count(*) from search_entries where id = '${gone}'`), '0');
  await world.sql(`delete from tracks where title like 'Beside %'; select search_rank()`);
  assert.equal(await entries(), was);
  assert.equal(await world.sql('select md5(string_agg(word || n, chr(32) order by word)) from search_words'), words, 'words that nothing has any more are gone');
});

test('filters are part of the search, facets and reasons tell no more than asked', async () => {
  const found = await search(visitor, 'mira solberg', { type: 'tracks' });
  assert.deepEqual(namesOf(found, 'tracks').sort(), ['Lighthouse Keeper', 'Low Tide', 'Salt Lines']);
  assert.deepEqual(found.facets?.genres.filter(({ value }) => value === 'Ambient'), [{ value: 'Ambient', count: 3 }]);
  assert.deepEqual(found.facets?.keys.map(({ value }) => value).sort(), ['8A', '8B', '9A']);
  assert.equal(found.tracks.items[0]?.why, null);
  const filters: [object, string[]][] = [
    [{ genre: 'ambient' }, ['Lighthouse Keeper', 'Low Tide', 'Salt Lines']], [{ genre: 'Techno' }, []], [{ tag: 'NIGHT' }, ['Lighthouse Keeper']],
    [{ bpm_from: 81, bpm_to: 82 }, ['Low Tide']], [{ bpm_from: 82 }, ['Lighthouse Keeper', 'Low Tide']], [{ bpm_to: 81 }, ['Salt Lines']],
    [{ key: 'Am' }, ['Salt Lines']], [{ key: '8A' }, ['Salt Lines']], [{ key: '8A', compatible: true }, ['Lighthouse Keeper', 'Low Tide', 'Salt Lines']],
    [{ year_from: 2012, year_to: 2012 }, ['Low Tide']], [{ duration_from: 300 }, []], [{ duration_from: 100, duration_to: 250 }, ['Lighthouse Keeper', 'Low Tide', 'Salt Lines']],
    [{ downloadable: true }, []],
  ];
  for (const [filter, expected] of filters) assert.deepEqual((await titles(visitor, 'mira solberg', { type: 'tracks', ...filter })).sort(), expected, JSON.stringify(filter));
  const licensed = await world.sql(`update releases set licence = 'cc_by' where slug = 'golden-0' returning id`);
  await world.sql(`insert into release_tracks (release_id, track_id, position) select '${licensed}', id, 1 from tracks where title = 'Salt Lines'`);
  assert.deepEqual(await titles(visitor, 'mira solberg', { type: 'tracks', licence: 'cc_by' }), ['Salt Lines']);
  assert.deepEqual(namesOf(await search(visitor, 'harbour', { licence: 'cc_by' }), 'releases'), ['Harbour Songs']);
  await world.sql(`update releases set licence = 'cc0' where id = '${licensed}'`);
  assert.deepEqual(await titles(visitor, 'mira solberg', { type: 'tracks', licence: 'cc0' }), ['Salt Lines'], 'a track has the licence that its release has by now');
  await world.sql(`update releases set visibility = 'private' where id = '${licensed}'`);
  assert.deepEqual(await titles(visitor, 'mira solberg salt', { type: 'tracks', licence: 'cc0' }), [], 'and nobody learns of one that is private');
  await world.sql(`update releases set visibility = 'public' where id = '${licensed}'`);
  assert.deepEqual(await titles(visitor, 'night', { type: 'tracks', sort: 'title', limit: 2 }), ['Good Night', 'Lighthouse Keeper'], 'it has the tag');
  const explained = (await search(visitor, 'lighthuose', { type: 'tracks', explain: true })).tracks.items[0]!.why!;
  assert.deepEqual(explained, { class: 'typo', field: 'name', typos: 1 });
});

test('the kind whose best hit fits best is named first', async () => {
  const list = await world.sql(`insert into playlists (user_id, name, visibility) values ('${ids.carol}', 'Order of things', 'public') returning id`), track = await addTrack('Order of things to come');
  assert.deepEqual((await search(visitor, 'order of things')).order, ['playlists', 'tracks', 'releases', 'users']);
  assert.deepEqual((await search(visitor, 'order of things to')).order.slice(0, 2), ['tracks', 'releases']);
  assert.deepEqual((await search(visitor, 'order of things', { type: 'users' })).order, ['tracks', 'releases', 'users', 'playlists']);
  await world.sql(`delete from playlists where id = '${list}'; delete from tracks where id = '${track}'`);
});

test('a word that very many have is found after others, as a beginning too and beside a typing error, and nothing that lacks it', async () => {
  const many = await world.sql(`insert into tracks (creator_id, title, artist, status, visibility, duration)
    select '${ids.dave}', 'Moonrise ' || chr(97 + i % 26) || chr(97 + i / 26), 'Crowd', 'completed', 'public', 60 from generate_series(0, 349) i returning id`);
  const rare = [await addTrack('Quaternion Moonrise'), await addTrack('Quaternion Morning')];
  await world.sql('select search_rank()');
  try {
    assert.equal(await world.sql(`select search_is_frequent('moonri', '{quaternion}'), search_is_frequent('moonri', '{moonrise}'), search_is_frequent('quat', '{moonrise}')`), 't|f|f');
    for (const [asked, found] of Object.entries({ 'quaternion moonrise': ['Quaternion Moonrise'], 'quaternion moonr': ['Quaternion Moonrise'], 'moonrise quaternion': ['Quaternion Moonrise'],
      'quatrenion moonri': ['Quaternion Moonrise'], 'quaternion mo': ['Quaternion Moonrise', 'Quaternion Morning'], 'quaternion moonrises': ['Quaternion Moonrise'] }))
      assert.deepEqual((await titles(alice, asked)).sort(), found, asked);
  } finally {
    await world.sql(`delete from tracks where id in (${[...many.split('\n'), ...rare].map((id) => `'${id}'`).join()})`);
    await world.sql('select search_rank()');
  }
});

test('pages of one kind follow one another without a gap, and totals say when they are not all', async () => {
  await world.sql(`insert into tracks (creator_id, title, status, visibility, play_count) select '${ids.dave}', 'Multitudinous ' || n, 'completed', 'public', case n when 700 then 100000 when 900 then 50000 else n end from generate_series(1, 1100) n`);
  const seen = new Set<string>();
  for (let page = 1; page <= 4; page++) {
    const { tracks } = await search(visitor, 'multitudinous', { type: 'tracks', page, limit: 50 });
    assert.deepEqual([tracks.total, tracks.at_least, tracks.items.length], [1000, true, 50]);
    for (const { id } of tracks.items) seen.add(id);
  }
  assert.equal(seen.size, 200);
  const all = await search(visitor, 'multitudinous');
  assert.deepEqual([all.tracks.total, all.tracks.at_least, all.tracks.items.length, all.partial], [100, true, 10, false]);
  assert.deepEqual(await titles(visitor, 'multitudinous', { type: 'tracks', limit: 2 }), ['Multitudinous 700', 'Multitudinous 900'], 'the best by score, not the first that were stored');
  await world.sql(`delete from tracks where title like 'Multitudinous %'`);
});

test('where nothing is found, words that find something are offered', async () => {
  assert.equal((await search(visitor, 'nihgt fal')).did_you_mean, 'night fal');
  assert.equal((await search(visitor, 'xreeper')).did_you_mean, 'creeper');
  assert.equal((await search(visitor, 'creeper')).did_you_mean, null);
});

test('what enemies type is an error that says so, or a search', async () => {
  for (const q of ["'", '"', '\\', '%', '_', "' or 1=1 --", ':*', '!', '&|', '(', '<->', 'a:*b', '@', '=', '~', "a\\'b", '＇', '﷽﷽﷽﷽﷽', 'é'.repeat(200), 'a b '.repeat(50), '𝕬𝖇𝖈', '🎵', '‮abc'.slice(1), 'x'.repeat(200), '1 '.repeat(100)]) {
    for (const path of ['/api/v1/search', '/api/v1/search/suggestions', '/api/v1/tracks/search', '/api/v1/users/search']) {
      const reply = await visitor.send('GET', `${path}?q=${encodeURIComponent(q)}`);
      assert.ok(reply.status === 200 || reply.status === 422, `${path} ${q}: ${reply.status}`);
    }
  }
  for (const q of ['\0', 'a\0b', 'x'.repeat(201), 'x'.repeat(10000), '\u202eabc']) {
    const reply = await visitor.send('GET', `/api/v1/search?q=${encodeURIComponent(q)}`, q.length > 8000 ? { undescribed: 'the address is too long for any route' } : {});
    assert.ok(reply.status >= 400 && reply.status < 500, `${q.slice(0, 10)}: ${reply.status}`);
  }
  for (const query of [{}, { q: '' }, { q: 'a', limit: 51 }, { q: 'a', page: 51 }, { q: 'a', key: 'H' }, { q: 'a', type: 'rooms' }, { q: 'a', sort: 'plays' }]) {
    assertProblem(await visitor.get('/api/v1/search', { query: query as never }), 422, 'validation');
  }
});

test('no name makes itself a hit of a filter or an exact hit of another name, and a sign alone is not the beginning of everything', async () => {
  await addTrack('Forged =lcc0 =d =gtechno =twarm =b174 =B17 =k8a =y1999 =s20', { artist: '=lcc_by =d' });
  await addTrack('Forged @slowharbour &carolslowharbour ~slowharbour');
  await addTrack('Slow Harbour');
  const all = (await titles(visitor, 'forged')).sort();
  assert.deepEqual(all.map((title) => title.slice(0, 8)), ['Forged =', 'Forged @']);
  for (const filter of [{ licence: 'cc0' }, { licence: 'cc_by' }, { downloadable: true }, { genre: 'Techno' }, { tag: 'warm' }, { bpm_from: 174, bpm_to: 174 }, { bpm_from: 170, bpm_to: 179 }, { key: '8A' },
    { year_from: 1999, year_to: 1999 }]) assert.deepEqual(await titles(visitor, 'forged', filter), [], JSON.stringify(filter));
  const hits = (await search(visitor, 'slow harbour', { explain: true })).tracks.items.filter((hit) => hit.why?.class === 'exact').map((hit) => hit.title);
  assert.deepEqual(hits, ['Slow Harbour']);
  for (const sign of ['@', '&', '~', '=']) {
    const found = await search(visitor, sign, { type: 'tracks', limit: 50 });
    assert.ok(found.tracks.total < 30 && !namesOf(found, 'tracks').includes('Slow Harbour'), `${sign}: ${namesOf(found, 'tracks').join()}`);
    assert.ok((await search(visitor, sign, { type: 'users' })).users.total < 10, sign);
  }
  await world.sql("delete from tracks where title like 'Forged %' or title = 'Slow Harbour'");
});

test('texts of any length are stored: only what is searched is cut', async () => {
  const long = 'ﷺ'.repeat(255);
  const id = await addTrack(long, { artist: 'ß'.repeat(255) });
  await world.sql(`update tracks set description = repeat('Stercoraceous lorem ', 490), tags = ${texts(Array.from({ length: 30 }, (_, i) => `${'tag'.repeat(8)}${i}`))}, album = repeat('𝔛', 255) where id = '${id}'`);
  assert.equal((await visitor.get('/api/v1/tracks/{id}', { path: { id } })).body.title, long);
  assert.equal((await titles(visitor, 'ﷺ'.repeat(20), { type: 'tracks' })).length, 1);
  assert.deepEqual(await titles(visitor, 'stercoraceous'), [], 'descriptions are not searched');
  await world.sql(`delete from tracks where id = '${id}'`);
});

test('when time is up the reply is what was found until then, marked partial', async () => {
  const held = await world.hold('lock table search_entries in access exclusive mode');
  const began = Date.now();
  const found = await search(alice, 'lighthouse');
  assert.ok(Date.now() - began < 4000);
  assert.deepEqual([found.partial, found.tracks.items, found.tracks.at_least, found.facets], [true, [], true, null]);
  await held.letGo();
  for (const path of ['/api/v1/search/suggestions', '/api/v1/tracks/search'] as const) {
    const whole = await alice.get(path, { query: { q: 'lighthouse' } });
    assertStatus(whole, 200);
    assert.equal(whole.body.partial, false, path);
    assert.ok(whole.body.items.length > 0, path);
  }
  assert.equal((await search(alice, 'lighthouse')).partial, false);
});

test('what was found before time was up stays found, and is marked', async () => {
  const found = await world.sql(`set statement_timeout = 0; begin; 
    create or replace function search_scan(of_kind smallint, wanted tsquery, minus tsquery, tail text, viewer uuid, hidden uuid[], any_words boolean, scope text, most int)
      returns table (id uuid, score smallint, words tsvector) language plpgsql as $$
      begin
        if minus is not null then perform pg_sleep(10); end if;
        return query select e.id, e.score, e.words from search_entries e where e.kind = of_kind and e.words @@ wanted and e.tier < 9;
      end $$;
    set local statement_timeout = '150ms';
    select class || (id is null)::text from search_find(1::smallint, (select title from tracks where status = 'completed' and visibility = 'public' limit 1), null, false, 'public', null, 10);
    rollback`);
  assert.deepEqual([...new Set(found.split('\n').filter((line) => /true|false/.test(line)))], ['exactfalse', 'partialtrue']);
});
