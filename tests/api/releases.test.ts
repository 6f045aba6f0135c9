/** Releases: what they say and hold, who sees them and when, and what their date does to their tracks. */
import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { onDisk } from '../support/level.ts';
import { encodeWith, makeSound, png, wav } from '../support/media.ts';
import { WORK } from '../support/paths.ts';
import { finished, playable, upload } from '../support/tracks.ts';
import { until } from '../support/wait.ts';
import { template, World } from '../support/world.ts';

/* What the build of the web app writes, in small: src/http/assets.h. */
const folder = path.join(WORK, 'releases-web');
mkdirSync(path.join(folder, 'assets'), { recursive: true });
writeFileSync(path.join(folder, 'index.html'), '<!doctype html><html lang="en"><head><title>Veza</title></head><body><div id="root"></div><!--page-data--></body></html>');
writeFileSync(path.join(folder, 'embed.html'), '<!doctype html><html lang="en"><head><title>Veza</title></head><body><div id="embed"></div><!--page-data--></body></html>');
writeFileSync(path.join(folder, 'pages.json'), JSON.stringify({ pages: ['/', '/release/:slug', '/embed/release/:slug'], script_src: "'sha256-abc='", style_src: "'sha256-def='" }));

const world = await World.start('releases', { VEZA_WEB_DIR: folder });
const { visitor } = world, alice = world.as('alice'), bob = world.as('bob'), carol = world.as('carol'), dave = world.as('dave'), root = world.as('root');
const { ids } = template;
const HOUR = 3_600_000;
const later = (ms: number) => new Date(Date.now() + ms).toISOString();

/** Tracks of Carol that nobody needs to hear. */
const tracks = async (count: number, visibility = 'public', creator = ids.carol) =>
  (await world.sql(`insert into tracks (creator_id, title, visibility, status, duration_ms) select '${creator}', 'Song ' || n, '${visibility}', 'completed', 60000 from generate_series(1, ${count}) n returning id`)).split('\n');
type New = NonNullable<NonNullable<Parameters<typeof carol.post<'/api/v1/releases'>>[1]>['body']>;
const create = async (body: New, client = carol) => {
  const reply = await client.post('/api/v1/releases', { body });
  assertStatus(reply, 201);
  assert.equal(reply.headers.get('location'), `/api/v1/releases/${reply.body.id}`);
  return reply.body;
};
const get = (client: Client, id: string) => client.get('/api/v1/releases/{id}', { path: { id } });
const bySlug = (client: Client, slug: string) => client.get('/api/v1/releases/by-slug/{slug}', { path: { slug } });
const items = async (client: Client, id: string) => {
  const reply = await client.get('/api/v1/releases/{id}/tracks', { path: { id }, query: { limit: 100 } });
  assertStatus(reply, 200);
  return reply.body.items;
};
/** A slug of these words that cannot be guessed. */
const secret = (words: string) => new RegExp(`^${words}-[0-9a-f]{16}$`);
const order = async (id: string) => (await items(carol, id)).map(({ disc, number, track_id }) => `${disc}.${number} ${track_id}`);
const move = (id: string, track_id: string, after: string | null, disc?: number) =>
  carol.put('/api/v1/releases/{id}/tracks/reorder', { path: { id }, body: { track_id, after, ...(disc && { disc }) } });
const change = (id: string, body: NonNullable<NonNullable<Parameters<typeof carol.put<'/api/v1/releases/{id}'>>[1]>['body']>, client = carol) => client.put('/api/v1/releases/{id}', { path: { id }, body });
const track = async (client: Client, id: string) => client.get('/api/v1/tracks/{id}', { path: { id } });

test('a release says who made it, who did what, and how it may be used, and is gone when it is deleted; its tracks stay', async () => {
  const [one, two] = await tracks(2);
  const release = await create({ title: 'Late trains', kind: 'ep', artist: 'Carol & friends', label: 'Small hours', upc: '036000291452', licence: 'cc_by_nc_sa', track_ids: [one!, two!],
    credits: [{ name: 'Carol', role: 'main_artist' }, { name: 'Ana', role: 'mastering_engineer' }], release_at: '2026-01-31T00:00:00+01:00', release_zone: 'Europe/Paris' });
  assert.deepEqual([release.slug, release.visibility, release.kind, release.licence, release.upc, release.track_count, release.is_mine, release.creator.username, release.is_announced],
    [release.slug, 'private', 'ep', 'cc_by_nc_sa', '036000291452', 2, true, 'carol', false]);
  assert.match(release.slug, secret('late-trains'));
  assert.deepEqual(release.credits, [{ name: 'Carol', role: 'main_artist' }, { name: 'Ana', role: 'mastering_engineer' }]);
  assert.deepEqual([Date.parse(release.release_at!), release.release_zone], [Date.parse('2026-01-30T23:00:00Z'), 'Europe/Paris']);
  assert.deepEqual(await order(release.id), [`1.1 ${one}`, `1.2 ${two}`]);
  const changed = await change(release.id, { title: 'Early trains', credits: [{ name: 'Bo', role: 'vocals' }], upc: '4006381333931', label: null });
  assertStatus(changed, 200);
  assert.deepEqual([changed.body.title, changed.body.slug, changed.body.label, changed.body.upc, changed.body.artist, changed.body.licence],
    ['Early trains', release.slug, null, '4006381333931', 'Carol & friends', 'cc_by_nc_sa']);
  assert.deepEqual(changed.body.credits, [{ name: 'Bo', role: 'vocals' }]);
  const again = await create({ title: 'Second', track_ids: [one!] });
  assert.deepEqual((await carol.get('/api/v1/releases', { query: { track_id: one!, mine: true } })).body.items.map(({ id }) => id).sort(), [release.id, again.id].sort(), 'a track may be in several');
  assertStatus(await carol.delete('/api/v1/releases/{id}', { path: { id: release.id } }), 204);
  assertProblem(await get(carol, release.id), 404);
  assertStatus(await track(visitor, one!), 200);
});

