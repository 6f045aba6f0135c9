/** The pages of the web app as a search engine, a link preview or curl sees them: their status, title and data. */
import { strict as assert } from 'node:assert';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { assertProblem, assertStatus } from '../support/client.ts';
import { makeSound, wav } from '../support/media.ts';
import { WORK } from '../support/paths.ts';
import { playable } from '../support/tracks.ts';
import { World } from '../support/world.ts';

/* What the build of the web app writes, in small: src/http/assets.h. */
const folder = path.join(WORK, 'pages-web');
mkdirSync(path.join(folder, 'assets'), { recursive: true });
writeFileSync(path.join(folder, 'index.html'), '<!doctype html><html lang="en"><head><title>Veza</title><meta name="description" content="Veza." /></head><body><div id="shell"><!--page-body--><noscript>Static</noscript><!--/page-body--></div><div id="root"></div><!--page-data--></body></html>');
writeFileSync(path.join(folder, 'embed.html'), '<!doctype html><html lang="en"><head><title>Veza</title></head><body><div id="embed"></div><!--page-data--></body></html>');
writeFileSync(path.join(folder, 'pages.json'), JSON.stringify({ pages: ['/', '/discover', '/track/:id', '/track/shared/:token', '/u/:username', '/playlist/:id', '/p/:token', '/release/:slug', '/settings/profile', '/embed/track/:id', '/embed/track/shared/:token', '/embed/playlist/:id', '/embed/p/:token'], script_src: "'sha256-abc='", style_src: "'sha256-def='" }));
writeFileSync(path.join(folder, 'assets/app-1.js'), '1;\n');

const SITE = 'https://veza.example';
const world = await World.start('pages', { VEZA_WEB_DIR: folder, FRONTEND_URL: SITE });
const TITLE = 'A </script><b>"bold" & <!-- title\u2028';
const open = await playable(world.as('carol'), { file: wav(makeSound(2, { seed: 1 })), filename: 'a.wav', title: TITLE.slice(0, -1), artist: 'Nord & Süd', is_public: 'true' });
await world.sql(`update tracks set title = title || chr(8232) where id = '${open.id}'`); /* from before such characters were refused */
const secret = await playable(world.as('carol'), { file: wav(makeSound(2, { seed: 2 })), filename: 'b.wav', title: 'Secret', is_public: 'false' });

interface Seen {
  status: number;
  html: string;
  headers: Headers;
}

async function look(path: string, headers: Record<string, string> = {}): Promise<Seen> {
  const reply = await fetch(world.server.api + path, { headers });
  return { status: reply.status, html: await reply.text(), headers: reply.headers };
}

test('pages that exist answer 200, all others 404 with the same page', async () => {
  for (const path of ['/', '/discover', '/discover/', '/discover?genre=Ambient', '/settings/profile', '/u/carol', '/u/CAROL', `/track/${open.id}`]) {
    const { status, html } = await look(path);
    assert.equal(status, 200, path);
    assert.match(html, /<div id="root">/, path);
  }
  for (const path of ['/nowhere', '/discover/more', '/track', '/track/', '/settings', '/u/', '/u/nobody-of-this-name', '/u/carol/x', '/discoverx', '/u/%27%3b--']) {
    const { status, html, headers } = await look(path);
    assert.equal(status, 404, path);
    assert.match(html, /<div id="root">/, `${path} is the app, which says what is wrong`);
    assert.match(headers.get('content-type')!, /^text\/html/, path);
  }
});

test('the page of a playlist is there for whoever may see it, and by a link; search engines list public ones only', async () => {
  const carol = world.as('carol');
  const { id } = (await carol.post('/api/v1/playlists', { body: { name: 'Late <trains>' } })).body, path = `/playlist/${id}`;
  const { token } = (await carol.post('/api/v1/playlists/{id}/share', { path: { id }, body: {} })).body;
  const found = async (where: string) => {
    const { status, html, headers } = await look(where);
    return [status, headers.get('x-robots-tag'), html.includes('<title>Late &lt;trains&gt;')];
  };
  assert.deepEqual(await found(path), [404, null, false], 'nobody is known here: its owner gets the app with it, which asks');
  assert.deepEqual(await found(`/p/${token}`), [200, 'noindex', true]);
  assert.deepEqual(await found(`/p/${'A'.repeat(43)}`), [404, null, false]);
  for (const [visibility, robots] of [['unlisted', 'noindex'], ['public', null]] as const) {
    await carol.put('/api/v1/playlists/{id}', { path: { id }, body: { visibility } });
    assert.deepEqual(await found(path), [200, robots, true]);
  }
  assert.equal((await carol.get('/api/v1/playlists/{id}/share', { path: { id } })).body.items[0]!.access_count, 0, 'its head counts nothing');
});

