/** What one can do with a track, a release and a playlist: buttons on wide screens, on phones the most wanted ones in one row and the others in a menu. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertStatus } from '../support/client.ts';
import { isFull } from '../support/level.ts';
import { until } from '../support/wait.ts';
import { template, type Person } from '../support/world.ts';
import { RARE } from './support/actions.ts';
import { settled, type Eye } from './support/browser.ts';
import { lookAt } from './support/look.ts';
import { SHOTS } from './support/places.ts';
import { Stage, tones } from './support/stage.ts';

const stage = await Stage.start('actions');
const carol = stage.world.as('carol');
const song = await stage.track('carol', 'Tides', tones(5, 440));
assertStatus(await carol.put('/api/v1/tracks/{id}', { path: { id: song.id }, body: { is_downloadable: true } }), 200);
assertStatus(await stage.world.as('dave').post('/api/v1/tracks/{id}/like', { path: { id: song.id } }), 200);
const release = await carol.post('/api/v1/releases', { body: { title: 'Harbour', kind: 'ep', visibility: 'public', track_ids: [song.id], is_downloadable: true } });
assertStatus(release, 201);
const playlist = await carol.post('/api/v1/playlists', { body: { name: 'Late trains', visibility: 'public' } });
assertStatus(playlist, 201);
assertStatus(await carol.post('/api/v1/playlists/{id}/tracks', { path: { id: playlist.body.id }, body: { track_id: song.id } }), 201);
assertStatus(await carol.post('/api/v1/playlists/{id}/collaborators', { path: { id: playlist.body.id }, body: { user_id: template.ids.mia, permission: 'write' } }), 201);

const EXPORTS = RARE.slice(1, 5);
/** Who sees what where: in the row, and in the menu of phones. */
const pages: { path: string; title: string; who: Person | null; row: string[]; menu: string[] }[] = [
  { path: `/track/${song.id}`, title: 'Tides', who: 'carol', row: ['Like Tides', 'Repost Tides', 'Copy link'], menu: ['Add to queue', 'Add to playlist…', 'Download', 'Links', 'Edit', 'Delete'] },
  { path: `/track/${song.id}`, title: 'Tides', who: 'dave', row: ['Like Tides', 'Repost Tides', 'Copy link'], menu: ['Add to queue', 'Add to playlist…', 'Embed', 'Download'] },
  { path: `/track/${song.id}`, title: 'Tides', who: null, row: ['Like', 'Copy link'], menu: ['Add to queue', 'Embed', 'Download'] },
  { path: `/release/${release.body.slug}`, title: 'Harbour', who: 'carol', row: ['Play Harbour', 'Copy link'], menu: ['Embed', 'Download', 'Edit', 'Delete'] },
  { path: `/release/${release.body.slug}`, title: 'Harbour', who: null, row: ['Play Harbour', 'Copy link'], menu: ['Embed', 'Download'] },
  { path: `/playlist/${playlist.body.id}`, title: 'Late trains', who: 'carol', row: ['Play Late trains', 'Share'], menu: ['People', ...EXPORTS, 'Make a copy', 'Statistics', 'History', 'Edit', 'Delete'] },
  { path: `/playlist/${playlist.body.id}`, title: 'Late trains', who: 'dave', row: ['Play Late trains', 'Copy link', 'Follow'], menu: ['Embed', ...EXPORTS, 'Make a copy'] },
];

const more = (page: Page, title: string) => page.getByRole('main').getByRole('button', { name: `Tools for ${title}`, exact: true }).first();

async function open(eye: Eye, path: string): Promise<void> {
  await eye.page.goto(path);
  await settled(eye);
}