test('a UPC with a wrong check digit, an ISRC of a wrong form, an unknown zone and tracks of others are refused, and change nothing', async () => {
  const [mine] = await tracks(1), [others] = await tracks(1, 'public', ids.dave);
  for (const [body, field] of [[{ upc: '036000291453' }, 'upc'], [{ upc: '4006381333932' }, 'upc'], [{ release_at: later(HOUR), release_zone: 'Mars/Olympus' }, 'release_zone'],
    [{ visibility: 'scheduled' }, 'publish_at'], [{ track_ids: [mine!, others!] }, 'track_ids'], [{ visibility: 'unlisted', release_at: later(HOUR) }, 'release_at']] as const) {
    const reply = await carol.post('/api/v1/releases', { body: { title: 'Refused', ...body } as never });
    assertProblem(reply, 422, 'validation');
    assert.match(JSON.stringify(reply.body), new RegExp(`"${field}"`));
  }
  assert.equal(await world.sql("select count(*) from releases where title = 'Refused'"), '0');
  assert.equal(await world.sql("select count(*) from release_slugs where slug like 'refused%'"), '0');
  const release = await create({ title: 'Codes', track_ids: [mine!] });
  const put = (isrc: string | null) => carol.put('/api/v1/releases/{id}/tracks/{track_id}', { path: { id: release.id, track_id: mine! }, body: { isrc } });
  for (const isrc of ['FR-X01-24-00001', 'FRX01240000', 'F1X012400001']) assertProblem(await put(isrc), 422, 'validation');
  assertStatus(await put('frx012400001'), 204);
  assert.equal((await items(carol, release.id))[0]!.isrc, 'FRX012400001');
  const twin = await create({ title: 'Codes again', track_ids: [mine!] });
  assert.equal((await items(carol, twin.id))[0]!.isrc, 'FRX012400001', 'it is the recording\'s');
  assertProblem(await carol.post('/api/v1/releases/{id}/tracks', { path: { id: release.id }, body: { track_ids: [others!] } }), 422, 'validation');
});

test('tracks keep their order over discs, moves at the same time both hold, and a gap takes any number of moves', async () => {
  const list = await tracks(6), [a, b, c, d, e, f] = list as [string, string, string, string, string, string];
  const release = await create({ title: 'Two discs', track_ids: [a, b, c] });
  const added = await carol.post('/api/v1/releases/{id}/tracks', { path: { id: release.id }, body: { track_ids: [d, a, e], disc: 2 } });
  assertStatus(added, 201);
  assert.equal(added.body.added, 2, 'what is in it stays where it is');
  assert.deepEqual(await order(release.id), [`1.1 ${a}`, `1.2 ${b}`, `1.3 ${c}`, `2.1 ${d}`, `2.2 ${e}`]);
  assertStatus(await move(release.id, e, a), 204);
  assertStatus(await move(release.id, c, null, 3), 204);
  assert.deepEqual(await order(release.id), [`1.1 ${a}`, `1.2 ${e}`, `1.3 ${b}`, `2.1 ${d}`, `3.1 ${c}`]);
  for (const reply of await Promise.all([move(release.id, a, d), move(release.id, b, d)])) assertStatus(reply, 204);
  assert.deepEqual(new Set((await order(release.id)).slice(1, 4).map((one) => one.slice(4))), new Set([d, a, b]));
  assertProblem(await move(release.id, f, null), 409, 'conflict');
  assertProblem(await move(release.id, a, f), 409, 'conflict');
  await world.sql(`do $$ begin for n in 1 .. 100 loop perform release_move('${release.id}', case n % 2 when 0 then '${a}' else '${b}' end::uuid, '${d}', null); end loop; end $$`);
  assert.deepEqual((await order(release.id)).slice(1, 4), [`2.1 ${d}`, `2.2 ${a}`, `2.3 ${b}`]);
  assertStatus(await carol.delete('/api/v1/releases/{id}/tracks/{track_id}', { path: { id: release.id, track_id: d } }), 204);
  assertProblem(await carol.delete('/api/v1/releases/{id}/tracks/{track_id}', { path: { id: release.id, track_id: d } }), 404);
  assertStatus(await carol.delete('/api/v1/tracks/{id}', { path: { id: a } }), 204);
  assert.equal((await get(carol, release.id)).body.track_count, 3, 'a deleted track leaves its releases');
});

