/** Finding people and tracks. */
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { template } from '../support/world.ts';
import { settled } from './support/browser.ts';
import { Stage, tones } from './support/stage.ts';

const stage = await Stage.start('finding');
await stage.world.as('bob').put('/api/v1/users/{id}', { path: { id: template.ids.bob }, body: { first_name: 'Åse', last_name: 'Nordlys' } });
const ferry = await stage.track('dave', 'Night ferry', tones(2, 770), { artist: 'Nordlys', genre: 'Ambient' });

const palette = (page: Page) => page.getByRole('dialog', { name: /^Search/ });

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
    await page.waitForURL('**/search?q=ase%20nordlys');
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
