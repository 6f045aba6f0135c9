/** What the server renders of pages: a head and a body that need no script, the same for everybody. */
import { strict as assert } from 'node:assert';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { assertProblem } from '../support/client.ts';
import { makeSound, wav } from '../support/media.ts';
import { WORK } from '../support/paths.ts';
import { HOSTILE, makePages } from '../support/public-pages.ts';
import { playable } from '../support/tracks.ts';
import { World } from '../support/world.ts';
import { one, readXml } from '../support/xml.ts';

/* What the build of the web app writes, in small: src/http/assets.h. */
const folder = path.join(WORK, 'rendering-web');
mkdirSync(path.join(folder, 'assets'), { recursive: true });
writeFileSync(path.join(folder, 'index.html'), '<!doctype html><html lang="en"><head><title>Veza</title><meta name="description" content="Veza." /></head><body><div id="shell"><!--page-body--><noscript>Static</noscript><!--/page-body--></div><div id="root"></div><!--page-data--></body></html>');
writeFileSync(path.join(folder, 'embed.html'), '<!doctype html><html lang="en"><head><title>Veza</title></head><body><div id="embed"></div><!--page-data--></body></html>');
writeFileSync(path.join(folder, 'pages.json'), JSON.stringify({ pages: ['/', '/discover', '/track/:id', '/u/:username', '/playlist/:id', '/release/:slug', '/discover/genre/:genre', '/discover/tag/:tag', '/embed/track/:id', '/embed/playlist/:id', '/embed/release/:slug'], script_src: "'sha256-abc='", style_src: "'sha256-def='" }));

const SITE = 'https://veza.example';
const world = await World.start('rendering', { VEZA_WEB_DIR: folder, FRONTEND_URL: SITE });

interface Seen {
  status: number;
  html: string;
  headers: Headers;
}

async function look(path: string, headers: Record<string, string> = {}): Promise<Seen> {
  const reply = await fetch(world.server.api + path, { headers });
  return { status: reply.status, html: await reply.text(), headers: reply.headers };
}

const made = await makePages(world, 'carol', HOSTILE);
await world.sql(`update users set first_name = 'Carol', last_name = '<b>"', bio = '${HOSTILE.replace(/'/g, "''")}' where username = 'carol'`);