test('a slug is of one release only, also when many are made at once, and those that it had lead to it for ever', async () => {
  const many = await Promise.all(Array.from({ length: 12 }, () => create({ title: '  Été à Ölü — deniz!', visibility: 'public' })));
  assert.equal(new Set(many.map(({ slug }) => slug)).size, 12);
  assert.ok(many.some(({ slug }) => slug === 'ete-a-olu-deniz'));
  assert.match((await create({ title: '夜', visibility: 'public' })).slug, /^release(-|$)/);
  const [first, second] = many as [typeof many[0], typeof many[0]];
  assertStatus(await change(first!.id, { slug: 'the-one', visibility: 'public' }), 200);
  assertStatus(await change(first!.id, { slug: 'the-other' }), 200);
  for (const slug of [first!.slug, 'the-one', 'the-other']) {
    const reply = await bySlug(visitor, slug);
    assertStatus(reply, 200);
    assert.deepEqual([reply.body.id, reply.body.slug], [first!.id, 'the-other']);
    assert.deepEqual(assertProblem(await change(second!.id, { slug }), 422, 'validation').errors?.map(({ field, code }) => [field, code]), [['slug', 'taken']]);
  }
  assertStatus(await change(first!.id, { slug: 'the-one' }), 200, 'it may have its own back');
  assertProblem(await change(first!.id, { slug: 'Not A Slug' }), 422, 'validation');
});

test('neither its title nor a slug that is taken leads to a release that strangers cannot find', async () => {
  const words = 'hidden-harbour', title = 'Hidden harbour', opens = async (slug: string, client = visitor) => (await bySlug(client, slug)).status === 200;
  for (const visibility of ['private', 'unlisted', 'scheduled'] as const) {
    const { slug } = await create({ title, visibility, ...(visibility === 'scheduled' && { publish_at: later(HOUR) }) });
    assert.match(slug, secret(words));
    assert.deepEqual([await opens(words), await opens(slug), await opens(slug, carol)], [false, visibility === 'unlisted', true]);
  }
  const mine = await create({ title, visibility: 'public' }, dave);
  assert.equal(mine.slug, words, 'nothing tells that others have the title');
  const { id, slug: link } = await create({ title: 'Quiet quay', visibility: 'unlisted' });
  const chosen = (await change(id, { slug: 'my-quay' })).body.slug;
  assert.match(chosen, secret('my-quay'));
  assert.equal((await change(id, { slug: 'my-quay' })).body.slug, chosen, 'the same words are the same address');
  assert.deepEqual([await opens('my-quay'), await opens('quiet-quay'), await opens(link), await opens(chosen)], [false, false, true, true]);
  const open = (await change(id, { visibility: 'public' })).body.slug;
  assert.equal(open, 'my-quay', 'it gets the plain one when it is public');
  for (const slug of [link, chosen, open]) assert.equal((await bySlug(visitor, slug)).body.slug, open, 'links that were given go on leading to it');
  assert.equal((await change(id, { visibility: 'unlisted' })).body.slug, chosen, 'and the one of before when it is not');
  assert.deepEqual([await opens(open), await opens(open, carol), await opens(chosen)], [false, true, true]);
  for (const visibility of ['public', 'private', 'public', 'unlisted', 'public'] as const) assertStatus(await change(id, { visibility }), 200);
  assert.equal(await world.sql(`select count(*) from release_slugs where release_id = '${id}'`), '3', 'going back and forth makes no more');
});

