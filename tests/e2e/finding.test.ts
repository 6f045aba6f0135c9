/** Finding people and tracks, what playing one does to the queue, and the keys. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { template } from '../support/world.ts';
import { until } from '../support/wait.ts';
import { settled } from './support/browser.ts';
import { hear, hearIt } from './support/ear.ts';
import { Stage, tones } from './support/stage.ts';

const stage = await Stage.start('finding');
await stage.world.as('bob').put('/api/v1/users/{id}', { path: { id: template.ids.bob }, body: { first_name: 'Åse', last_name: 'Nordlys' } });
/* Carol's three are the queue; in lists the newest comes first. */
await stage.track('carol', 'Third', tones(40, 330));
const second = await stage.track('carol', 'Second', tones(40, 440));
const first = await stage.track('carol', 'First', tones(40, 550));
const slow = await stage.track('dave', 'Slow boat', tones(40, 660));
const ferry = await stage.track('dave', 'Night ferry', tones(40, 770), { artist: 'Nordlys', genre: 'Ambient' });

const palette = (page: Page) => page.getByRole('dialog', { name: /^Search/ });
const queued = (page: Page) => page.evaluate(() => (JSON.parse(sessionStorage.getItem('veza.player') ?? '{}') as { queue?: { title: string }[] }).queue?.map((entry) => entry.title));
const volume = async (page: Page) => Number(await page.getByRole('slider', { name: 'Volume' }).getAttribute('aria-valuenow'));

async function playAllOfCarol(page: Page): Promise<void> {
  await page.goto('/u/carol');
  await page.getByRole('button', { name: 'Play First' }).click();
  await hear(page, 'the first', (now) => now.track === first.id && now.left > 0.005);
}

test('people are found by user name and by the words of their name, without accents, in the palette and among the results', async () => {
  await stage.visit('alice', async ({ page, asking }) => {
    await page.goto('/discover');
    await settled({ page, asking });
    await page.keyboard.press('/');
    for (const text of ['bob', 'ase', 'nordlys ase']) {
      await page.getByRole('combobox').fill(text);
      await palette(page).getByRole('option', { name: /Åse Nordlys/ }).getByText('@bob').waitFor();
    }
    await page.getByRole('combobox').fill('ase nordlys');
    await palette(page).getByRole('option', { name: /^Search everything/ }).click();
    await page.getByRole('heading', { name: 'People' }).waitFor();
    await page.getByRole('main').getByRole('link', { name: /Åse Nordlys/ }).click();
    await page.waitForURL('**/u/bob');
  });
});

test('genre, artist and title in one query find a track', async () => {
  await stage.visit(null, async ({ page, asking }) => {
    await page.goto('/discover');
    await settled({ page, asking });
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('ambient nordlys ferry');
    await palette(page).getByRole('option', { name: /Night ferry/ }).click();
    await page.waitForURL(`**/track/${ferry.id}`);
  });
});

test('a track played from its page plays now, and what was queued goes on after it; undo brings back what played, where it was', async () => {
  await stage.visit(null, async ({ page, asking }) => {
    await playAllOfCarol(page);
    const before = await hear(page, 'some of it', (now) => now.position > 1);
    await page.goto(`/track/${ferry.id}`);
    await settled({ page, asking });
    await page.getByRole('button', { name: 'Play Night ferry' }).click();
    await hear(page, 'the ferry', (now) => now.track === ferry.id && now.left > 0.005);
    await until('the queue to go on', async () => String(await queued(page)) === 'First,Night ferry,Second,Third');
    await page.getByRole('button', { name: 'Undo' }).click();
    await hear(page, 'the first where it was', (now) => now.track === first.id && now.position >= before.position - 0.5);
    await until('the queue as it was', async () => String(await queued(page)) === 'First,Second,Third');
    await page.getByRole('main').getByRole('button', { name: 'Play Night ferry' }).click();
    await hear(page, 'the ferry again', (now) => now.track === ferry.id && now.left > 0.005);
    await page.keyboard.press('Shift+ArrowRight');
    await hear(page, 'what was queued', (now) => now.track === second.id && now.left > 0.005);
  });
});

test('where nothing is queued, more from the same person follows a track that is played from its page', async () => {
  await stage.visit(null, async ({ page, asking }) => {
    await page.goto(`/track/${ferry.id}`);
    await settled({ page, asking });
    await page.getByRole('button', { name: 'Play Night ferry' }).click();
    await hearIt(page);
    await page.keyboard.press('Shift+ArrowRight');
    await hear(page, 'more from Dave', (now) => now.track === slow.id && now.left > 0.005);
  });
});

test('a list that replaces the queue can be undone', async () => {
  await stage.visit(null, async ({ page, asking }) => {
    await playAllOfCarol(page);
    await page.goto('/u/dave');
    await settled({ page, asking });
    await page.getByRole('button', { name: 'Play Slow boat' }).click();
    await hear(page, 'the boat', (now) => now.track === slow.id && now.left > 0.005);
    await page.getByText('The queue was replaced').first().waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await hear(page, 'the first again', (now) => now.track === first.id && now.left > 0.005);
  });
});

test('the up and down arrows scroll while something plays; with Shift they change the volume', async () => {
  await stage.visit(null, async ({ page, asking }) => {
    await playAllOfCarol(page);
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
    await playAllOfCarol(page);
    await page.keyboard.press('?');
    const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await sheet.getByText('Mute or unmute').waitFor();
    assert.equal(await sheet.getByRole('definition').count(), 11);
    await sheet.getByRole('switch', { name: 'Shortcuts of a single key' }).uncheck();
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'detached' });
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