test('on a phone the actions of a page are one row; its menu, by the keys alone, has the others', async () => {
  for (const { path, title, who, row, menu } of pages) {
    await stage.visit(who, async (eye) => {
      const { page } = eye;
      await open(eye, path);
      await more(page, title).waitFor();
      for (const name of row) await page.getByRole('main').getByRole(name === 'Like' ? 'link' : 'button', { name, exact: true }).first().waitFor();
      const box = await more(page, title).evaluate((button) => {
        const shown = [...button.parentElement!.children].map((child) => child.getBoundingClientRect()).filter(({ width }) => width > 0);
        return { lines: new Set(shown.map(({ top, height }) => Math.round(top + height / 2))).size, right: Math.max(...shown.map(({ right }) => right)) };
      });
      /* how often it was liked, which its owner is told, may stand below */
      assert.ok(box.lines <= (who === 'carol' && path.includes('track') ? 2 : 1), `${box.lines} lines for ${who} at ${path}`);
      assert.ok(box.right <= 360 - 16 + 1, `reaches to ${box.right}`);
      await more(page, title).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('menuitem').first().waitFor();
      assert.deepEqual(await page.getByRole('menuitem').allInnerTexts(), menu, `${who} at ${path}`);
      await page.keyboard.press('Escape');
      await until('the button to have the focus again', () => more(page, title).evaluate((button) => button === document.activeElement));
      if (!menu.includes('Edit')) return;
      await page.keyboard.press('Enter');
      await page.getByRole('menuitem').first().waitFor();
      while (!(await page.getByRole('menuitem', { name: 'Edit' }).evaluate((item) => item === document.activeElement))) await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.getByRole('dialog', { name: /^Edit/ }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }, { width: 360, height: 740 });
  }
});

/* In French words are longest; on the short level its rows are looked at where there is most in them. */
for (const language of isFull ? (['en', 'fr', 'es'] as const) : (['en', 'fr'] as const)) test(`where there is room, they are one row, and its menu has what is seldom wanted, in ${language}`, async () => {
  for (const { path, title, who, menu } of pages.filter((one) => isFull || language === 'en' || one.who === 'carol')) {
    await stage.visit(who, async (eye) => {
      const { page } = eye;
      await open(eye, path);
      const row = page.locator('[data-actions]');
      const tops = () => row.locator('> *').evaluateAll((all) => all.map((one) => one.getBoundingClientRect()).filter(({ width }) => width > 0).map(({ top, height }) => Math.round(top + height / 2)));
      /* a creator has more to do with a track than others */
      const rare = menu.filter((name) => RARE.includes(name) || (who === 'carol' && name === 'Add to queue'));
      if (language === 'en') for (const name of menu) if (!rare.includes(name)) await row.getByRole('button', { name, exact: true }).waitFor();
      assert.equal(new Set(await tops()).size, 1, `${who} at ${path}: not in one row`);
      assert.equal(await row.locator('button:has(svg.lucide-ellipsis)').filter({ visible: true }).count(), rare.length > 0 ? 1 : 0);
      if (rare.length === 0 || language !== 'en') return;
      await more(page, title).click();
      await page.getByRole('menuitem').first().waitFor();
      assert.deepEqual(await page.getByRole('menuitem').allInnerTexts(), rare);
    }, { language });
  }
});

const opened = (title: string) => async ({ page }: Eye) => {
  if (page.viewportSize()!.width < 640) await more(page, title).click();
};

/** Longer words, in languages that no other picture is in. */
for (const language of isFull ? (['fr', 'es'] as const) : []) for (const width of [1280, 360]) test(`pictures of the rows in ${language} at ${width} px`, async () => {
  for (const [name, path] of [['track', `/track/${song.id}`], ['release', `/release/${release.body.slug}`], ['playlist', `/playlist/${playlist.body.id}`]] as const) {
    await stage.visit('carol', async (eye) => {
      await open(eye, path);
      await eye.page.screenshot({ path: `${SHOTS}/actions-${name}-${language}-${width}.png` });
    }, { language, width, height: 800 });
  }
});

lookAt(stage, [
  { name: 'track actions', path: `/track/${song.id}`, who: 'carol', first: opened('Tides'), inSight: true },
  { name: 'release actions', path: `/release/${release.body.slug}`, who: 'carol', first: opened('Harbour'), full: true },
  { name: 'playlist actions', path: `/playlist/${playlist.body.id}`, who: 'carol', first: opened('Late trains') },
  { name: 'playlist actions of another', path: `/playlist/${playlist.body.id}`, who: 'dave', full: true },
  { name: 'track actions of a guest', path: `/track/${song.id}`, who: null, full: true },
]);