test('a name that was chosen stays whatever becomes of the visibility, also where the release had another before', async () => {
  const { id, slug: first } = await create({ title: 'Named twice', visibility: 'public' });
  assert.equal(first, 'named-twice');
  assert.match((await change(id, { visibility: 'unlisted' })).body.slug, secret('named-twice'));
  assert.match((await change(id, { slug: 'new-name' })).body.slug, secret('new-name'));
  assert.equal((await change(id, { visibility: 'public' })).body.slug, 'new-name');
  assert.equal((await change(id, { slug: 'newer-name' })).body.slug, 'newer-name');
  assert.match((await change(id, { visibility: 'private', title: 'Another title' })).body.slug, secret('newer-name'));
  await create({ title: 'Newer name', visibility: 'public' }, dave);
  assert.equal((await change(id, { visibility: 'public' })).body.slug, 'newer-name');
  const { id: late } = await create({ title: 'Late', visibility: 'private' });
  assertStatus(await change(late, { slug: 'wanted-by-two' }), 200);
  await create({ title: 'Wanted by two', visibility: 'public' }, dave);
  assert.equal((await change(late, { visibility: 'public' })).body.slug, 'wanted-by-two-2', 'another one was public first');
  assert.match((await change(late, { visibility: 'private' })).body.slug, secret('wanted-by-two-2'));
  const { id: same, slug: made } = await create({ title: 'Same words', visibility: 'private' });
  assert.equal((await change(same, { slug: 'same-words' })).body.slug, made);
  assert.equal((await change(same, { title: 'Other words', visibility: 'public' })).body.slug, 'same-words', 'the name was chosen, though the title had it first');
  const long = `a${'-b'.repeat(39)}c`;
  assert.match((await change(late, { slug: long })).body.slug, secret(long));
  assert.equal((await change(late, { visibility: 'public' })).body.slug, long, 'of 80 characters too');
  assertProblem(await change(late, { slug: `${long}d` }), 422, 'validation');
});

test('a release that was told of and is scheduled again gets a plain slug when it is out, and is not told of again', async () => {
  const { id } = await create({ title: 'Told once', visibility: 'public' });
  await until('it to be told of', () => world.sql(`select told_at is not null from releases where id = '${id}'`).then((told) => told === 't'), 15);
  assert.match((await change(id, { visibility: 'scheduled', publish_at: later(1000), publish_zone: 'UTC' })).body.slug, secret('told-once'));
  await until('the plain slug', async () => (await get(visitor, id)).body.slug === 'told-once', 20);
  assert.equal(await world.sql(`select count(*) from outbox where name = 'release.published' and key = '${id}'`), '1');
});

test('a release has a bounded number of slugs', async () => {
  for (const visibility of ['public', 'private'] as const) {
    const { id } = await create({ title: 'Many names', visibility });
    const statuses = [];
    for (let n = 0; n < 25; n++) statuses.push((await change(id, { slug: `${visibility}-name-${n}` })).status);
    assert.deepEqual(new Set(statuses.slice(0, 19)), new Set([200]));
    const reply = await change(id, { slug: 'one-more' });
    assertProblem(reply, 422, 'validation');
    assert.match(JSON.stringify(reply.body), /at most 20 addresses/);
    assertStatus(await change(id, { slug: `${visibility}-name-3` }), 200, 'it may have its own back');
    assert.equal(await world.sql(`select count(*) from release_slugs where release_id = '${id}'`), '20');
    for (const n of [4, 5, 6]) {
      assertStatus(await change(id, { slug: `${visibility}-name-${n}` }), 200);
      for (const next of ['public', 'unlisted', visibility] as const) assertStatus(await change(id, { visibility: next }), 200);
    }
    assert.ok(Number(await world.sql(`select count(*) from release_slugs where release_id = '${id}'`)) <= 21, 'one more at most, of the other kind');
  }
});

test('who opens a release, who finds it and who changes it follows from its visibility', async () => {
  const [shown, byLink] = [(await tracks(1))[0]!, (await tracks(1, 'unlisted'))[0]!];
  const release = await create({ title: 'Seen or not', track_ids: [shown, byLink] });
  const found = async (client: Client, query = {}) => (await client.get('/api/v1/releases', { query: { q: 'seen not', ...query } })).body.items.length;
  const strangers = [visitor, alice, dave];
  const expect = async (opens: boolean, finds: boolean, held: (string | null)[] = []) => {
    for (const client of strangers) {
      assert.equal((await get(client, release.id)).status, opens ? 200 : 404);
      assert.equal((await bySlug(client, await world.sql(`select slug from releases where id = '${release.id}'`))).status, opens ? 200 : 404);
      for (const query of [{}, { username: 'carol' }, { creator_id: ids.carol }, { track_id: shown }, { kind: 'album' as const }]) assert.equal(await found(client, query), finds ? 1 : 0);
      if (opens) assert.deepEqual((await items(client, release.id)).map(({ track_id, access }) => [track_id, access]), held.map((id) => [id, null]));
      else assertProblem(await client.get('/api/v1/releases/{id}/tracks', { path: { id: release.id } }), 404);
    }
  };
  await expect(false, false);
  assertStatus(await change(release.id, { visibility: 'unlisted' }), 200);
  await expect(true, false, [shown, byLink]);
  assertStatus(await change(release.id, { visibility: 'public' }), 200);
  await expect(true, true, [shown, null]);
  for (const [client, names] of [[alice, 0], [carol, 1]] as const)
    assert.equal((await client.get('/api/v1/releases', { query: { track_id: byLink } })).body.items.length, names, 'a list does not say where an unlisted track is');
  assertStatus(await change(release.id, { visibility: 'scheduled', publish_at: later(HOUR) }), 200);
  await expect(false, false);
  assert.equal(await found(carol, { mine: true }), 1);
  assertStatus(await change(release.id, { visibility: 'public' }), 200);
  assertStatus(await carol.post('/api/v1/users/{id}/block', { path: { id: ids.bob } }), 204);
  assertProblem(await get(bob, release.id), 404);
  assert.equal(await found(bob), 0);
  for (const client of [alice, dave]) {
    assertProblem(await change(release.id, { title: 'Mine' }, client), 404);
    assertProblem(await client.post('/api/v1/releases/{id}/tracks', { path: { id: release.id }, body: { track_ids: [shown] } }), 404);
    assertProblem(await client.delete('/api/v1/releases/{id}', { path: { id: release.id } }), 404);
  }
  assertStatus(await root.delete('/api/v1/releases/{id}', { path: { id: release.id } }), 204);
});

