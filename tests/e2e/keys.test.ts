/** The keys of the app. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { until } from '../support/wait.ts';
import { settled } from './support/browser.ts';
import { hearIt } from './support/ear.ts';
import { Stage, tones } from './support/stage.ts';

const stage = await Stage.start('keys');
const track = await stage.track('carol', 'First', tones(40, 550));

const palette = (page: Page) => page.getByRole('dialog', { name: /^Search/ });
const volume = async (page: Page) => Number(await page.getByRole('slider', { name: 'Volume' }).getAttribute('aria-valuenow'));

/** Plays something; the focus is on nothing that has a use for keys. */
async function play(page: Page): Promise<void> {
  await page.goto(`/track/${track.id}`);
  await page.getByRole('button', { name: 'Play First' }).click();
  await hearIt(page);
}

test('the up and down arrows scroll while something plays; with Shift they change the volume', async () => {
  await stage.visit(null, async ({ page, asking }) => {
    await play(page);
    await page.goto('/');
    await settled({ page, asking });
    const before = await volume(page);
    await page.keyboard.press('ArrowDown');
    await until('the page to scroll', () => page.evaluate(() => scrollY > 0));
    assert.equal(await volume(page), before);
    await page.keyboard.press('Shift+ArrowDown');
    await until('the volume to fall', async () => (await volume(page)) < before);
    await page.keyboard.press('Shift+ArrowUp');
    await until('the volume to rise', async () => (await volume(page)) === before);
  });
});

test('? lists all keys, and shortcuts of a single key can be switched off on this device', async () => {
  await stage.visit(null, async ({ page, asking }) => {
    await play(page);
    await page.keyboard.press('?');
    const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await sheet.getByText('Mute or unmute').waitFor();
    assert.equal(await sheet.getByRole('definition').count(), 11);
    await sheet.getByRole('switch', { name: 'Shortcuts of a single key' }).uncheck();
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
    await until('the history to be without the sheet', () => page.evaluate(() => !history.state?.overlays)); /* going back would cancel the reload */
    await page.reload();
    await settled({ page, asking });
    await page.keyboard.press('m');
    await page.keyboard.press('/');
    await page.keyboard.press('Shift+ArrowDown'); /* comes after the two, and works */
    await until('the volume to fall', async () => (await volume(page)) < 80);
    await page.getByRole('button', { name: 'Mute' }).waitFor();
    assert.equal(await palette(page).count(), 0);
    await page.keyboard.press('Control+k');
    await palette(page).waitFor();
  });
});

test('what opens over the page gives focus back to where it was', async () => {
  await stage.visit('carol', async ({ page, asking }) => {
    await page.goto('/library');
    await settled({ page, asking });
    const tools = page.getByRole('button', { name: 'Tools for First' });
    const returned = (what: string) => until(`focus to be back after ${what}`, () => tools.evaluate((button) => document.activeElement === button));
    for (const key of ['?', '/']) {
      await tools.focus();
      await page.keyboard.press(key);
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await returned(key);
    }
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Edit' }).press('Enter');
    await page.getByRole('dialog', { name: 'Edit track' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await returned('a dialog that a menu opened');
  });
});
