/** The embed player, in a frame on a page of another site. */
import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import path from 'node:path';
import { after, test } from 'node:test';
import type { Frame, FrameLocator, Page, Request } from 'playwright-core';
import { assertStatus } from '../support/client.ts';
import { isFull } from '../support/level.ts';
import { png } from '../support/media.ts';
import { until } from '../support/wait.ts';
import { complaintsOfAxe, overflow } from './support/look.ts';
import { SHOTS, WEB } from './support/places.ts';
import { Stage, tones } from './support/stage.ts';

const stage = await Stage.start('embed');
const carol = stage.world.as('carol');
const track = await stage.track('carol', 'Across the sites', tones(6, 440), { artist: 'Nord & Süd', cover: png(640, 640) });
const second = await stage.track('carol', 'The second of them has a title that is longer than any frame', tones(4, 880));
const secret = await stage.track('carol', 'Nobody hears this', tones(4, 660), { is_public: 'false' });
const at = (id: string) => ({ path: { id } });

/** A site that knows nothing of this one but the address of the frame. */
const site = createServer((request, reply) => {
  const { searchParams } = new URL(request.url ?? '/', 'http://site');
  reply.setHeader('Content-Type', 'text/html');
  reply.end(`<!doctype html><html lang="en"><title>A blog</title><h1>A blog</h1>
    <iframe title="Music" width="${searchParams.get('width') ?? '640'}" height="${searchParams.get('height') ?? '166'}" src="${searchParams.get('src') ?? 'about:blank'}" allow="autoplay"
      style="border:0" sandbox="allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox"></iframe>`);
}).listen(0, '127.0.0.1');
await once(site, 'listening');
after(() => site.close());
const { port } = site.address() as AddressInfo;
/** Another site to the browser than localhost. */
const BLOG = `http://127.0.0.1:${port}`;

const blogWith = (address: string, { host = BLOG, width = 640, height = 166 } = {}) =>
  `${host}/?${new URLSearchParams({ src: `${stage.base}${address}`, width: String(width), height: String(height) }).toString()}`;

/** Listens to the frame's sound, which is no element of its page. */
const withEars = (page: Page) => page.addInitScript(() => {
  const Before = window.Audio;
  window.Audio = class extends Before {
    constructor(src?: string) {
      super(src);
      const context = new AudioContext();
      const ear = context.createAnalyser();
      ear.fftSize = 16384;
      ear.smoothingTimeConstant = 0;
      context.createMediaElementSource(this).connect(ear).connect(context.destination);
      (window as unknown as { ear: AnalyserNode }).ear = ear;
    }
  } as unknown as typeof Audio;
});

async function shown(page: Page, address: string, more: Parameters<typeof blogWith>[1] = {}): Promise<{ frame: Frame; card: FrameLocator }> {
  await page.goto(blogWith(address, more));
  const frame = await until('the frame', () => page.frames().find((one) => one.url().includes('/embed/')));
  await frame.locator('html[data-ready=true]').waitFor();
  return { frame, card: page.frameLocator('iframe') };
}

/** The loudest frequency that comes out, in hertz; 0 while it is silent. */
const heard = (frame: Frame) => frame.evaluate(() => {
  const { ear } = window as unknown as { ear: AnalyserNode };
  const bins = new Float32Array(ear.frequencyBinCount);
  ear.getFloatFrequencyData(bins);
  const most = bins.reduce((a, b) => Math.max(a, b));
  return most < -60 ? 0 : (bins.indexOf(most) * ear.context.sampleRate) / ear.fftSize;
});
const hear = (frame: Frame, hertz: number) => until(`to hear ${hertz} Hz`, async () => Math.abs((await heard(frame)) - hertz) < 10, 20, 50);
const plays = async (id: string) => {
  const { body } = await carol.get('/api/v1/tracks/{id}/stats', at(id));
  return body;
};