test('before its date a release is announced and its tracks are closed, and from that moment on they are open, on every surface; the date moves with an edit', async () => {
  const closed = await playable(carol, { title: 'Follower', visibility: 'private' }), preview = (await tracks(1, 'private'))[0]!, free = (await tracks(1))[0]!;
  const release = await create({ title: 'Tomorrow', visibility: 'public', release_at: later(HOUR), release_zone: 'Asia/Kathmandu', track_ids: [closed.id], access: 'release' });
  for (const [id, access] of [[preview, 'preview'], [free, 'own']] as const)
    assertStatus(await carol.post('/api/v1/releases/{id}/tracks', { path: { id: release.id }, body: { track_ids: [id], access } }), 201);
  const held = async (client: Client) => (await items(client, release.id)).map(({ track_id }) => track_id);
  const announced = (await get(visitor, release.id)).body;
  assert.deepEqual([announced.is_announced, announced.track_count, announced.release_zone], [true, 3, 'Asia/Kathmandu']);
  assert.deepEqual(await held(visitor), [null, preview, free], 'a preview can be heard already, and what is public stays so');
  assertProblem(await track(alice, closed.id), 404);
  const { body } = await change(release.id, { release_at: later(6000) });
  const at = Date.parse(body.release_at!);
  assert.ok(at % 5000 === 0 && at - Date.now() < 11_100, body.release_at!);
  const opened = async (client: Client) => (await held(client))[0] === closed.id;
  const questions = {
    'a visitor\'s page': async () => !(await get(visitor, release.id)).body.is_announced, 'a page': async () => !(await get(alice, release.id)).body.is_announced,
    'a visitor\'s list': async () => !(await visitor.get('/api/v1/releases', { query: { q: 'tomorrow' } })).body.items[0]!.is_announced,
    'a visitor\'s tracks': () => opened(visitor), 'tracks': () => opened(alice),
    'a track': async () => (await track(visitor, closed.id)).status === 200, 'search': async () => (await visitor.get('/api/v1/tracks', { query: { q: 'follower' } })).body.items.length === 1,
    'the stream': async () => (await world.streamVisitor.send('GET', `/hls/${closed.id}/master.m3u8`)).status === 200,
  };
  await Promise.all(Object.entries(questions).map(async ([name, ask]) => {
    for (;;) {
      const asked = Date.now(), yes = await ask(), answered = Date.now();
      if (yes) assert.ok(answered >= at, `${name}: ${at - answered} ms too early`);
      else assert.ok(asked < at, `${name}: still not ${asked - at} ms after`);
      if (yes) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }));
  assertStatus(await change(release.id, { release_at: later(HOUR) }), 200);
  assert.deepEqual(await held(visitor), [null, preview, free], 'a later date closes them again');
  await until('the stream server to forget it', async () => (await world.streamVisitor.send('GET', `/hls/${closed.id}/master.m3u8`)).status === 404, 2);
  assertStatus(await change(release.id, { visibility: 'private' }), 200);
  for (const id of [closed.id, preview]) assertProblem(await track(alice, id), 404);
  assertStatus(await track(alice, free), 200);
});

test('a track follows one release at most, and none any more once its creator says otherwise', async () => {
  const [id] = await tracks(1, 'private');
  const first = await create({ title: 'Followed', track_ids: [id!], access: 'release', release_at: later(HOUR), visibility: 'public' });
  assertProblem(await carol.post('/api/v1/releases', { body: { title: 'Refused twice', track_ids: [id!], access: 'release' } }), 409, 'conflict');
  const second = await create({ title: 'Also', track_ids: [id!] });
  assertProblem(await carol.put('/api/v1/releases/{id}/tracks/{track_id}', { path: { id: second.id, track_id: id! }, body: { access: 'release' } }), 409, 'conflict');
  assertProblem(await carol.post('/api/v1/releases/{id}/tracks', { path: { id: second.id }, body: { track_ids: [id!], access: 'release' } }), 409, 'conflict');
  assert.equal((await track(carol, id!)).body.visibility, 'scheduled');
  assertStatus(await carol.put('/api/v1/tracks/{id}', { path: { id: id! }, body: { title: 'Another title' } }), 200);
  assert.equal((await items(carol, first.id))[0]!.access, 'release');
  assertStatus(await carol.put('/api/v1/tracks/{id}', { path: { id: id! }, body: { visibility: 'private' } }), 200);
  assert.equal((await items(carol, first.id))[0]!.access, 'own');
  assertStatus(await change(first.id, { release_at: null }), 200);
  assertProblem(await track(alice, id!), 404, 'not_found');
  assert.equal(await world.sql("select count(*) from releases where title = 'Refused twice'"), '0');
});

onDisk('a cover is made anew, changes its address, is shown to whoever may open the release, and goes with it', async () => {
  const release = await create({ title: 'With art' });
  const send = async (bytes: Uint8Array, to = release.id) => {
    const form = new FormData();
    form.set('cover', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), 'cover.png');
    return carol.put('/api/v1/releases/{id}/cover', { path: { id: to }, body: form as never });
  };
  const first = await send(png(640, 640));
  assertStatus(first, 200);
  assertProblem(await visitor.send('GET', first.body.cover_url!), 404);
  assertStatus(await carol.send('GET', first.body.cover_url!), 200);
  assertStatus(await change(release.id, { visibility: 'public' }), 200);
  const second = await send(png(700, 700));
  assert.notEqual(second.body.cover_url, first.body.cover_url);
  const image = await visitor.send('GET', second.body.cover_url!);
  assert.deepEqual([image.status, image.headers.get('content-type'), image.bytes.subarray(8, 12).toString()], [200, 'image/webp', 'WEBP']);
  assertProblem(await send(Buffer.from('not a picture at all, whatever it says')), 422);
  assertStatus(await carol.delete('/api/v1/releases/{id}/cover', { path: { id: release.id } }), 204);
  assert.equal((await get(carol, release.id)).body.cover_url, null);
  await send(png(640, 640));
  assertStatus(await carol.delete('/api/v1/releases/{id}', { path: { id: release.id } }), 204);
  await until('the files to be gone', () => !existsSync(`${world.server.dataDir}/files/covers/${release.id}`));
  const other = await create({ title: 'No room' });
  writeFileSync(`${world.server.dataDir}/files/covers/${other.id}`, 'a file where the folder should be');
  assertProblem(await send(png(640, 640), other.id), 507, 'storage_full');
  assert.equal((await get(carol, other.id)).body.cover_url, null);
});

