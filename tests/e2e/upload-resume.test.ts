/** Uploads in the browser: what was sent is not sent again after a reload, a pause or a lost network, and what cannot fit is said before anything is sent. */
import { strict as assert } from 'node:assert';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import type { Page, Request } from 'playwright-core';
import { makeSound, wav } from '../support/media.ts';
import { head, sha256 } from '../support/tus.ts';
import { template } from '../support/world.ts';
import { until } from '../support/wait.ts';
import { settled, type Eye } from './support/browser.ts';
import { complaintsOfAxe, overflow } from './support/look.ts';
import { SHOTS } from './support/places.ts';
import { Stage } from './support/stage.ts';
import { isFull } from '../support/level.ts';

const stage = await Stage.start('upload-resume', { MAX_UPLOAD_MB: '20' });
const carol = stage.world.as('carol');
const folder = mkdtempSync(path.join(tmpdir(), 'veza-e2e-resume-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let made = 0;

/** A file of its own, of a few megabytes. */
function recording(name: string, seconds = 20): { file: string; bytes: Buffer } {
  const file = path.join(folder, name), bytes = wav(makeSound(seconds, { seed: ++made }));
  writeFileSync(file, bytes);
  return { file, bytes };
}

/** An upload of half a megabyte a second; Infinity lifts it. */
async function throttle({ page, context }: Eye, bytesPerSecond: number): Promise<void> {
  const session = await context.newCDPSession(page);
  await session.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: Number.isFinite(bytesPerSecond) ? bytesPerSecond : -1 });
}

const choose = (page: Page, ...files: string[]) => page.locator('input[type=file]').first().setInputFiles(files);
const received = (name: string) => stage.world.sql(`select id from uploads where filename = '${name}' and state = 'open'`).then(async (id) =>
  id ? (await carol.get('/api/v1/uploads/{id}/progress', { path: { id } })).body.received_bytes : 0);
const some = (name: string, more = 0) => until(`bytes of ${name}`, async () => (await received(name)) > more, 30);

/** The offsets at which bytes were sent. */
function offsets(page: Page): number[] {
  const seen: number[] = [];
  page.on('request', (request: Request) => {
    if (request.method() === 'PATCH') seen.push(Number(request.headers()['upload-offset']));
  });
  return seen;
}

async function arrived(name: string, bytes: Buffer): Promise<void> {
  const id = await until(`the track of ${name}`, async () => stage.world.sql(`select t.id from tracks t where t.original_filename = '${name}'`), 60);
  const original = await carol.get('/api/v1/tracks/{id}/download', { path: { id } });
  assert.equal(sha256(original.bytes), sha256(bytes));
  assert.equal(await stage.world.sql(`select count(*) from uploads where filename = '${name}'`), '1', 'one upload, which went on');
}

async function openPage(eye: Eye): Promise<void> {
  eye.page.on('dialog', (dialog) => void dialog.accept());
  await eye.page.goto('/upload');
  await settled(eye);
}

test('an upload goes on after a reload where it was, when its file is chosen again', async () => {
  const { file, bytes } = recording('reload.wav');
  await stage.visit('carol', async (eye) => {
    const { page } = eye;
    await openPage(eye);
    await throttle(eye, 500_000);
    await choose(page, file);
    await some('reload.wav', 500_000);
    await page.reload();
    await page.getByRole('heading', { name: 'Not finished' }).waitFor();
    await page.getByText('reload.wav').waitFor();
    const seen = offsets(page);
    await throttle(eye, Infinity);
    await choose(page, file);
    await arrived('reload.wav', bytes);
    assert.equal(seen.length, 1);
    assert.ok(seen[0]! >= 500_000, `went on at ${seen[0]}`);
    await page.getByText('Sent and prepared').waitFor({ timeout: 60_000 });
    assert.equal(await page.getByRole('heading', { name: 'Not finished' }).count(), 0);
  });
});

test('an upload is paused, goes on, and survives a connection that breaks', async () => {
  const { file, bytes } = recording('paused.wav');
  await stage.visit('carol', async (eye) => {
    const { page } = eye;
    await openPage(eye);
    const seen = offsets(page);
    await throttle(eye, 500_000);
    await choose(page, file);
    await some('paused.wav', 300_000);
    await page.getByRole('button', { name: 'Pause paused.wav' }).click();
    await page.getByText(/^Paused/).waitFor();
    const at = await until('the last byte', async () => {
      const one = await received('paused.wav');
      await page.waitForTimeout(300);
      return one === (await received('paused.wav')) && one;
    });
    await page.getByRole('button', { name: 'Go on with paused.wav' }).click();
    await some('paused.wav', at + 300_000);
    await head(carol, `/api/v1/uploads/tus/${await stage.world.sql("select id from uploads where filename = 'paused.wav'")}`); /* the server lets the connection go */
    await throttle(eye, Infinity);
    await arrived('paused.wav', bytes);
    assert.ok(seen.length >= 3 && seen[1]! >= at && seen.at(-1)! > seen[1]!, seen.join(' '));
  }, { expected: [/ERR_(CONNECTION|FAILED|EMPTY_RESPONSE|NETWORK)|status of 4(09|23)/] });
});