test('a public track plays in a frame on another site, and the listening counts as anywhere', async () => {
  const before = await plays(track.id);
  await stage.visit(null, async ({ page }) => {
    await withEars(page);
    const { frame, card } = await shown(page, `/embed/track/${track.id}`);
    assert.equal(await card.getByRole('heading', { name: 'Across the sites' }).count(), 1);
    await card.getByText('Nord & Süd').waitFor();
    const scripts = await frame.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.endsWith('.js')));
    assert.equal(scripts.length, 1, `nothing that plays is loaded before: ${scripts.join()}`);
    const link = card.getByRole('link', { name: 'Across the sites', exact: true });
    assert.deepEqual([await link.getAttribute('href'), await link.getAttribute('target'), await link.getAttribute('rel')], [`/track/${track.id}`, '_blank', 'noopener']);
    await card.getByRole('button', { name: 'Play Across the sites' }).click();
    await hear(frame, 440);
    await card.getByRole('button', { name: 'Pause Across the sites' }).waitFor();
    const slider = card.getByRole('slider', { name: 'Position in Across the sites' });
    await until('it is at its end', async () => (await slider.getAttribute('aria-valuenow')) === '0' && await card.getByRole('button', { name: 'Play Across the sites' }).count() === 1, 20);
    await slider.focus();
    await page.keyboard.press('ArrowRight');
    assert.equal(await slider.getAttribute('aria-valuetext'), '0:05 of 0:06');
    assert.equal(await frame.evaluate(() => navigator.mediaSession.metadata?.title), 'Across the sites');
  });
  await until('the play is counted', async () => (await plays(track.id)).play_count === (before.play_count ?? 0) + 1);
});

test('a browser that takes no segments from a script plays it by itself', async () => {
  await stage.visit(null, async ({ page }) => {
    await withEars(page);
    await page.addInitScript(() => {
      Reflect.deleteProperty(window, 'MediaSource');
      Reflect.deleteProperty(window, 'ManagedMediaSource');
    });
    const { frame, card } = await shown(page, `/embed/track/${track.id}`);
    await card.getByRole('button', { name: 'Play Across the sites' }).click();
    await hear(frame, 440);
    const scripts = await frame.evaluate(() => performance.getEntriesByType('resource').filter(({ name }) => /hls/.test(name) && name.endsWith('.js')).length);
    assert.equal(scripts, 0);
  });
});

test('the frame sends and keeps no cookie and no storage, also of whoever is signed in', async () => {
  /* on the same host even the browser takes the two for one site, and would send cookies */
  for (const host of [BLOG, `http://localhost:${port}`]) {
    await stage.visit('carol', async ({ page, context }) => {
      const requests: Request[] = [];
      page.on('request', (request) => request.url().startsWith(stage.base) && requests.push(request));
      const kept = JSON.stringify(await context.cookies());
      await withEars(page);
      await page.addInitScript(() => {
        Storage.prototype.setItem = (key: string) => { (window as unknown as { kept?: string }).kept = key; };
      });
      const { frame, card } = await shown(page, `/embed/track/${track.id}`, { host });
      await card.getByRole('button', { name: 'Play Across the sites' }).click();
      await hear(frame, 440);
      await card.getByRole('button', { name: 'Pause Across the sites' }).click();
      const sameSite = host !== BLOG;
      for (const request of requests) {
        const { cookie } = await request.allHeaders();
        const isFile = request.isNavigationRequest() || new URL(request.url()).pathname.startsWith('/assets/');
        if (!sameSite || !isFile) assert.equal(cookie, undefined, `${host}: ${request.url()}`);
        const reply = await request.response();
        assert.equal((await reply?.allHeaders())?.['set-cookie'], undefined, request.url());
      }
      for (const part of ['/hls/', '/waveform', '/cover/']) assert.ok(requests.some((request) => request.url().includes(part)), part);
      assert.equal(JSON.stringify(await context.cookies()), kept);
      assert.equal(await frame.evaluate(() => (window as unknown as { kept?: string }).kept), undefined);
    });
  }
  assert.deepEqual((await carol.get('/api/v1/history', {})).body.items, [], 'what was heard is nobody’s');
});

test('what visitors may not see is not available, also to its owner; a link opens it', async () => {
  const { body: link } = await carol.post('/api/v1/tracks/{id}/share', { ...at(secret.id), body: {} });
  await stage.visit('carol', async ({ page }) => {
    await withEars(page);
    for (const address of [`/embed/track/${secret.id}`, '/embed/track/00000000-0000-4000-8000-000000000000', `/embed/track/shared/${'A'.repeat(43)}`, '/embed/release/nothing', `/embed/p/${'A'.repeat(43)}`]) {
      const { frame, card } = await shown(page, address, { host: `http://localhost:${port}` });
      await card.getByText('Not available here').waitFor();
      assert.doesNotMatch(await frame.content(), /Nobody hears this/);
    }
    const { frame, card } = await shown(page, `/embed/track/shared/${link.token}`);
    await card.getByRole('button', { name: 'Play Nobody hears this' }).click();
    await hear(frame, 660);
    await until('the play is counted', async () => (await plays(secret.id)).play_count === 1);
    assertStatus(await carol.delete('/api/v1/tracks/share/{id}', at(link.id)), 204);
    await shown(page, `/embed/track/shared/${link.token}`);
    await card.getByText('Not available here').waitFor();
  }, { expected: [/404/] });
});