test('while a draft is made, the same request is refused, and gets its reply afterwards', async () => {
  const track_ids = await tracks(1, 'private'), headers = { 'idempotency-key': randomUUID() };
  const make = () => carol.post('/api/v1/releases/draft', { body: { track_ids }, headers });
  const held = await world.hold('lock table releases in share mode'), first = make();
  await until('the first to wait', async () => (await world.sql("select count(*) from pg_locks where relation = 'releases'::regclass and not granted")) !== '0');
  assertProblem(await make(), 409, 'request_in_progress');
  await held.letGo();
  const reply = await first;
  assertStatus(reply, 201);
  assert.equal((await make()).body.id, reply.body.id);
});

test('a release that is published while tracks of it are processed or failed is there for everybody: they keep their places, and its owner can ask which they are', async () => {
  const [ready, running, failed, early] = (await tracks(4, 'private')) as [string, string, string, string];
  await world.sql(`
    update tracks set status = 'processing' where id = '${running}';
    update tracks set status = 'processing', stream_status = 'ready', stream_manifest_url = '/hls/${early}/master.m3u8' where id = '${early}';
    update tracks set status = 'failed', failure_code = 'corrupt', status_message = 'It is damaged.' where id = '${failed}'`);
  const release = await create({ title: 'Half of it', track_ids: [ready, running, failed, early], access: 'release' });
  const unready = async (client: Client) => {
    const reply = await client.get('/api/v1/releases/{id}/tracks', { path: { id: release.id }, query: { unready: true, total: true } });
    assertStatus(reply, 200);
    return [reply.body.total, ...reply.body.items.map(({ number, track_id, status, failure_code, status_message }) => [number, track_id, status, failure_code, status_message])];
  };
  const wanted = [3, [2, running, 'processing', null, null], [3, failed, 'failed', 'corrupt', 'It is damaged.'], [4, early, 'processing', null, null]];
  assert.deepEqual(await unready(carol), wanted);
  assert.deepEqual(await unready(root), wanted);
  assertProblem(await alice.get('/api/v1/releases/{id}/tracks', { path: { id: release.id }, query: { unready: true } }), 404);

  const seen = async (client: Client, held: (string | null)[]) => {
    const { slug } = (await get(carol, release.id)).body;
    for (const reply of [await get(client, release.id), await bySlug(client, slug)]) {
      assertStatus(reply, 200);
      assert.equal(reply.body.track_count, 4);
    }
    assert.deepEqual((await items(client, release.id)).map(({ number, track_id, title, status }) => [number, track_id, title !== null, status]), held.map((id, i) => [i + 1, id, id !== null, null]));
    const page = await fetch(`${world.server.api}/release/${slug}`);
    assert.deepEqual([page.status, /<title>Half of it/.test(await page.text())], [200, true]);
  };
  for (const visibility of ['public', 'unlisted'] as const) {
    assertStatus(await change(release.id, { visibility }), 200);
    for (const client of [visitor, alice]) await seen(client, [ready, null, null, null]);
  }
  assert.deepEqual(await unready(alice), [0], 'nobody else is told');
  assertProblem(await visitor.get('/api/v1/releases/{id}/tracks', { path: { id: release.id }, query: { unready: true } }), 401);
  assertStatus(await change(release.id, { visibility: 'scheduled', publish_at: later(1) }), 200);
  await until('the release to open by itself', async () => (await get(visitor, release.id)).status === 200);
  await seen(visitor, [ready, null, null, null]);
  await world.sql(`update tracks set status = 'completed' where id = '${running}'; update tracks set status = 'failed' where id = '${ready}'`);
  await seen(visitor, [null, running, null, null]);
  await world.sql(`update tracks set status = 'failed' where id = '${running}'`);
  await seen(visitor, [null, null, null, null]);
});