test('what could not be sent, or not be saved, is tried again with a button, and what has arrived is not sent again', async () => {
  const { file, bytes } = recording('again.wav', 3);
  const room = (size: string) => stage.world.sql(`insert into user_storage_quotas (user_id, max_bytes, is_own) values ('${template.ids.mia}', ${size}, true) on conflict (user_id) do update set max_bytes = ${size}, is_own = true`);
  await stage.visit('mia', async (eye) => {
    const { page } = eye;
    const main = page.getByRole('main'), again = main.getByRole('button', { name: 'Try again' });
    await openPage(eye);
    /* the space is gone between the look at it and the upload */
    await page.route('**/api/v1/uploads/tus', async (route) => {
      await room('1000');
      await route.continue();
    });
    await choose(page, file);
    await main.getByRole('alert').filter({ hasText: 'space' }).waitFor();
    await page.unroute('**/api/v1/uploads/tus');
    assert.equal(await stage.world.sql("select count(*) from uploads where filename = 'again.wav'"), '0');
    await room('100000000');
    const seen = offsets(page);
    await again.click();
    await until('the track', async () => (await stage.world.sql("select count(*) from tracks where original_filename = 'again.wav'")) === '1', 60);
    await page.getByText('Sent and prepared').waitFor({ timeout: 60_000 });
    assert.equal(await again.count(), 0);

    await page.route('**/api/v1/tracks/*', (route) => (route.request().method() === 'PUT' ? route.abort() : route.continue()));
    await main.getByLabel('Title').fill('Once more');
    await main.getByRole('button', { name: 'Publish', exact: true }).click();
    await main.getByRole('alert').filter({ hasText: 'connection' }).waitFor();
    await page.unroute('**/api/v1/tracks/*');
    await again.click();
    await main.getByText('Ready to be heard').waitFor({ timeout: 60_000 });
    assert.deepEqual([await again.count(), seen.length], [0, 1]);
  }, { expected: [/status of 507/, /ERR_FAILED/] });
  const [title, id] = (await stage.world.sql("select title || '|' || id from tracks where original_filename = 'again.wav'")).split('|');
  assert.equal(title, 'Once more');
  const original = await stage.world.as('mia').get('/api/v1/tracks/{id}/download', { path: { id: id! } });
  assert.equal(sha256(original.bytes), sha256(bytes));
});

test('cancelling takes back what was sent', async () => {
  const { file } = recording('cancelled.wav');
  await stage.visit('carol', async (eye) => {
    await openPage(eye);
    await throttle(eye, 300_000);
    await choose(eye.page, file);
    await some('cancelled.wav', 100_000);
    await eye.page.getByRole('button', { name: 'Remove cancelled.wav' }).click();
    await until('the upload to be gone', async () => (await stage.world.sql("select count(*) from uploads where filename = 'cancelled.wav'")) === '0');
  });
});

test('what is too large for the server or for one\'s space is said in a sentence, and nothing is sent', async () => {
  const { file: large } = recording('large.wav', 130), { file: other } = recording('other.wav', 3);
  await stage.world.sql(`insert into user_storage_quotas (user_id, max_bytes, is_own) values ('${template.ids.dave}', 100000, true) on conflict (user_id) do update set max_bytes = 100000, is_own = true`);
  await stage.visit('dave', async (eye) => {
    await openPage(eye);
    await choose(eye.page, large);
    await eye.page.getByText(/large\.wav is larger than/).first().waitFor();
    await choose(eye.page, other);
    await eye.page.getByText(/other\.wav needs .*, and .* of your space are free/).first().waitFor();
    assert.equal(await stage.world.sql(`select count(*) from uploads where user_id = '${template.ids.dave}'`), '0');
  });
});

test('several files under way are told as one: how many, how much, how fast; nothing is cut off and axe has no complaint, narrow and wide', async () => {
  const files = [1, 2, 3].map((n) => recording(`a rather long name of a recording, part ${n}.wav`).file);
  for (const width of isFull ? [360, 1280] : [360])
    await stage.visit('carol', async (eye) => {
      const { page } = eye;
      await openPage(eye);
      await throttle(eye, 200_000);
      await choose(page, ...files);
      await page.getByText(/0 of 3 files sent/).waitFor();
      await page.getByText(/\/s/).first().waitFor();
      await page.getByRole('button', { name: 'Pause all' }).click();
      await page.getByRole('button', { name: 'Go on with all' }).waitFor();
      for (const theme of ['dark', 'light']) {
        await page.evaluate((theme) => { document.documentElement.dataset['theme'] = theme; }, theme);
        await page.screenshot({ path: path.join(SHOTS, `uploads-under-way-${width}-${theme}.png`), fullPage: true });
        assert.deepEqual(await complaintsOfAxe(page, theme === 'dark' ? undefined : ['color-contrast']), []);
      }
      assert.deepEqual(await overflow(page), []);
      await page.reload();
      await page.getByRole('heading', { name: 'Not finished' }).waitFor();
      await page.screenshot({ path: path.join(SHOTS, `uploads-not-finished-${width}.png`), fullPage: true });
      assert.deepEqual(await complaintsOfAxe(page), []);
      for (const remove of await page.getByRole('button', { name: /^Remove/ }).all()) await remove.click().catch(() => undefined);
    }, { width, height: width < 600 ? 720 : 800, bypassCsp: true });
});