test('a playlist and a release are lists: one plays after the other, and what is hidden is not there', async () => {
  const { body: playlist } = await carol.post('/api/v1/playlists', { body: { name: 'For your blog', visibility: 'public' } });
  for (const { id } of [track, secret, second]) assertStatus(await carol.post('/api/v1/playlists/{id}/tracks', { ...at(playlist.id), body: { track_id: id } }), 201);
  const { body: release } = await carol.post('/api/v1/releases', { body: { title: 'Framed', kind: 'single', track_ids: [track.id, second.id], visibility: 'public' } });
  await stage.visit(null, async ({ page }) => {
    await withEars(page);
    for (const [address, title] of [[`/embed/playlist/${playlist.id}`, 'For your blog'], [`/embed/release/${release.slug}`, 'Framed']] as const) {
      const { frame, card } = await shown(page, address, { height: 360 });
      await card.getByRole('heading', { name: title }).waitFor();
      assert.equal(await card.getByRole('listitem').count(), 2, title);
      assert.doesNotMatch(await frame.content(), /Nobody hears this/);
      await card.getByRole('slider').focus();
      await page.keyboard.press('ArrowRight');
      await card.getByRole('button', { name: 'Play Across the sites' }).first().press('Enter');
      await hear(frame, 880);
      assert.equal(await card.getByRole('listitem').nth(1).getByRole('button').getAttribute('aria-current'), 'true');
      await card.getByRole('listitem').first().getByRole('button').click();
      await hear(frame, 440);
    }
  });
});

test('only the pages of the embed player may be framed', async () => {
  const { pages } = JSON.parse(readFileSync(path.join(WEB, 'pages.json'), 'utf8')) as { pages: string[] };
  const values: Record<string, string> = { ':id': track.id, ':token': 'A'.repeat(43), ':username': 'carol', ':slug': 'framed' };
  const addresses = pages.map((pattern) => pattern.replace(/:\w+/, (name) => values[name] ?? name));
  assert.ok(addresses.filter((address) => address.startsWith('/embed/')).length >= 5);
  for (const address of [...addresses, '/nowhere', '/embed/nothing', '/embed.html', '/docs', '/api/v1/tracks', `/hls/${track.id}/master.m3u8`]) {
    const { headers } = await fetch(stage.base + address);
    const framed = /^\/embed\/(track|playlist|p|release)\//.test(address);
    assert.match(headers.get('content-security-policy') ?? '', framed ? /frame-ancestors \*$/ : /frame-ancestors 'none'/, address);
    assert.equal(headers.get('x-frame-options'), framed ? null : 'DENY', address);
  }
  await stage.visit(null, async ({ page }) => {
    await page.goto(blogWith(`/track/${track.id}`));
    const frame = await until('the frame', () => page.frames()[1]);
    await until('it is refused', () => frame.url().startsWith('chrome-error:'));
  }, { expected: [/frame-ancestors/, /X-Frame-Options/i, /ERR_BLOCKED_BY_RESPONSE/] });
});

const LOOKS = [
  { name: 'track', address: `/embed/track/${track.id}`, height: 166 },
  { name: 'track-low', address: `/embed/track/${second.id}`, height: 120 },
  { name: 'release', address: '/embed/release/framed', height: 360 },
  { name: 'missing', address: `/embed/track/${secret.id}`, height: 166 },
];
for (const { name, address, height } of LOOKS) {
  test(`embed ${name}: no complaint of axe, nothing beyond the edge, narrow and wide, dark and light`, async () => {
    for (const width of isFull ? [640, 300] : [300]) {
      for (const theme of isFull ? (['light', 'dark'] as const) : (['dark'] as const)) {
        await stage.visit(null, async ({ page }) => {
          await page.emulateMedia({ colorScheme: theme });
          await page.setViewportSize({ width, height });
          await page.goto(address);
          await page.locator('html[data-ready=true]').waitFor();
          await page.waitForLoadState('networkidle');
          assert.equal(await page.evaluate(() => document.documentElement.dataset['theme']), theme);
          const where = `embed-${name}-${width}-${theme}`;
          if (isFull) await page.screenshot({ path: path.join(SHOTS, `${where}.png`) });
          assert.deepEqual([await complaintsOfAxe(page), await overflow(page)], [[], []], where);
        }, { bypassCsp: true, expected: [/404/] });
      }
    }
  });
}