test('files that are uploaded together become a draft release, in the order and on the discs that their tags say; publishing it opens them', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'veza-draft-'));
  writeFileSync(`${folder}/plain.wav`, wav(makeSound(1)));
  const send = async (title: string, tags: Record<string, string>) => {
    const file = `${folder}/${title}.flac`;
    await encodeWith(`${folder}/plain.wav`, file, Object.entries({ title, album: 'Two sides', artist: `Carol ${title}`, ...tags }).flatMap(([name, value]) => ['-metadata', `${name}=${value}`]));
    const reply = await upload(carol, { file: readFileSync(file), filename: `${title}.flac`, visibility: 'private' });
    assertStatus(reply, 201);
    return reply.body.id;
  };
  const fourth = await send('Side B 2', { disc: '2', track: '2/2', album_artist: 'Carol' }), second = await send('Side A 2', { disc: '1/2', track: '2' }), third = await send('Side B 1', { disc: '2', track: '1' }),
    first = await send('Side A 1', { disc: '1', track: '1', album: 'Misspelt' });
  rmSync(folder, { recursive: true });
  const made = await carol.post('/api/v1/releases/draft', { body: { track_ids: [fourth, second, third, first] } });
  assertStatus(made, 201);
  assert.deepEqual([made.body.title, made.body.artist, made.body.kind, made.body.visibility], ['Two sides', 'Carol', 'ep', 'private']);
  assert.match(made.body.slug, secret('two-sides'));
  assert.deepEqual(await order(made.body.id), [`1.1 ${first}`, `1.2 ${second}`, `2.1 ${third}`, `2.2 ${fourth}`]);
  for (const id of [first, fourth]) await finished(carol, id);
  assertProblem(await track(visitor, first), 404);
  assertStatus(await change(made.body.id, { visibility: 'public' }), 200);
  for (const id of [first, fourth]) assertStatus(await track(visitor, id), 200);
  const plain = await world.sql(`insert into tracks (creator_id, title, status, original_filename) select '${ids.carol}', n, 'completed', n from unnest(array['10 End.wav', '9 Middle.wav', '1 Begin.wav']) n returning id`);
  const [end, middle, begin] = plain.split('\n') as [string, string, string];
  const byName = (await carol.post('/api/v1/releases/draft', { body: { track_ids: [end, middle, begin] } })).body;
  assert.deepEqual([byName.title, (await order(byName.id)).map((one) => one.slice(4))], ['Untitled', [begin, middle, end]]);
  for (const track_ids of [[begin, begin], [begin, (await tracks(1, 'public', ids.dave))[0]!]]) assertProblem(await carol.post('/api/v1/releases/draft', { body: { track_ids } }), 422, 'validation');
});