test('search engines are told to leave out unlisted tracks, and people who do not want to be found with their tracks', async () => {
  const robots = async (path: string) => [(await look(path)).status, (await look(path)).headers.get('x-robots-tag')];
  assert.deepEqual(await robots(`/track/${open.id}`), [200, null]);
  assert.deepEqual(await robots('/u/carol'), [200, null]);
  await world.as('carol').put('/api/v1/tracks/{id}', { path: { id: open.id }, body: { visibility: 'unlisted' } });
  assert.deepEqual(await robots(`/track/${open.id}`), [200, 'noindex']);
  await world.as('carol').put('/api/v1/tracks/{id}', { path: { id: open.id }, body: { visibility: 'public' } });
  await world.as('carol').put('/api/v1/users/settings', { body: { allow_search_indexing: false } });
  assert.deepEqual(await robots(`/track/${open.id}`), [200, 'noindex']);
  assert.deepEqual(await robots('/u/carol'), [200, 'noindex']);
  await world.as('carol').put('/api/v1/users/settings', { body: { allow_search_indexing: true } });
});

test('a link opens the page of a private track, which search engines leave out, until it is revoked', async () => {
  const carol = world.as('carol');
  const link = await carol.post('/api/v1/tracks/{id}/share', { path: { id: secret.id }, body: {} });
  assertStatus(link, 201);
  const { status, html, headers } = await look(`/track/shared/${link.body.token}`);
  assert.deepEqual([status, headers.get('x-robots-tag'), html.includes('<title>Secret')], [200, 'noindex', true]);
  assertStatus(await carol.delete('/api/v1/tracks/share/{id}', { path: { id: link.body.id } }), 204);
  for (const token of [link.body.token, 'x']) assert.equal((await look(`/track/shared/${token}`)).status, 404);
});

test('a frame on another site gets what visitors may see, or a link opens, under a policy that lets it be framed; no other page', async () => {
  const carol = world.as('carol');
  const { id } = (await carol.post('/api/v1/playlists', { body: { name: 'Framed' } })).body;
  const { token } = (await carol.post('/api/v1/playlists/{id}/share', { path: { id }, body: {} })).body;
  const link = (await carol.post('/api/v1/tracks/{id}/share', { path: { id: secret.id }, body: {} })).body;
  const cookie = { Cookie: `access_token=${carol.credentials.token ?? ''}` };
  const expected = [
    [`/embed/track/${open.id}`, 200, 'A &lt;/script&gt;'], [`/embed/track/shared/${link.token}`, 200, '<title>Secret'], [`/embed/p/${token}`, 200, '<title>Framed'],
    [`/embed/track/${secret.id}`, 404, '<title>Veza'], [`/embed/playlist/${id}`, 404, '<title>Veza'], ['/embed/track/x', 404, '<title>Veza'],
  ] as const;
  for (const [path, wanted, text] of expected) {
    const { status, html, headers } = await look(path, cookie);
    assert.equal(status, wanted, path);
    assert.ok(html.includes(text) && html.includes('<div id="embed">'), path);
    assert.match(headers.get('content-security-policy')!, /^default-src 'none'; script-src 'self'; .*; frame-ancestors \*$/, path);
    assert.equal(headers.get('x-frame-options'), null, path);
    assert.equal(headers.get('x-robots-tag'), 'noindex', path);
    assert.equal(headers.get('set-cookie'), null, path);
  }
  const { html } = await look(`/embed/track/${open.id}`, cookie);
  assert.equal(JSON.parse(html.match(/id="page-data">([^<]*)</)![1]!).is_mine, false, 'nobody is known there');
  for (const path of ['/', `/track/${open.id}`, `/track/${secret.id}`, '/embed/', '/embed/nothing', '/embed.html', '/nowhere']) {
    const { html, headers } = await look(path);
    assert.match(headers.get('content-security-policy')!, /frame-ancestors 'none'/, path);
    assert.equal(headers.get('x-frame-options'), 'DENY', path);
    assert.equal(html.includes('id="embed"'), path === '/embed.html', path);
  }
});

test('other sites learn how to embed the page of something public, and nothing of anything else', async () => {
  const carol = world.as('carol');
  const page = `${SITE}/track/${open.id}`;
  const ask = (url: string, more: { maxwidth?: number; maxheight?: number } = {}) => world.visitor.get('/api/v1/oembed', { query: { url, ...more } });
  const told = await ask(page);
  assertStatus(told, 200);
  const { html, ...rest } = told.body;
  assert.deepEqual(rest, {
    version: '1.0', type: 'rich', provider_name: 'Veza', provider_url: SITE, title: TITLE, author_name: 'Nord & Süd', author_url: `${SITE}/u/carol`, width: 640, height: 166,
  });
  assert.ok(html.startsWith(`<iframe src="${SITE}/embed/track/${open.id}" title="A &lt;/script&gt;&lt;b&gt;&quot;bold&quot; &amp; &lt;!--`), html);
  assert.match(html, /" width="640" height="166" style="[^"]*" sandbox="[^"]*"><\/iframe>$/);
  const small = await ask(`${page}/?from=blog#x`, { maxwidth: 300, maxheight: 120 });
  assert.deepEqual([small.body.width, small.body.height], [300, 120]);
  for (const more of [{ maxwidth: 0 }, { maxheight: -1 }]) assertProblem(await ask(page, more), 422, 'validation');

  const link = (await look(`/track/${open.id}`)).html.match(/<link rel="alternate" type="application\/json\+oembed" href="([^"]+)" title="/)?.[1];
  assert.deepEqual(await (await fetch(link!.replace(SITE, world.server.api))).json(), told.body, 'the page names it');

  const { id } = (await carol.post('/api/v1/playlists', { body: { name: 'Told', visibility: 'public' } })).body;
  const list = await ask(`${SITE}/playlist/${id}`);
  assert.deepEqual([list.body.title, list.body.author_name, list.body.height], ['Told', 'carol', 380]);
  await carol.put('/api/v1/playlists/{id}', { path: { id }, body: { visibility: 'unlisted' } });
  await carol.put('/api/v1/tracks/{id}', { path: { id: open.id }, body: { visibility: 'unlisted' } });
  const { token } = (await carol.post('/api/v1/tracks/{id}/share', { path: { id: secret.id }, body: {} })).body;
  for (const url of [page, `/playlist/${id}`, `/track/${secret.id}`, `/track/shared/${token}`, '/track/x', '/track/', '/u/carol', '/', 'https://elsewhere.example/'].map((url) => (url.startsWith('/') ? SITE + url : url)))
    assertProblem(await ask(url), 404, 'not_found');
  assert.doesNotMatch((await look(`/track/${open.id}`)).html, /oembed|ld\+json|twitter:player/);
  await carol.put('/api/v1/tracks/{id}', { path: { id: open.id }, body: { visibility: 'public' } });
});

