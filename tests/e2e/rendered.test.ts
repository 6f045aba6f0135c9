/** Pages as they come from the server: before any script and without one, and how the app takes their place. */
import { strict as assert } from 'node:assert';
import path from 'node:path';
import { test } from 'node:test';
import { chromium } from 'playwright-core';
import { isFull } from '../support/level.ts';
import { makeSound, png } from '../support/media.ts';
import { HEADLESS, SHOTS } from './support/places.ts';
import { settled } from './support/browser.ts';
import { figure, Stage } from './support/stage.ts';

const stage = await Stage.startKnown('rendered');
const carol = stage.world.as('carol');
const track = await stage.track('carol', 'Harbour <lights> & a title that is longer', makeSound(12, { seed: 5 }), {
  artist: 'Carol and the Quartets', genre: 'Ambient', tags: 'slow, dawn', description: 'Recorded in one evening.\nMixed in another.', cover: png(600, 600) });
const second = await stage.track('carol', 'Short', makeSound(3, { seed: 6 }));
const release = (await carol.post('/api/v1/releases', { body: { title: 'Evenings', kind: 'album', visibility: 'public', track_ids: [track.id, second.id], access: 'own', description: 'Two evenings.' } as never })).body;
const playlist = (await carol.post('/api/v1/playlists', { body: { name: 'Late trains', visibility: 'public', description: 'For the way home.' } })).body;
for (const { id } of [track, second]) await carol.post('/api/v1/playlists/{id}/tracks', { path: { id: playlist.id }, body: { track_id: id } });

const PAGES = [['landing', '/'], ['track', `/track/${track.id}`], ['release', `/release/${release.slug}`], ['playlist', `/playlist/${playlist.id}`], ['profile', '/u/carol']] as const;
const TITLES: Record<string, string> = { track: track.title, release: 'Evenings', playlist: 'Late trains', profile: 'carol' };
const LANGUAGES = { en: 'Hear it first.', fr: 'Le son d’abord.', es: 'Primero se oye.' };

test('without JavaScript each page has its heading, links that lead on, its cover, and sound that plays', async () => {
  const browser = await chromium.launch({ executablePath: HEADLESS, args: ['--no-sandbox', '--disable-gpu', '--autoplay-policy=no-user-gesture-required'] });
  try {
    for (const width of isFull ? [360, 1280] : [360]) {
      const context = await browser.newContext({ javaScriptEnabled: false, viewport: { width, height: 800 }, baseURL: stage.base });
      const page = await context.newPage(), wrong: string[] = [];
      page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
      page.on('requestfailed', (request) => /\.js$/.test(request.url()) || wrong.push(request.url()));
      page.on('response', (reply) => reply.status() >= 400 && wrong.push(`${reply.status()} ${reply.url()}`));
      for (const [name, address] of PAGES) {
        await page.goto(address);
        await page.getByRole('heading', { level: 1, name: TITLES[name] ?? LANGUAGES.en }).waitFor();
        if (name !== 'track') await page.getByRole('main').getByRole('link', { name: track.title }).first().waitFor();
        else await page.locator('audio[controls]').waitFor();
        const box = await page.locator('main').boundingBox();
        assert.ok(box && box.width <= width && box.height > 200, `${name} at ${width}: ${JSON.stringify(box)}`);
        await page.screenshot({ path: path.join(SHOTS, `no-script-${name}-${width}.png`), fullPage: true });
      }
      await page.goto(`/u/carol?lang=fr`);
      await page.getByRole('main').getByRole('link', { name: track.title }).click();
      await page.waitForURL(`**/track/${track.id}?lang=fr`);
      assert.deepEqual(wrong, []);
      await context.close();
    }
  } finally {
    await browser.close();
  }
});

test('the sound of the page without JavaScript is a file that the browser plays to its end', async () => {
  await stage.visit(null, async ({ page }) => {
    await page.goto('/');
    const heard = await page.evaluate(async (address) => {
      const audio = new Audio(address);
      audio.muted = true;
      await new Promise((resolve, reject) => { audio.oncanplaythrough = resolve; audio.onerror = () => reject(new Error(audio.error?.message)); audio.load(); });
      await audio.play();
      audio.playbackRate = 16;
      await new Promise((resolve) => { audio.onended = resolve; });
      return { at: audio.currentTime, duration: audio.duration };
    }, `/api/v1/tracks/${track.id}/audio.m4a`);
    assert.ok(Math.abs(heard.at - 12) < 0.2, JSON.stringify(heard));
  });
});

test('the app takes the place of what was rendered: no second heading, no jump of it', async () => {
  for (const [name, address] of PAGES) {
    await stage.visit(null, async (eye) => {
      const { page } = eye;
      await page.addInitScript(() => {
        const seen = ((window as unknown as { seen: unknown[] }).seen = [] as unknown[]);
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries() as unknown as { value: number; startTime: number; sources: { node: Element | null }[] }[])
            seen.push({ value: entry.value, at: Math.round(entry.startTime), nodes: entry.sources.map(({ node }) => node?.outerHTML?.slice(0, 120) ?? node?.nodeName) });
        }).observe({ type: 'layout-shift', buffered: true });
        new MutationObserver((_changes, observer) => {
          const title = document.querySelector('#shell-page h1');
          if (!title) return;
          observer.disconnect();
          (window as unknown as { first: unknown }).first = { text: title.textContent, top: title.getBoundingClientRect().top };
        }).observe(document, { childList: true, subtree: true });
      });
      await page.goto(address);
      await settled(eye);
      assert.equal(await page.locator('#shell').count(), 0);
      assert.equal(await page.locator('h1').count(), 1, name);
      const seen = await page.evaluate(() => ({
        first: (window as unknown as { first: { text: string; top: number } }).first, shifts: (window as unknown as { seen: { value: number }[] }).seen,
        text: document.querySelector('h1')!.textContent, top: document.querySelector('h1')!.getBoundingClientRect().top }));
      assert.equal(seen.first.text, seen.text, `${name}: the heading is the same`);
      figure(`layout shift of the ${name} page: ${seen.shifts.map(({ value }) => value.toFixed(4)).join(' + ') || 'none'}`);
      assert.ok(seen.shifts.reduce((sum, { value }) => sum + value, 0) < 0.1, `${name}: layout shift ${JSON.stringify(seen.shifts, null, 1)}`);
    }, { fresh: true });
  }
});

test('the language of the address is that of the app too, whatever was chosen before', async () => {
  for (const [language, title] of Object.entries(LANGUAGES)) {
    await stage.visit(null, async (eye) => {
      await eye.page.goto(`/?lang=${language}`);
      await settled(eye);
      await eye.page.getByRole('heading', { level: 1, name: title }).waitFor();
      assert.equal(await eye.page.locator('html').getAttribute('lang'), language);
    }, { language: language === 'en' ? 'fr' : 'en' });
  }
});

test('the owner of something private opens its page, although that answers 404', async () => {
  const hidden = (await carol.post('/api/v1/playlists', { body: { name: 'Only mine', visibility: 'private' } })).body;
  await stage.visit('carol', async (eye) => {
    const reply = await eye.page.goto(`/playlist/${hidden.id}`);
    assert.equal(reply?.status(), 404);
    await eye.page.getByRole('heading', { level: 1, name: 'Only mine' }).waitFor();
  });
});