test('those whose bell is on hear of a release once, when its music is out, also after it was taken back and published again', async () => {
  const mia = world.as('mia');
  for (const client of [alice, mia, dave, root]) assertStatus(await client.post('/api/v1/users/{id}/follow', { path: { id: ids.carol } }), 200);
  for (const client of [alice, mia, dave]) assertStatus(await client.post('/api/v1/users/{id}/bell', { path: { id: ids.carol } }), 200);
  assertStatus(await mia.put('/api/v1/notifications/preferences', { body: { notify_on_release: false } }), 200);
  await world.sql('delete from notifications');
  const heard = async (client: Client) => (await client.get('/api/v1/notifications', { query: { type: 'release' } })).body.items;
  const release = await create({ title: 'First heard', visibility: 'public', release_at: later(HOUR) });
  await create({ title: 'Never told', visibility: 'unlisted' });
  assert.deepEqual(await heard(alice), [], 'not when it is announced');
  assertStatus(await change(release.id, { release_at: later(1000) }), 200);
  for (const client of [alice, dave]) {
    const [one] = await until('the notification', async () => (await heard(client)).length > 0 && heard(client), 15);
    assert.deepEqual([one!.actor?.username, one!.link, one!.data['title'], one!.others], ['carol', '/release/first-heard', 'First heard', 0]);
  }
  const told = await world.sql("select count(*) from outbox where name = 'release.published'");
  for (const visibility of ['private', 'public'] as const) assertStatus(await change(release.id, { visibility }), 200);
  assertStatus(await change(release.id, { release_at: null }), 200);
  const second = await create({ title: 'Second heard', visibility: 'public' });
  await until('the second to be told, with the first', async () => (await heard(alice))[0]?.link === `/release/${second.slug}`, 10);
  assert.equal((await heard(alice)).length, 1, 'one while it is unread');
  assert.deepEqual(await heard(mia), []);
  assert.deepEqual(await heard(carol), []);
  assert.deepEqual(await heard(root), [], 'the bell is off: it is in the feed');
  assert.equal(await world.sql("select count(*) from outbox where name = 'release.published'"), String(Number(told) + 1), 'the first not once more');
  const unread = async () => (await alice.get('/api/v1/notifications/unread-count')).body.unread, before = await unread();
  assertStatus(await change(second.id, { visibility: 'private' }), 200);
  assert.deepEqual([await heard(alice), await unread()], [[], before - 1], 'what is private again is not told of any more, nor its title');
  assertStatus(await change(second.id, { visibility: 'public' }), 200);
  assert.deepEqual([(await heard(alice)).length, await unread()], [1, before]);
  for (const visibility of ['unlisted', 'public'] as const) {
    assertStatus(await change(second.id, { visibility }), 200);
    const link = (await heard(alice))[0]!.link!;
    assert.equal((await bySlug(alice, link.replace('/release/', ''))).body.id, second.id, `whoever was told still opens it while it is ${visibility}`);
  }
});

test('a release of 3,333 tracks gives its first page and its last one within 300 ms', async () => {
  const { id } = await create({ title: 'Everything', visibility: 'public' });
  await world.sql(`
    insert into tracks (creator_id, title, status, duration_ms) select '${ids.carol}', 'Of many ' || n, 'completed', 1000 from generate_series(1, 3333) n;
    insert into release_tracks (release_id, track_id, disc, position) select '${id}', id, 1 + row_number() over (order by id) / 500, row_number() over (order by id) from tracks where title like 'Of many %';
    analyze release_tracks`);
  const times: number[] = [];
  let cursor: string | null | undefined, count = 0;
  do {
    const began = performance.now();
    const reply = await alice.get('/api/v1/releases/{id}/tracks', { path: { id }, query: { limit: 100, ...(cursor && { cursor }) } });
    times.push(performance.now() - began);
    count += reply.body.items.length;
    cursor = reply.body.next;
  } while (cursor);
  assert.equal(count, 3333);
  assert.ok(Math.max(times[0]!, times.at(-1)!) < 300, `${times.map(Math.round)}`);
});

test('the page of a release names it and its artist; an old address leads to the present one, and of what a visitor may not open nothing is told', async () => {
  const look = async (address: string) => {
    const reply = await fetch(world.server.api + address);
    return { status: reply.status, html: await reply.text(), headers: reply.headers };
  };
  const { id } = (await carol.post('/api/v1/releases', { body: { title: 'Paged', artist: 'The Pages', visibility: 'public' } })).body;
  const change = async (body: { slug?: string; visibility?: 'public' | 'unlisted' | 'private' }) => assert.equal((await carol.put('/api/v1/releases/{id}', { path: { id }, body })).status, 200);
  await change({ slug: 'paged-now' });
  const moved = await fetch(`${world.server.api}/release/paged`, { redirect: 'manual' });
  assert.deepEqual([moved.status, moved.headers.get('location'), moved.headers.get('cache-control')], [301, '/release/paged-now', 'private, no-store']);
  const shown = await look('/release/paged-now');
  assert.deepEqual([shown.status, shown.headers.get('x-robots-tag')], [200, null]);
  assert.match(shown.html, /<title>Paged – The Pages/);
  await change({ visibility: 'unlisted' });
  assert.equal((await look('/release/paged-now')).status, 404, 'it opens by its secret address only');
  await change({ visibility: 'private' });
  for (const slug of ['paged', 'paged-now', 'no-such-release']) {
    const { status, headers, html } = await look(`/release/${slug}`);
    assert.deepEqual([status, headers.get('x-robots-tag'), html.includes('Paged')], [404, null, false], 'its owner, who is not known here, gets the same page');
  }
});
