/** Sitemaps and robots.txt: which pages search engines are told of. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertProblem } from '../support/client.ts';
import { HOSTILE, makePages } from '../support/public-pages.ts';
import { until } from '../support/wait.ts';
import { World } from '../support/world.ts';
import { all, one, readXml } from '../support/xml.ts';

const SITE = 'https://veza.example';
const world = await World.start('sitemaps', { FRONTEND_URL: SITE });
const carol = world.as('carol');
const made = await makePages(world, 'carol', HOSTILE);

const text = async (path: string) => (await fetch(world.server.api + path)).text();

async function parts(): Promise<string[]> {
  const index = readXml(await text('/sitemap.xml'));
  assert.equal(index.name, 'sitemapindex');
  return all(index, 'sitemap').map((part) => one(part, 'loc').text.replace(SITE, ''));
}

/** All addresses, with when they were changed. */
async function listed(): Promise<Map<string, string | undefined>> {
  const found = new Map<string, string | undefined>();
  for (const part of await parts()) {
    const urls = all(readXml(await text(part)), 'url');
    assert.ok(urls.length > 0 && urls.length <= 50_000, part);
    for (const url of urls) {
      const address = one(url, 'loc').text;
      assert.ok(!found.has(address), `${address} is there once`);
      found.set(address, all(url, 'lastmod')[0]?.text);
    }
  }
  return found;
}

test('robots.txt names the sitemap and leaves out what needs an account', async () => {
  const robots = await text('/robots.txt');
  assert.match(robots, /^Sitemap: https:\/\/veza\.example\/sitemap\.xml$/m);
  for (const area of ['/settings', '/dashboard', '/library', '/admin/']) assert.match(robots, new RegExp(`^Disallow: ${area}$`, 'm'));
  const closed = [...robots.matchAll(/^Disallow: (.*)$/gm)].map((found) => found[1]!);
  for (const page of ['/', '/track/x', '/release/x', '/playlist/x', '/u/x', '/discover', '/api/v1/tracks/x/cover/600', '/p/x'])
    assert.ok(!closed.some((path) => page.startsWith(path)), page);
});

test('what is public is listed with the time of its last change, and nothing else is', async () => {
  const found = await listed();
  for (const path of ['/', `/track/${made.public.track}`, `/release/${made.public.slug}`, `/playlist/${made.public.playlist}`, '/u/carol'])
    assert.ok(found.has(SITE + path), path);
  assert.match(found.get(`${SITE}/track/${made.public.track}`)!, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  const all = [...found.keys()].join('\n');
  for (const hidden of [made.unlisted, made.private]) for (const id of Object.values(hidden)) assert.ok(!all.includes(id), id);
});

test('whoever does not want to be found is in no sitemap, with all that is theirs; nor is what was deleted', async () => {
  await carol.put('/api/v1/users/settings', { body: { allow_search_indexing: false } });
  await until('the sitemaps to be without carol', async () => {
    const all = [...(await listed()).keys()].join('\n');
    return ![...Object.values(made.public), '/u/carol'].some((part) => all.includes(part));
  }, 15);
  await carol.put('/api/v1/users/settings', { body: { allow_search_indexing: true } });
  await until('carol to be there again', async () => (await listed()).has(`${SITE}/u/carol`), 15);
  await carol.delete('/api/v1/tracks/{id}', { path: { id: made.public.track } });
  await until('the track to be gone', async () => !(await listed()).has(`${SITE}/track/${made.public.track}`), 15);
});

test('many things are in many parts, each once, in the same part as before', async () => {
  const owner = (await carol.get('/api/v1/auth/me')).body.id;
  /* Without triggers, of which those of the search would take half a minute. */
  await world.sql(`begin; set local session_replication_role = replica;
    insert into playlists (user_id, name, visibility) select '${owner}', 'Many ' || n, 'public' from generate_series(1, 26000) n; commit; analyze playlists`);
  const before = await until('the index to have four parts', async () => {
    const found = (await parts()).filter((part) => part.includes('playlists'));
    return found.length === 4 && found;
  }, 15);
  const found = [...(await listed()).keys()].filter((address) => address.includes('/playlist/'));
  assert.equal(found.length, Number(await world.sql(`select count(*) from playlists where visibility = 'public' and deleted_at is null`)));
  const first = await text(before[0]!);
  for (const address of readXml(first).children.map((url) => one(url, 'loc').text))
    assert.match(address, /\/playlist\/[0-3]/, 'the first bits of an id say where it is');
  for (const part of ['/sitemap-part.xml?kind=playlists&bits=2&part=4', '/sitemap-part.xml?kind=site&part=1']) assertProblem(await world.visitor.send('GET', part), 404, 'not_found');
  assertProblem(await world.visitor.send('GET', '/sitemap-part.xml?kind=secrets'), 422, 'validation');
  await world.sql(`begin; set local session_replication_role = replica; delete from playlists where name like 'Many %'; commit; analyze playlists`);
});

test('genres and tags are listed once something public has them, with the time of the newest; of who does not want to be found, and without anything public, they are not', async () => {
  const owner = (await carol.get('/api/v1/auth/me')).body.id;
  const add = (title: string, genre: string, tag: string, at: string, visibility = 'public') => world.sql(`insert into tracks (creator_id, title, file_path, status, stream_status, genre, tags, visibility, created_at)
    values ('${owner}', '${title}', 'x', 'completed', 'ready', '${genre}', array['${tag}']::varchar[], '${visibility}', '${at}') returning id`);
  await add('Old', 'Polka', 'odd & <even>', '2020-01-01');
  const latest = await add('Late', 'Polka', 'odd & <even>', '2020-01-01');
  await world.sql(`update tracks set first_public_at = '2031-05-06T07:08:09Z' where id = '${latest}'; update tracks set first_public_at = '2021-05-06T07:08:09Z' where id = '${latest}'`);
  await add('Hidden', 'Fado', 'never', '2020-01-01', 'private');
  const tag = `${SITE}/discover/tag/${encodeURIComponent('odd & <even>')}`, genre = `${SITE}/discover/genre/polka`;
  await until('both to be there', async () => {
    const found = await listed();
    return found.has(tag) && found.has(genre);
  }, 15);
  const found = await listed();
  assert.match(found.get(genre)!, /^20\d\d-/);
  assert.equal(found.get(genre), found.get(tag));
  for (const hidden of ['/discover/genre/fado', '/discover/tag/never']) assert.ok(!found.has(SITE + hidden), hidden);
  await carol.put('/api/v1/users/settings', { body: { allow_search_indexing: false } });
  await until('both to be gone', async () => {
    const left = await listed();
    return !left.has(tag) && !left.has(genre);
  }, 15);
  await carol.put('/api/v1/users/settings', { body: { allow_search_indexing: true } });
});
