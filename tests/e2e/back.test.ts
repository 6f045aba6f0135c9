/** Back closes what is open over the page. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { until } from '../support/wait.ts';
import { settled } from './support/browser.ts';
import { hear } from './support/ear.ts';
import { Stage, tones } from './support/stage.ts';

const stage = await Stage.start('back');
const track = await stage.track('carol', 'Long walk', tones(60, 440));

/** Back through the browser's own history, as its button does. */
const back = (page: Page) => page.evaluate(() => history.back());
const gone = (what: Locator) => what.waitFor({ state: 'detached' });
const at = (page: Page) => new URL(page.url()).pathname;

/** How often Back can be pressed until the page before is there. */
async function oneBackLeadsTo(page: Page, path: string): Promise<void> {
  await until('the history to be quiet', () => page.evaluate(() => ((history.state as { overlays?: number } | null)?.overlays ?? 0) === 0));
  await back(page);
  await page.waitForURL(`**${path}`);
}

test('on a phone Back closes now playing, the queue in it, a menu and the search, one after the other, and the sound goes on', async () => {
  await stage.visit(null, async ({ page, asking }) => {
    await page.goto('/discover');
    await settled({ page, asking });
    await page.getByRole('link', { name: 'Long walk' }).first().click();
    await page.getByRole('heading', { name: 'Long walk', level: 1 }).waitFor();
    await page.getByRole('main').getByRole('button', { name: 'Play Long walk' }).click();
    await hear(page, 'it', (now) => now.track === track.id && now.left > 0.005);
    const now = page.getByRole('dialog', { name: 'Now playing' });
    await page.getByRole('button', { name: 'Open now playing' }).click();
    await now.waitFor();
    await now.getByRole('button', { name: 'Sound settings' }).click();
    await page.getByRole('menu').waitFor();
    await back(page);
    await gone(page.getByRole('menu'));
    assert.ok(await now.isVisible(), 'only what is on top is closed');
    await back(page);
    await gone(now);
    assert.equal(at(page), `/track/${track.id}`);
    await page.getByRole('button', { name: /^Search/ }).click();
    await page.getByRole('combobox').waitFor();
    await back(page);
    await gone(page.getByRole('combobox'));
    await hear(page, 'it go on', (heard) => heard.playing && heard.left > 0.005);
    await oneBackLeadsTo(page, '/discover');
    await page.evaluate(() => history.forward());
    await page.waitForURL(`**/track/${track.id}`);
    await page.getByRole('heading', { name: 'Long walk', level: 1 }).waitFor();
  }, { width: 360, height: 720 });
});

test('closing by other means, or leading to another page, leaves nothing behind in the history', async () => {
  await stage.visit('carol', async ({ page, asking }) => {
    await page.goto('/discover');
    await settled({ page, asking });
    await page.getByRole('link', { name: 'Long walk' }).first().click();
    await page.getByRole('heading', { name: 'Long walk', level: 1 }).waitFor();
    for (const open of ['/', '?', 'menu'] as const) {
      if (open === 'menu') await page.getByRole('button', { name: 'Account of carol' }).click();
      else await page.keyboard.press(open);
      const over = page.getByRole(open === 'menu' ? 'menu' : 'dialog');
      await over.waitFor();
      await page.keyboard.press('Escape');
      await gone(over);
    }
    await oneBackLeadsTo(page, '/discover');
    await settled({ page, asking });
    await page.keyboard.press('/');
    await page.getByRole('combobox').fill('long walk');
    await page.getByRole('option', { name: /Long walk.*/ }).first().click();
    await page.waitForURL(`**/track/${track.id}`);
    await page.getByRole('button', { name: 'Account of carol' }).click();
    await page.getByRole('menuitem', { name: 'Your profile' }).click();
    await page.waitForURL('**/u/carol');
    await oneBackLeadsTo(page, `/track/${track.id}`);
    await oneBackLeadsTo(page, '/discover');
  });
});

test('Back closes a dialog and the queue beside the page; a reload with one open needs no extra Back', async () => {
  await stage.visit('carol', async ({ page, asking }) => {
    await page.goto('/discover');
    await settled({ page, asking });
    await page.getByRole('link', { name: 'Long walk' }).first().click();
    await page.getByRole('button', { name: 'Edit' }).click();
    const dialog = page.getByRole('dialog', { name: 'Edit track' });
    await dialog.waitFor();
    await back(page);
    await gone(dialog);
    await page.getByRole('main').getByRole('button', { name: 'Tools for Long walk' }).click();
    await page.getByRole('menuitem', { name: 'Add to queue' }).click();
    await page.getByRole('button', { name: 'Open the queue' }).click();
    const queue = page.getByRole('complementary', { name: 'Queue' });
    await queue.waitFor();
    await back(page);
    await gone(queue);
    await page.getByRole('button', { name: 'Edit' }).click();
    await dialog.waitFor();
    await until('its entry', () => page.evaluate(() => (history.state as { overlays?: number }).overlays === 1));
    await page.reload();
    await settled({ page, asking });
    await oneBackLeadsTo(page, '/discover');
  });
});