const PAGES = (of: typeof made.public): string[] => [`/track/${of.track}`, `/release/${of.slug}`, `/playlist/${of.playlist}`];
const KINDS: Record<string, string> = { track: 'music.song', release: 'music.album', playlist: 'music.playlist', u: 'profile' };
const TYPES: Record<string, string> = { track: 'MusicRecording', release: 'MusicAlbum', playlist: 'MusicPlaylist', u: 'MusicGroup' };
const plain = (html: string) => html.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&#39;/g, "'").replace(/&amp;/g, '&');
const metas = (html: string) => Object.fromEntries([...html.matchAll(/<meta (?:name|property)="([^"]+)" content="([^"]*)">/g)].map(([, name, content]) => [name!, plain(content!)]));
const links = (html: string) => [...html.matchAll(/<link rel="([^"]+)"((?: [a-z]+="[^"]*")*)>/g)].map(([, rel, more]) =>
  ({ rel: rel!, ...Object.fromEntries([...more!.matchAll(/([a-z]+)="([^"]*)"/g)].map(([, name, value]) => [name!, plain(value!)])) }) as Record<string, string>);
const linked = (html: string): string => {
  const found = html.match(/<script type="application\/ld\+json">(.*?)<\/script>/s);
  assert.ok(found, 'there is JSON-LD');
  return found[1]!;
};

test('a page has a body without any script: a heading, who made it, its tracks, with links that work, and sound', async () => {
  for (const path of [...PAGES(made.public), '/u/carol']) {
    const { html } = await look(path);
    const body = html.slice(html.indexOf('<main'), html.indexOf('</main>'));
    assert.equal([...body.matchAll(/<h1[ >]/g)].length, 1, path);
    assert.ok(plain(body).includes(path === '/u/carol' ? 'Carol <b>"' : `public ${HOSTILE}`), path);
    assert.match(body, /<a href="\/u\/carol"/, path);
    if (path.startsWith('/track/')) assert.match(body, new RegExp(`<noscript class="w-full"><audio controls preload="none" class="[^"]*" src="/api/v1/tracks/${made.public.track}/audio.m4a">`));
    else assert.match(body, new RegExp(`<a href="/track/${made.public.track}"`), path);
    for (const [, href] of body.matchAll(/<a href="([^"]+)"/g)) assert.equal((await look(href!)).status, 200, `${path} leads to ${href}`);
  }
  const { html } = await look('/');
  assert.match(html, /<h1 class="[^"]*">Hear it first\.<\/h1>/);
  assert.match(html, new RegExp(`<a href="/track/${made.public.track}"`));
});

test('its head says what it is to search engines and link previews', async () => {
  for (const path of [...PAGES(made.public), '/u/carol']) {
    const { html } = await look(path), kind = path.split('/')[1]!;
    const meta = metas(html), address = SITE + path;
    assert.deepEqual([meta['og:type'], meta['og:url'], meta['og:site_name']], [KINDS[kind], address, 'Veza'], path);
    assert.ok(meta['description'] && meta['og:title'] && meta['twitter:card'], path);
    assert.equal([...html.matchAll(/<meta name="description"/g)].length, 1);
    assert.deepEqual([meta['og:image:width'], meta['og:image:height']], kind === 'u' || kind === 'release' ? ['512', '512'] : ['600', '600'], path);
    const picture = await fetch(meta['og:image']!.replace(SITE, world.server.api));
    if (kind === 'track' || kind === 'playlist') assert.deepEqual([picture.status, picture.headers.get('content-type')], [200, meta['og:image:type']], path);
    const rels = links(html);
    assert.deepEqual(rels.filter(({ rel }) => rel === 'canonical').map(({ href }) => href), [address]);
    assert.deepEqual(rels.filter(({ hreflang }) => hreflang).map(({ hreflang, href }) => [hreflang, href]),
      [['en', `${address}?lang=en`], ['fr', `${address}?lang=fr`], ['es', `${address}?lang=es`], ['x-default', address]]);
    const feed = rels.find(({ type }) => type === 'application/rss+xml');
    assert.equal(feed === undefined, kind === 'track', path);
    if (feed) assert.equal((await fetch(feed['href']!.replace(SITE, world.server.api))).status, 200);
    if (kind === 'u') continue;
    assert.equal(meta['twitter:player'], `${SITE}/embed${path}`);
    assert.equal((await look(`/embed${path}`.replace('/embed/release', '/release'))).status, 200);
    for (const type of ['application/json+oembed', 'text/xml+oembed']) {
      const told = rels.find((one) => one['type'] === type);
      assert.equal((await fetch(told!['href']!.replace(SITE, world.server.api))).status, 200, `${path} ${type}`);
    }
    if (kind === 'track') assert.equal((await fetch(meta['og:audio']!.replace(SITE, world.server.api))).headers.get('content-type'), meta['og:audio:type']);
  }
});

test('its data for search engines is JSON that nothing can end', async () => {
  for (const path of [...PAGES(made.public), '/u/carol', '/']) {
    const json = linked((await look(path)).html), kind = path.split('/')[1]!;
    assert.doesNotMatch(json, /[<>&\u2028\u2029]/, path);
    const data = JSON.parse(json);
    assert.deepEqual([data['@context'], data['@type']], ['https://schema.org', TYPES[kind] ?? 'WebSite'], path);
    if (kind === 'u') assert.deepEqual([data.name, data.description], ['Carol <b>"', HOSTILE]);
    else if (kind) assert.equal(data.name, `public ${HOSTILE}`);
    if (kind === 'track') assert.deepEqual([data.duration, data.byArtist.name, data.audio.encodingFormat], ['PT0M2S', `Artist ${HOSTILE}`, 'audio/mp4']);
    if (kind === 'release' || kind === 'playlist') assert.deepEqual(data.track.itemListElement.map((one: { item: { url: string } }) => one.item.url), [`${SITE}/track/${made.public.track}`]);
  }
});

test('no text of anybody is markup, on any page, in any feed, sitemap or oEmbed reply', async () => {
  const me = (await world.as('carol').get('/api/v1/auth/me')).body.id;
  await world.as('carol').post('/api/v1/tracks/{id}/comments', { path: { id: made.public.track }, body: { content: HOSTILE } as never });
  await world.sql(`update tracks set title = left(title, 150) || chr(1) || chr(8232) || chr(8238) || repeat('W', 80), genre = null, tags = array['</script><x>', '"onload="x'] where id = '${made.public.track}'`);
  await world.sql(`update playlists set name = left(name, 100) || chr(27) || chr(8233) || ']]>' where id = '${made.public.playlist}'`);
  for (const path of [...PAGES(made.public), '/u/carol', '/']) {
    const { status, html } = await look(path);
    assert.equal(status, 200, path);
    const markup = html.replace(/<script type="application\/(ld\+)?json"( id="page-data")?>[^<]*<\/script>/g, '');
    assert.doesNotMatch(markup, /<script|<b>|<x>|<!-- \]\]>|"onload=/, path);
    assert.equal([...html.matchAll(/<script/g)].length, path.startsWith('/track/') ? 2 : 1, path);
    assert.equal([...html.matchAll(/<\/script>/g)].length, path.startsWith('/track/') ? 2 : 1, path);
  }
  for (const path of [`/api/v1/users/${me}/rss`, `/api/v1/releases/${made.public.release}/rss`, `/api/v1/playlists/${made.public.playlist}/rss`, '/sitemap.xml',
    '/sitemap-part.xml?kind=releases', `/api/v1/oembed?format=xml&url=${encodeURIComponent(`${SITE}/track/${made.public.track}`)}`]) {
    const { status, html } = await look(path);
    assert.equal(status, 200, path);
    readXml(html); /* it throws where that is no XML */
    assert.doesNotMatch(html, /<script|<b>|[\u0000-\u0008\u000b-\u001f]/, path);
  }
});

test('oEmbed as XML says the same as JSON', async () => {
  const url = encodeURIComponent(`${SITE}/release/${made.public.slug}`);
  const json = await (await fetch(`${world.server.api}/api/v1/oembed?url=${url}`)).json() as Record<string, unknown>;
  const { html, headers } = await look(`/api/v1/oembed?format=xml&maxwidth=9999&url=${url}`);
  assert.match(headers.get('content-type')!, /^text\/xml/);
  const root = readXml(html);
  assert.equal(root.name, 'oembed');
  for (const [name, value] of Object.entries(json)) assert.equal(one(root, name).text, String(value), name);
  assertProblem(await world.visitor.get('/api/v1/oembed', { query: { url: `${SITE}/release/x`, format: 'yaml' as never } }), 422, 'validation');
});

test('the address says the language: of the words, of the links, and of the element html', async () => {
  const words = { en: ['Hear it first.', 'Tracks'], fr: ['Le son d’abord.', 'Titres'], es: ['Primero se oye.', 'Pistas'] };
  for (const [language, [title, tracks]] of Object.entries(words)) {
    const landing = (await look(`/?lang=${language}`)).html, person = (await look(`/u/carol?lang=${language}`)).html;
    assert.ok(landing.includes(`>${title}</h1>`) && landing.includes(`<html lang="${language}"`), language);
    assert.ok(person.includes(`>${tracks}</h2>`), language);
    assert.ok(person.includes(`<a href="/track/${made.public.track}?lang=${language}"`), 'links keep it');
    assert.equal(links(person).find(({ rel }) => rel === 'canonical')!['href'], `${SITE}/u/carol?lang=${language}`);
  }
  for (const other of ['?lang=de', '?lang=', '?xlang=fr', '?lang=fr%0a', '?lang=frx']) assert.match((await look(`/${other}`)).html, /<html lang="en"/, other);
  const tags = await Promise.all(['', '?lang=fr', '?lang=es'].map(async (query) => (await look(`/u/carol${query}`)).headers.get('etag')));
  assert.equal(new Set(tags).size, 3, 'each language has a tag of its own');
});

test('the page is the same for everybody, and what is unknown, private or deleted answers the same bytes', async () => {
  const carol = world.as('carol'), cookie = { Cookie: `access_token=${carol.credentials.token ?? ''}` };
  const deleted = await playable(carol, { file: wav(makeSound(2, { seed: 8 })), filename: 'd.wav', title: 'Deleted', is_public: 'true' });
  await carol.delete('/api/v1/tracks/{id}', { path: { id: deleted.id } });
  const shape = async (path: string, headers = {}) => {
    const seen = await look(path, headers), rest = Object.fromEntries(seen.headers);
    for (const name of ['x-request-id', 'date', 'ratelimit-remaining', 'ratelimit-reset']) delete rest[name];
    return { status: seen.status, html: seen.html, headers: rest };
  };
  for (const path of PAGES(made.public)) assert.deepEqual(await shape(path), await shape(path, cookie), path);
  const nobody = '00000000-0000-4000-8000-000000000000';
  const missing = await shape(`/track/${nobody}`);
  assert.equal(missing.status, 404);
  for (const path of [...PAGES(made.private), `/track/${deleted.id}`, `/release/${made.private.slug}x`, `/playlist/${nobody}`, '/u/nobody-at-all', '/track/x'])
    for (const headers of [{}, cookie]) assert.deepEqual(await shape(path, headers), missing, path);
});

test('what is unlisted opens and is told to nobody: no index, no oEmbed, no feed, no player, no data', async () => {
  for (const path of PAGES(made.unlisted)) {
    const { status, html, headers } = await look(path);
    assert.deepEqual([status, headers.get('x-robots-tag')], [200, 'noindex'], path);
    assert.doesNotMatch(html, /oembed|rss\+xml|twitter:player|ld\+json|og:audio/, path);
  }
});

test('visitors find nothing unlisted or private on any page, in any feed or sitemap', async () => {
  const me = (await world.as('carol').get('/api/v1/auth/me')).body.id;
  const everywhere = [...PAGES(made.public), '/', '/u/carol', '/discover', `/api/v1/users/${me}/rss`, `/api/v1/releases/${made.public.release}/rss`, `/api/v1/playlists/${made.public.playlist}/rss`,
    ...['tracks', 'releases', 'playlists', 'people', 'site'].map((kind) => `/sitemap-part.xml?kind=${kind}`)];
  /* also where somebody put them into something public */
  const carol = world.as('carol');
  for (const hidden of [made.unlisted, made.private]) await carol.post('/api/v1/playlists/{id}/tracks', { path: { id: made.public.playlist }, body: { track_id: hidden.track } });
  for (const path of everywhere) {
    const { status, html } = await look(path);
    assert.equal(status, 200, path);
    for (const hidden of [made.unlisted, made.private]) for (const id of Object.values(hidden)) assert.ok(!html.includes(id), `${path} tells of ${id}`);
  }
});

test('pages of genres and tags list what everybody finds, by the names that they have now; empty ones are not for search engines', async () => {
  await world.sql(`update tracks set genre = genre_named('Drone'), tags = tags_named(array['late & <night>']) where title like '% ${HOSTILE.slice(0, 9)}%'`);
  await world.sql(`insert into genre_aliases (fold, name, genre_slug) values (label_fold('Drone music'), 'Drone music', 'drone') on conflict do nothing`);
  for (const [path, name] of [['/discover/genre/drone', 'Drone'], ['/discover/tag/late%20%26%20%3Cnight%3E', 'late & <night>']] as const) {
    const { status, html, headers } = await look(path);
    assert.deepEqual([status, headers.get('x-robots-tag')], [200, null], path);
    assert.ok(plain(html.match(/<title>(.*?)<\/title>/)![1]!).startsWith(name), html.slice(0, 300));
    assert.ok(plain(html.match(/<h1[^>]*>(.*?)<\/h1>/s)![1]!).includes(name));
    assert.equal(links(html).find(({ rel }) => rel === 'canonical')!['href'], SITE + path);
    assert.deepEqual([made.public, made.unlisted, made.private].map(({ track }) => html.includes(track)), [true, false, false]);
    assert.ok(!html.includes('<night>') && !html.includes('<script>alert'));
    assert.match((await look(`${path}?lang=fr`)).html, /<html lang="fr"/);
  }
  const alias = await fetch(`${world.server.api}/discover/genre/Drone%20music`, { redirect: 'manual' });
  assert.deepEqual([alias.status, alias.headers.get('location')], [301, '/discover/genre/drone']);
  assert.deepEqual([(await look('/discover/genre/polka')).status, (await look('/discover/genre/polka')).headers.get('x-robots-tag')], [200, 'noindex']);
  for (const path of ['/discover/genre/no-such-genre', '/discover/tag/no-such-tag', '/discover/tag/%00', '/discover/genre/a%2Fb']) assert.ok([400, 404].includes((await look(path)).status), path);
});

test('a tag with a slash in it, or of dots alone, has a page and a list at an address of one segment', async () => {
  await world.sql(`update tracks set tags = array['ac/dc', 'a\\b', '..'] where id = '${made.public.track}'`);
  for (const [tag, address] of [['ac/dc', 'ac／dc'], ['a\\b', 'a＼b'], ['..', '．．']] as const) {
    const path = `/discover/tag/${encodeURIComponent(address)}`, { status, html } = await look(path);
    assert.deepEqual([status, plain(html.match(/<h1[^>]*>(.*?)<\/h1>/s)![1]!), links(html).find(({ rel }) => rel === 'canonical')!['href']], [200, tag, SITE + path]);
    assert.ok(html.includes(made.public.track), tag);
    const list = await world.visitor.get('/api/v1/discover/tag/{tag}', { path: { tag: address } });
    assert.deepEqual(list.body.items.map((track) => track.id), [made.public.track], tag);
  }
});
