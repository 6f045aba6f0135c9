/** Smart playlists: made and changed by rules, also with the keyboard alone and on a phone. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertStatus } from '../support/client.ts';
import { until } from '../support/wait.ts';
import { choose } from './support/actions.ts';
import { settled, type Eye } from './support/browser.ts';
import { lookAt } from './support/look.ts';
import { Stage, tones } from './support/stage.ts';

const stage = await Stage.start('smart-playlists');
const carol = stage.world.as('carol');
await stage.track('carol', 'Tides', tones(5, 440), { genre: 'Drone' });
await stage.track('carol', 'Night ferry', tones(5, 550), { genre: 'Drone' });
await stage.track('dave', 'Slow boat', tones(5, 660), { genre: 'House' });

const made = await carol.post('/api/v1/playlists', {
  body: {
    name: 'Late drones',
    visibility: 'public',
    rules: {
      match: 'all',
      conditions: [{ field: 'genre', op: 'is', value: 'Drone' }, { field: 'released', op: 'within', value: 30 }, { field: 'duration', op: 'less', value: 90 }, { field: 'explicit', op: 'is_not' }],
      sort: 'title',
      limit: 50,
    },
  },
});
assertStatus(made, 201);
assertStatus(await carol.post('/api/v1/playlists', { body: { name: 'By hand' } }), 201);

async function open({ page, asking }: Pick<Eye, 'page' | 'asking'>, path: string): Promise<void> {
  await page.goto(path);
  await settled({ page, asking });
}

test('a smart playlist is made with the keyboard, and shows what its rules choose then and later', async () => {
  await stage.visit('alice', async (eye) => {
    const { page } = eye;
    const titles = async () => (await page.getByRole('main').getByRole('heading', { level: 3 }).allTextContents()).join(', ');
    await open(eye, '/playlists');
    await page.getByRole('button', { name: 'New smart playlist' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'New smart playlist' });
    await dialog.getByLabel('Name').fill('Only drones');
    await dialog.getByLabel('Condition 1: value').fill('drone');
    await dialog.getByLabel('Order').selectOption('By title');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Only drones' }).waitFor();
    await until('what the rule chooses', async () => (await titles()) === 'Night ferry, Tides');
    await page.getByRole('button', { name: 'Rules' }).click();
    await page.getByRole('dialog').getByLabel('Condition 1: comparison').selectOption('is not');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await until('the others', async () => (await titles()) === 'Slow boat');
    assert.equal(await page.getByRole('main').getByRole('button', { name: /^Move / }).count(), 0);
  });
});

test('changed rules are undone at once, or later in the history, which brings the earlier rules back', async () => {
  const id = made.body.id;
  const drone = made.body.rules!;
  await stage.visit('carol', async (eye) => {
    const { page } = eye;
    const titles = async () => (await page.getByRole('main').getByRole('heading', { level: 3 }).allTextContents()).join(', ');
    const changeGenre = async (value: string) => {
      await page.getByRole('button', { name: 'Rules' }).click();
      await page.getByLabel('Condition 1: value').fill(value);
      await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    };
    await open(eye, `/playlist/${id}`);
    await until('the drones', async () => (await titles()) === 'Night ferry, Tides');
    await changeGenre('House');
    await until('the others', async () => (await titles()) === 'Slow boat');
    await page.getByRole('button', { name: 'Undo' }).click();
    await until('the drones again', async () => (await titles()) === 'Night ferry, Tides');
    await changeGenre('House');
    await until('the others again', async () => (await titles()) === 'Slow boat');
    await choose(page, 'History');
    const rows = page.getByRole('dialog', { name: 'History of this playlist' }).getByRole('listitem');
    await rows.filter({ hasText: 'carol' }).getByText('rules changed').waitFor();
    await rows.last().getByRole('button', { name: 'Restore' }).click();
    await until('the drones from the history', async () => (await titles()) === 'Night ferry, Tides');
    assert.deepEqual((await carol.get('/api/v1/playlists/{id}', { path: { id } })).body.rules, drone);
    await settled(eye);
  });
});

lookAt(stage, [
  { name: 'smart playlists', full: true, path: '/playlists', who: 'carol' },
  { name: 'smart playlist', full: true, path: `/playlist/${made.body.id}`, who: 'carol' },
  { name: 'smart playlist rules', path: `/playlist/${made.body.id}`, who: 'carol', inSight: true, first: async ({ page }) => {
    await choose(page, 'Rules');
    await page.getByLabel('Condition 4: about').waitFor();
  } },
]);
