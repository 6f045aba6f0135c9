/** Links to a track, and its downloads, in a browser. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertStatus } from '../support/client.ts';
import { until } from '../support/wait.ts';
import { choose } from './support/actions.ts';
import { settled, type Eye } from './support/browser.ts';
import { hear } from './support/ear.ts';
import { lookAt } from './support/look.ts';
import { Stage, tones } from './support/stage.ts';

const stage = await Stage.start('sharing');
const carol = stage.world.as('carol');
const track = await stage.track('carol', 'Between us', tones(12, 440));
const at = { path: { id: track.id } };
const given = await carol.post('/api/v1/tracks/{id}/share', { ...at, body: { permissions: 'download' } });
assertStatus(given, 201);

const open = async ({ page, asking }: Eye, path: string) => {
  await page.goto(path);
  await settled({ page, asking });
};
const dialog = (eye: Eye, button: string) => async () => {
  await choose(eye.page, button);
  await eye.page.getByRole('dialog').waitFor();
};

test('a link that its creator makes on the page lets a stranger hear a private track, until it is revoked', async () => {
  const address = await stage.visit('carol', async (eye) => {
    await open(eye, `/track/${track.id}`);
    await dialog(eye, 'Links')();
    await eye.page.getByRole('button', { name: 'Create a link' }).click();
    const text = await eye.page.getByRole('group', { name: 'Link', exact: true }).locator('code').innerText();
    assert.match(text, /\/track\/shared\/[\w-]{43}$/);
    return new URL(text).pathname;
  });
  assertStatus(await carol.put('/api/v1/tracks/{id}', { ...at, body: { visibility: 'private' } }), 200);
  await stage.visit(null, async (eye) => {
    const { page } = eye;
    await open(eye, address);
    await page.getByRole('heading', { name: 'Between us', level: 1 }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Download' }).count(), 0, 'it allows to hear only');
    await page.getByRole('button', { name: 'Play Between us' }).first().click();
    await hear(page, 'the private track', (now) => now.track === track.id && now.playing && now.left > 0.005);
    assert.equal(await page.getByRole('slider', { name: 'Position in Between us' }).count() > 0, true);
    await until('the play is counted', async () => (await carol.get('/api/v1/tracks/{id}/stats', at)).body.play_count === 1, 30);
  });
  await stage.visit('carol', async (eye) => {
    await open(eye, `/track/${track.id}`);
    await dialog(eye, 'Links')();
    await eye.page.getByRole('button', { name: /^Revoke the link/ }).first().click();
    await until('one link less', async () => (await carol.get('/api/v1/tracks/{id}/shares', at)).body.items.length === 1);
  }, { expected: [/404/] });
  await stage.visit(null, async (eye) => {
    await eye.page.goto(address);
    await eye.page.getByText('Nothing to hear here').first().waitFor();
  }, { expected: [/404/] });
});

test('a format is prepared once and then downloaded under its name', async () => {
  await stage.visit(null, async (eye) => {
    const { page } = eye;
    await open(eye, `/track/shared/${given.body.token}`);
    assertStatus(await carol.put('/api/v1/tracks/{id}', { ...at, body: { download_formats: ['original', 'flac'] } }), 200);
    await dialog(eye, 'Download')();
    await page.getByRole('button', { name: 'Prepare: Lossless' }).click();
    const link = page.getByRole('link', { name: 'Download: Lossless' });
    await link.waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
    assert.equal(download.suggestedFilename(), 'Between us.flac');
  });
});

test('it is open again for the pictures', async () => assertStatus(await carol.put('/api/v1/tracks/{id}', { ...at, body: { visibility: 'public' } }), 200));

test('a visitor copies the code of the embed player, which shows it as it will look', async () => {
  await stage.visit(null, async (eye) => {
    const { page } = eye;
    await open(eye, `/track/${track.id}`);
    await dialog(eye, 'Embed')();
    const frame = page.frameLocator('iframe[title="Preview of the player: Between us"]');
    await frame.getByRole('heading', { name: 'Between us' }).waitFor();
    await page.getByLabel('Height').selectOption('120 pixels');
    const code = await page.getByRole('group', { name: 'Code for your site' }).locator('code').innerText();
    assert.match(code, new RegExp(`^<iframe src="${stage.base}/embed/track/${track.id}" title="Between us" width="100%" height="120" .*sandbox="[^"]*"></iframe>$`));
  });
});

lookAt(stage, [
  { name: 'embed-dialog', path: `/track/${track.id}`, who: null, first: (eye) => dialog(eye, 'Embed')(), inSight: true },
  { name: 'track-links', path: `/track/${track.id}`, who: 'carol', first: (eye) => dialog(eye, 'Links')(), inSight: true },
  { name: 'track-downloads', path: `/track/${track.id}`, who: 'carol', first: (eye) => dialog(eye, 'Download')(), inSight: true },
  { name: 'track-shared', path: `/track/shared/${given.body.token}`, who: null },
]);
