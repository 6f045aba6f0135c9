/** Chapters: a track list in the description, as a list that seeks, as marks on the waveform, and as the name of what plays. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { until } from '../support/wait.ts';
import { choose } from './support/actions.ts';
import { settled } from './support/browser.ts';
import { hear, hearIt } from './support/ear.ts';
import { lookAt } from './support/look.ts';
import { Stage, tones } from './support/stage.ts';

const stage = await Stage.start('chapters');
const description = 'Recorded in June, at night.\n\nTracklist:\n1. [0:00] Slack water\n2. [0:20 - 0:40] Night ferry to an island whose name nobody on board could spell without help\n3. [0:40] Harbour lights https://example.org/harbour\n\nThe choir comes in at 0:25, softly.';
const mix = await stage.track('carol', 'June mix', tones(60, 440), { description });

const chapter = (page: Page, name: string) => page.getByRole('main').getByRole('button', { name });
const current = (page: Page) => page.getByRole('main').locator('button[aria-current=true]').allInnerTexts();
const inBar = (page: Page) => page.locator('[data-player-bar] [data-player-chapter]');

test('a track list becomes chapters: they seek by mouse and by keys, the one that plays is marked and named in the player, and an edit changes them at once', async () => {
  await stage.visit('carol', async (eye) => {
    const { page } = eye;
    await page.goto(`/track/${mix.id}`);
    await settled(eye);
    await page.getByRole('heading', { level: 2, name: 'Chapters' }).waitFor();
    assert.equal(await page.getByRole('main').getByText('Recorded in June, at night.').innerText(), 'Recorded in June, at night.\n\nTracklist:\n\nThe choir comes in at 0:25, softly.');
    assert.deepEqual(await current(page), [], 'nothing plays');
    const wave = (await page.getByRole('main').getByRole('slider', { name: 'Position in June mix' }).boundingBox())!;
    const marks = await page.locator('[data-chapter]').evaluateAll((all) => all.map((one) => one.getBoundingClientRect()).map(({ left, width }) => left + width / 2));
    assert.deepEqual(marks.map((middle) => Math.abs(Math.round((middle - wave.x) / wave.width * 60))), [0, 20, 40]);

    await chapter(page, '0:20 Night ferry').click();
    await hear(page, 'the second chapter', (now) => now.track === mix.id && now.position >= 20 && now.position < 30 && now.left > 0.005);
    await until('it to be marked', async () => /Night ferry/.test(String(await current(page))));
    await inBar(page).getByText('Night ferry').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await hear(page, 'the third chapter', (now) => now.position >= 40 && now.position < 50);
    assert.equal(await page.getByRole('main').getByRole('link', { name: 'https://example.org/harbour' }).getAttribute('href'), 'https://example.org/harbour');
    await until('it to be marked, and no other', async () => /^0:40\s+Harbour lights$/.test(String(await current(page))));
    await inBar(page).getByText('Harbour lights').waitFor();
    await page.getByRole('button', { name: 'Open now playing' }).click();
    await page.getByRole('dialog').getByText('Harbour lights').waitFor();
    await page.keyboard.press('Escape');

    await choose(page, 'Edit');
    const dialog = page.getByRole('dialog', { name: 'Edit track' });
    await dialog.getByLabel('Description').fill('0:00 Slack water\n0:30 High water');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await until('the marks to follow', async () => (await page.locator('[data-chapter]').count()) === 2);
    await inBar(page).getByText('High water').waitFor();
    await choose(page, 'Edit');
    await dialog.getByLabel('Description').fill(description);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
  });
});

const share = await stage.world.as('carol').post('/api/v1/tracks/{id}/share', { path: { id: mix.id }, body: { permissions: 'read' } });

test('a visitor has them too, on the page of a track and on that of a link to it', async () => {
  for (const address of [`/track/${mix.id}`, `/track/shared/${share.body.token}`]) {
    await stage.visit(null, async (eye) => {
      const { page } = eye;
      await page.goto(address);
      await settled(eye);
      await chapter(page, '0:40 Harbour lights').click();
      await hear(page, 'the third chapter', (now) => now.position >= 40 && now.position < 50 && now.left > 0.005);
      await until('it to be marked', async () => /Harbour lights/.test(String(await current(page))));
    }, { width: 360, height: 740 });
  }
});

lookAt(stage, [
  { name: 'chapters', path: `/track/${mix.id}`, who: 'carol', first: async ({ page }) => {
    await chapter(page, '0:20 Night ferry').click();
    await hearIt(page);
    await page.getByRole('button', { name: 'Pause' }).first().click();
    await page.mouse.move(0, 0);
  } },
]);
