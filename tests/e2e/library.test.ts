/** The library of a creator: several tracks changed, put somewhere and deleted at once; and, for administrators, how much people may store. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertStatus } from '../support/client.ts';
import { until } from '../support/wait.ts';
import { template } from '../support/world.ts';
import { settled } from './support/browser.ts';
import { lookAt } from './support/look.ts';
import { enterAsRoot } from './support/people.ts';
import { Stage, tones } from './support/stage.ts';

const stage = await Stage.start('library');
const carol = stage.world.as('carol');
const tracks: Awaited<ReturnType<typeof stage.track>>[] = [];
for (const title of ['Tides', 'Night ferry', 'Slow boat', 'Harbour lights']) tracks.push(await stage.track('carol', title, tones(3, 440), { tags: 'sea' }));
assertStatus(await carol.post('/api/v1/releases', { body: { title: 'Boats', kind: 'ep' } }), 201);

const box = (page: Page, title: string) => page.getByRole('checkbox', { name: `Select ${title}` });
const all = async () => (await carol.get('/api/v1/tracks', { query: { mine: true, limit: 100 } })).body.items;

test('several tracks are ticked by mouse and by keys, get the same change, which can be undone, and go into a playlist and a release', async () => {
  await stage.visit('carol', async (eye) => {
    const { page } = eye;
    await page.goto('/library');
    await settled(eye);
    await box(page, 'Harbour lights').click();
    await box(page, 'Slow boat').focus();
    await page.keyboard.press('Tab');
    await box(page, 'Tides').focus();
    await page.keyboard.press('Shift+Space');
    await page.getByText('4 tracks selected').waitFor();
    await page.getByRole('toolbar').getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Who may listen').selectOption('unlisted');
    await page.getByLabel('Add tags').fill('slow');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('4 tracks changed').first().waitFor();
    assert.deepEqual((await all()).map(({ visibility, tags }) => `${visibility} ${tags.toSorted().join(' ')}`), Array(4).fill('unlisted sea slow'));
    await page.getByRole('button', { name: 'Undo' }).click();
    await until('it to be undone', async () => (await all()).every(({ visibility, tags }) => visibility === 'public' && tags.join() === 'sea'));

    await page.getByRole('button', { name: 'To playlist…' }).click();
    await page.getByLabel('New playlist').fill('All at sea');
    await page.keyboard.press('Enter');
    await page.getByText('4 tracks are in “All at sea”').first().waitFor();
    await page.getByRole('button', { name: 'To release…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: /Boats/ }).click();
    await page.getByText('4 tracks are in “Boats”').first().waitFor();
  });
});

test('of several that are deleted one is told that is not there any more', async () => {
  await stage.visit('carol', async (eye) => {
    const { page } = eye;
    await page.goto('/library');
    await settled(eye);
    await box(page, 'Tides').check();
    await box(page, 'Slow boat').check();
    assertStatus(await carol.delete('/api/v1/tracks/{id}', { path: { id: tracks[0]!.id } }), 204);
    await page.getByRole('toolbar').getByRole('button', { name: 'Delete' }).click();
    await page.getByLabel('Type 2 to go on').fill('2');
    await page.getByRole('button', { name: 'Delete for good' }).click();
    const told = page.getByRole('dialog', { name: '1 track could not be changed' });
    await told.getByText('Tides').waitFor();
    await told.getByText('It is not there any more, or not yours.').waitFor();
    await page.getByText('1 track deleted').first().waitFor();
    assert.deepEqual((await all()).map(({ title }) => title).toSorted(), ['Harbour lights', 'Night ferry']);
  });
});

test('an administrator sees who stores how much, and changes what a person and a role may store', async () => {
  await stage.visit(null, async (eye) => {
    const { page } = eye;
    await enterAsRoot(stage.world, page);
    await page.getByRole('button', { name: 'Account of root' }).click();
    await page.getByRole('menuitem', { name: 'Storage' }).click();
    await page.getByRole('heading', { level: 1, name: 'Storage' }).waitFor();
    await page.getByText('Uploaded files are not scanned for harmful software.').waitFor();
    await page.getByRole('progressbar', { name: 'What carol stores' }).waitFor();
    const change = async (name: string, gib: string) => {
      await page.getByRole('button', { name: `Change the limit of ${name}`, exact: true }).click();
      await page.getByLabel('May store').fill(gib);
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText(`The limit of ${name} is changed`).first().waitFor();
    };
    const maxOf = async (person: 'carol' | 'dave') => (await stage.world.as(person).get('/api/v1/tracks/quota/{id}', { path: { id: template.ids[person] } })).body.max_bytes;
    await change('carol', '2.5');
    await until('her limit', async () => (await maxOf('carol')) === 2.5e9);
    const role = await stage.world.sql("select display_name from roles where name = 'content_creator'");
    await change(role, '7');
    await until('his limit', async () => (await maxOf('dave')) === 7e9);
    await page.getByLabel('Find somebody else').fill('dave');
    await page.getByRole('button', { name: 'Change the limit of dave' }).click();
    await page.getByLabel('May store').fill('nothing');
    await page.getByRole('button', { name: 'Save' }).click();
    assert.equal(await page.getByLabel('May store').getAttribute('aria-invalid'), 'true');
    await page.getByLabel('May store').fill('0');
    await page.getByRole('button', { name: 'Save' }).click();
    await until('his own limit', async () => (await maxOf('dave')) === 0);
  }, { expected: [/status of 401/, /status of 403/] });
});

lookAt(stage, [
  { name: 'library selected', path: '/library', who: 'carol', first: async ({ page }) => {
    await page.getByRole('checkbox', { name: 'Select all on this page' }).check();
    await page.getByRole('toolbar').waitFor();
  } },
  { name: 'library edit many', path: '/library', who: 'carol', inSight: true, full: true, first: async ({ page }) => {
    await page.getByRole('checkbox', { name: 'Select all on this page' }).check();
    await page.getByRole('toolbar').getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('dialog').waitFor();
  } },
]);
