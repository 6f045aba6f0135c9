/** Every page, as everybody sees it: narrow and wide, dark and light, without a mistake in the console. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { settled, type Eye } from './support/browser.ts';
import { makeSound } from '../support/media.ts';
import { hearIt } from './support/ear.ts';
import { lookAt, rawKeys, type View } from './support/look.ts';
import { Stage } from './support/stage.ts';
import { until } from '../support/wait.ts';

const stage = await Stage.start('pages');

const track = await stage.track('carol', 'A rather long title for so small a screen, remixed', makeSound(12, { seed: 5 }), {
  artist: 'Carol and the Quartets', genre: 'Ambient', tags: 'slow, dawn, field recording', bpm: '92', musical_key: 'F#m', year: '2024', album: 'Evenings',
  description: 'Recorded in one evening.\nMixed in another.',
});
for (let i = 1; i <= 4; i++) await stage.track('dave', `Study ${i}`, makeSound(2, { seed: i }), { genre: 'Electronic' });

/** Starts the music and stops it again: the player is there, and nothing moves. */
async function withPlayer({ page }: Eye): Promise<void> {
  await page.getByRole('button', { name: `Play ${track.title}` }).first().click();
  await hearIt(page, 0.05);
  await page.locator('[data-player-state]').first().click();
  await page.locator('[data-player-state=paused]').first().waitFor();
}

const VIEWS: View[] = [
  { name: 'landing', path: '/', who: null },
  { name: 'login', path: '/login', who: null },
  { name: 'register', path: '/register', who: null },
  { name: 'verify-email', full: true, path: '/verify-email', who: null },
  { name: 'forgot-password', path: '/forgot-password', who: null },
  { name: 'reset-password', path: '/reset-password?token=0123456789012345678901234567890123456789', who: null },
  { name: 'missing', path: '/no/such/page', who: null },
  { name: 'discover', path: '/discover', who: 'carol' },
  { name: 'profile', path: '/u/dave', who: 'carol' },
  { name: 'dashboard', path: '/dashboard', who: 'carol' },
  { name: 'library', path: '/library', who: 'carol' },
  { name: 'upload', path: '/upload', who: 'carol' },
  { name: 'become-creator', full: true, path: '/upload', who: 'alice' },
  { name: 'track', path: `/track/${track.id}`, who: 'carol', first: withPlayer },
  { name: 'now-playing', path: `/track/${track.id}`, who: 'carol', first: async (eye) => {
    await withPlayer(eye);
    await eye.page.getByRole('button', { name: 'Open now playing' }).click();
    await eye.page.getByRole('button', { name: 'Close now playing' }).waitFor();
  }, inSight: true },
];

lookAt(stage, VIEWS);

test('the saved theme and language are there from the first paint', async () => {
  await stage.visit(null, async ({ page }) => {
    await page.goto('/');
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'light');
    await page.getByRole('link', { name: 'Écouter' }).or(page.getByRole('link', { name: /écout/i })).first().waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), 'fr');
    const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.notEqual(paper, 'rgb(18, 16, 14)');
  }, { theme: 'light', language: 'fr' });
});

test('a page whose texts cannot be loaded says that it cannot be opened, and opens when it is loaded again', async () => {
  await stage.visit('carol', async (eye) => {
    const { page } = eye;
    const texts = /\/assets\/playlists-[^/]*\.js$/;
    await page.goto('/upload'); /* which does not need them itself */
    await settled(eye);
    await page.route(texts, (route) => route.abort());
    await page.getByRole('navigation').getByRole('link', { name: 'Listas' }).first().click();
    const notice = page.getByRole('main').getByRole('alert');
    await notice.getByRole('heading').waitFor();
    assert.deepEqual(await rawKeys(page), []);
    await page.unroute(texts);
    await notice.getByRole('button').click();
    await page.getByRole('heading', { name: 'Tus listas' }).waitFor();
    assert.deepEqual(await rawKeys(page), []);
  }, { language: 'es', withWorker: false, expected: [/ERR_FAILED|dynamically imported module/] });
});

/** Waits until it has the shell of the app. */
const serviceWorker = (page: Page) => until('the service worker to be ready', () =>
  page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.active?.state === 'activated'), 10);

test('it can be installed: the manifest is valid and its icons are what it says', async () => {
  await stage.visit(null, async (eye) => {
    const { page, context } = eye;
    await page.goto('/');
    await settled(eye);
    const devtools = await context.newCDPSession(page);
    const { errors, url, data } = await devtools.send('Page.getAppManifest');
    assert.deepEqual(errors, []);
    const manifest = JSON.parse(data ?? '{}') as { name: string; start_url: string; display: string; icons: { src: string; sizes: string; purpose?: string }[] };
    assert.ok(manifest.name && manifest.start_url && manifest.display === 'standalone', data);
    assert.ok(manifest.icons.some((icon) => icon.purpose?.includes('maskable')), 'one icon may be masked');
    for (const icon of manifest.icons.filter((icon) => /^\d+x\d+$/.test(icon.sizes))) {
      const size = await page.evaluate(async (src) => {
        const image = new Image();
        image.src = src;
        await image.decode();
        return `${image.naturalWidth}x${image.naturalHeight}`;
      }, new URL(icon.src, url).href);
      assert.equal(size, icon.sizes, icon.src);
    }
    await serviceWorker(page);
    const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
    assert.deepEqual(installabilityErrors.filter((error) => error.errorId !== 'in-incognito'), []);
  }, { withWorker: true });
});

test('without a network the app opens, says so, and comes back by itself', async () => {
  await stage.visit(null, async (eye) => {
    const { page, context } = eye;
    await page.goto('/');
    await settled(eye);
    await serviceWorker(page);
    await context.setOffline(true);
    await page.getByText('You are offline.').waitFor();
    await page.reload();
    await page.getByText('You are offline.').waitFor();
    await context.setOffline(false);
    await page.getByText('You are offline.').waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('heading', { name: 'Hear it first.' }).waitFor();
    await page.getByRole('link', { name: track.title }).first().waitFor();
  }, { withWorker: true, expected: [/ERR_INTERNET_DISCONNECTED|Failed to fetch/] });
});
