/** For administrators: tags and genres that are merged, moved and called by other names. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { until } from '../support/wait.ts';
import { template } from '../support/world.ts';
import { settled } from './support/browser.ts';
import { lookAt } from './support/look.ts';
import { enterAsRoot } from './support/people.ts';
import { Stage } from './support/stage.ts';

const stage = await Stage.start('labels', {});
await stage.world.sql(`insert into tracks (creator_id, title, status, visibility, genre, tags) values
  ('${template.ids.dave}', 'Backwash', 'completed', 'public', 'Jazz', '{lofi}'), ('${template.ids.dave}', 'Undertow', 'completed', 'public', 'Jazz', '{low fidelity}')`);

const open = async (page: Page) => {
  await enterAsRoot(stage.world, page);
  await page.getByRole('button', { name: 'Account of root' }).click();
  await page.getByRole('menuitem', { name: 'Tags and genres' }).click();
  await page.getByRole('heading', { level: 1, name: 'Tags and genres' }).waitFor();
};
const part = (page: Page, name: string) => page.locator('section').filter({ has: page.getByRole('heading', { level: 3, name, exact: true }) });

test('an administrator merges a tag, gives a genre another name and moves it, and is told why not', async () => {
  await stage.visit(null, async (eye) => {
    const { page } = eye;
    await open(page);
    const tags = part(page, 'Merge tags');
    await tags.getByLabel('Goes').fill('low fidelity');
    await tags.getByLabel('Stays').fill('lofi');
    await tags.getByRole('button', { name: 'Merge' }).click();
    await page.getByText('“low fidelity” leads to “lofi” now.', { exact: true }).waitFor();
    await until('the track to have the other tag', async () => (await stage.world.sql(`select tags from tracks where title = 'Undertow'`)) === '{lofi}');
    const names = part(page, 'Another name of a genre');
    await names.getByLabel('Other name').fill('Jass');
    await names.getByLabel('Genre', { exact: true }).fill('Jazz');
    await names.getByRole('button', { name: 'Add' }).click();
    await page.getByText('“Jass” leads to “Jazz” now.', { exact: true }).waitFor();
    const move = part(page, 'Move a genre');
    await move.getByLabel('Genre', { exact: true }).fill('No such genre');
    await move.getByRole('button', { name: 'Move' }).click();
    await page.getByRole('alert').first().waitFor();
    await settled(eye);
  }, { expected: [/status of 401/, /status of 403/, /status of 404/] });
});

test('nobody else has this page', async () => {
  await stage.visit('alice', async ({ page }) => {
    await page.goto('/admin/labels');
    await page.getByRole('heading', { level: 1 }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Merge' }).count(), 0);
  }, { expected: [/status of 403/] });
});

lookAt(stage, [{ name: 'tags and genres', path: '/', who: null, alone: true, expected: [/status of 401/, /status of 403/], first: async ({ page }) => {
  await open(page);
} }]);