test('files and the API answer 404 as before', async () => {
  for (const path of ['/assets/missing-1.js', '/missing.png', '/api/v1/nothing'])
    assertProblem(await world.visitor.send('GET', path), 404, 'not_found');
  assert.equal((await look('/assets/app-1.js')).status, 200);
});

test('a track that visitors may not see has no page for them, whoever asks', async () => {
  for (const path of [`/track/${secret.id}`, '/track/00000000-0000-4000-8000-000000000000', '/track/not-an-id', `/track/${open.id}x`, `/track/${'a'.repeat(500)}`]) {
    const { status, html } = await look(path, { Cookie: `access_token=${world.as('carol').credentials.token ?? ''}` });
    assert.equal(status, 404, path);
    assert.ok(!html.includes('Secret'), 'nothing of it is in the page');
    assert.ok(!html.includes('page-data"'), path);
  }
});

test('the page of a public track holds the track as the API describes it to a visitor, whatever its title', async () => {
  const { html, headers } = await look(`/track/${open.id}`, { Cookie: `access_token=${world.as('carol').credentials.token ?? ''}` });
  const data = html.match(/<script type="application\/json" id="page-data">([^<]*)<\/script>/);
  assert.ok(data, 'nothing in the data ends the element');
  const asked = await world.visitor.get('/api/v1/tracks/{id}', { path: { id: open.id } });
  assertStatus(asked, 200);
  assert.deepEqual(JSON.parse(data[1]!), { ...asked.body, is_indexable: true });
  assert.equal(JSON.parse(data[1]!).is_mine, false);
  const title = html.match(/<title>([^<]*)<\/title>/)![1]!;
  assert.ok(title.startsWith('A &lt;/script&gt;&lt;b&gt;&quot;bold&quot; &amp; &lt;!-- title'), title);
  assert.ok(title.endsWith(' – Nord &amp; Süd · Veza'), title);
  assert.match((await look('/u/carol')).html, /<title>carol · Veza<\/title>/);
  assert.match((await look('/discover')).html, /<title>Veza<\/title>/);
  assert.equal(headers.get('cache-control'), 'public, max-age=0, s-maxage=30, must-revalidate', 'the same for everybody');
});

test('only what the build put into the page may run in it', async () => {
  for (const path of ['/', '/nowhere', `/track/${open.id}`, `/track/${secret.id}`]) {
    const policy = (await look(path)).headers.get('content-security-policy') ?? '';
    assert.match(policy, /script-src 'self' 'sha256-abc=';/, path);
    assert.match(policy, /style-src 'self' 'sha256-def=';/, path);
    assert.doesNotMatch(policy, /unsafe/, path);
  }
});

test('a page that has not changed is not sent again', async () => {
  for (const path of ['/discover', `/track/${open.id}`]) {
    const first = await look(path);
    const again = await look(path, { 'If-None-Match': first.headers.get('etag')! });
    assert.equal(again.status, 304, path);
  }
});

test('the files of the app take nothing from the quota of an address, and are bounded by themselves', async () => {
  const { server } = await World.start('pages-limits', { VEZA_WEB_DIR: folder, RATE_LIMIT_IP: '5/600' });
  const statuses = (path: string, count: number) => Promise.all(Array.from({ length: count }, async () => (await fetch(server.api + path)).status));
  assert.deepEqual(new Set(await statuses('/assets/app-1.js', 90)), new Set([200]));
  assert.equal((await statuses('/api/v1/csrf-token', 1))[0], 200, 'what is left for the API');
  assert.ok((await statuses('/assets/app-1.js', 20)).includes(429), 'twenty times the quota and no more');
  assert.ok((await statuses('/discover', 6)).includes(429), 'pages are counted');
});
