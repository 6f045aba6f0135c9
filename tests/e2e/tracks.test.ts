/** What a creator does with tracks: change, delete, and files that will not do. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { wav } from '../support/media.ts';
import { settled } from './support/browser.ts';
import { Stage, tones } from './support/stage.ts';

const stage = await Stage.start('tracks');
const draft = await stage.track('carol', 'Working title', tones(2, 440), { is_public: 'false' });

async function choose(page: Page, name: string, type: string, bytes: Buffer): Promise<void> {
  await page.locator('input[type=file]').first().setInputFiles({ name, mimeType: type, buffer: bytes });
}

test('a creator changes a track, and everybody sees it', async () => {
  await stage.visit('carol', async ({ page }) => {
    await page.goto(`/track/${draft.id}`);
    await page.getByRole('button', { name: 'Edit' }).click();
    const dialog = page.getByRole('dialog', { name: 'Edit track' });
    await dialog.getByLabel('Title').fill('');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('alert').first().waitFor();
    await dialog.getByLabel('Title').fill('First light');
    await dialog.getByLabel('Genre').fill('Ambient');
    await dialog.getByLabel('Tags').fill('dawn, slow');
    await dialog.getByLabel('Public').check();
    await dialog.getByLabel('Tempo (BPM)').fill('92');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: 'First light', level: 1 }).waitFor();
  }, { expected: [/status of 404/] }); /* the page itself is for visitors, who may not see it yet */
  await stage.visit(null, async ({ page }) => {
    await page.goto('/discover');
    await page.getByRole('link', { name: 'First light' }).first().click();
    await page.getByRole('heading', { name: 'First light', level: 1 }).waitFor();
    await page.getByRole('link', { name: '#dawn' }).waitFor();
    await page.getByText('92').first().waitFor();
    assert.equal(await page.getByRole('button', { name: 'Edit' }).count(), 0, 'a guest has no tools');
  });
});

test('deleting asks for the name, and then the track is gone for everybody', async () => {
  const track = await stage.track('carol', 'Short lived', tones(1, 300));
  await stage.visit('carol', async ({ page }) => {
    await page.goto('/library');
    await page.getByRole('button', { name: 'Tools for Short lived' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete this track?' });
    const button = dialog.getByRole('button', { name: 'Delete for good' });
    assert.ok(await button.isDisabled(), 'not before the name is typed');
    await dialog.getByLabel('Type “Short lived” to confirm').fill('Short lived');
    await button.click();
    await page.getByText('Short lived is deleted').first().waitFor();
    await page.getByRole('link', { name: 'Short lived' }).waitFor({ state: 'detached' });
    await page.goto(`/track/${track.id}`);
    await page.getByRole('heading', { name: 'This track does not exist' }).waitFor();
  }, { expected: [/status of 404/] });
});

test('a file that is not sound is refused with words that a person understands', async () => {
  await stage.visit('carol', async ({ page }) => {
    await page.goto('/upload');
    await choose(page, 'notes.txt', 'text/plain', Buffer.from('no music here'));
    await page.getByText('notes.txt is not a sound file').first().waitFor();
    await choose(page, 'nothing.wav', 'audio/wav', Buffer.alloc(0));
    await page.getByText('nothing.wav is empty').first().waitFor();
    for (const [name, bytes] of [['letter.wav', Buffer.from('Dear listener, this is a letter and not a song. '.repeat(40))], ['broken.wav', wav(tones(2, 440)).subarray(0, 60)]] as const) {
      await choose(page, name, 'audio/wav', bytes);
      await page.getByRole('button', { name: 'Upload', exact: true }).click();
      const row = page.getByRole('listitem').filter({ hasText: name.replace('.wav', '') });
      const said = (await row.getByRole('alert').textContent({ timeout: 30_000 }))!;
      assert.match(said, /^[A-Z“].*\.$/, `a sentence: ${said}`);
      assert.doesNotMatch(said, /error|null|undefined|invalid data|avformat|code|\d{3}/i, `for people: ${said}`);
      await row.getByRole('button', { name: /^Remove/ }).click();
    }
  }, { expected: [/status of 4(15|22)/] });
});

test('uploads go on while one looks at other pages, and can be cancelled', async () => {
  await stage.visit('carol', async ({ page, context, asking }) => {
    await page.goto('/upload');
    await settled({ page, asking });
    const line = await context.newCDPSession(page);
    await line.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 300_000 });
    await choose(page, 'Slow train.wav', 'audio/wav', wav(tones(20, 220)));
    await page.getByRole('button', { name: 'Upload', exact: true }).click();
    await page.getByRole('progressbar', { name: 'Progress of Slow train' }).waitFor();
    const links = page.getByRole('navigation', { name: 'Main' }).first();
    await links.getByRole('link', { name: 'Discover' }).click();
    await page.getByText('1 upload under way').first().waitFor();
    await links.getByRole('link', { name: 'Upload' }).click();
    await page.getByRole('progressbar', { name: 'Progress of Slow train' }).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Cancelled').waitFor();
    await page.getByRole('button', { name: 'Try again' }).waitFor();
  }, { expected: [/ERR_ABORTED|net::/] });
});
