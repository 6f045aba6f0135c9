/** Files with tags: read in the browser while their bytes are sent, and published with what somebody typed. */
import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertStatus } from '../support/client.ts';
import { wav } from '../support/media.ts';
import { until } from '../support/wait.ts';
import { settled } from './support/browser.ts';
import { Stage, tones } from './support/stage.ts';

const stage = await Stage.start('upload');
const carol = stage.world.as('carol');
const folder = mkdtempSync(path.join(tmpdir(), 'veza-e2e-upload-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const ffmpeg = (...args: string[]) => execFileSync('ffmpeg', ['-v', 'error', '-y', ...args]);
const sound = path.join(folder, 'sound.wav'), picture = path.join(folder, 'cover.jpg');
writeFileSync(sound, wav(tones(2, 440)));
ffmpeg('-f', 'lavfi', '-i', 'color=0x008080:s=700x700', '-frames:v', '1', picture);

/** A PICTURE block of FLAC, as Ogg has it in base64. */
function oggPicture(bytes: Buffer): string {
  const number = (n: number) => Buffer.from([n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255]);
  return Buffer.concat([number(3), number(10), Buffer.from('image/jpeg'), number(0), number(700), number(700), number(24), number(0), number(bytes.length), bytes]).toString('base64');
}

const asStream = ['-i', picture, '-map', '0', '-map', '1', '-c:v', 'copy', '-disposition:v', 'attached_pic'];
const FORMATS: Record<string, string[]> = {
  mp3: [...asStream, '-id3v2_version', '3'],
  flac: asStream,
  m4a: [...asStream, '-c:a', 'aac'],
  opus: ['-c:a', 'libopus', '-metadata', `METADATA_BLOCK_PICTURE=${oggPicture(readFileSync(picture))}`],
  ogg: ['-c:a', 'libvorbis', '-metadata', `METADATA_BLOCK_PICTURE=${oggPicture(readFileSync(picture))}`],
};

function tagged(format: string, title: string): string {
  const file = path.join(folder, `07 - ${format}_file.${format}`);
  ffmpeg('-i', sound, ...FORMATS[format]!, '-metadata', `title=${title}`, '-metadata', 'artist=Nova Lune', '-metadata', 'album=Dawn', '-metadata', 'genre=Ambient', '-metadata', 'date=1999', file);
  return file;
}

const draftOf = (page: Page, file: string) => page.locator('form[data-draft]').filter({ hasText: path.basename(file) });
const mine = async () => {
  const reply = await carol.get('/api/v1/tracks', { query: { mine: true, limit: 100 } });
  assertStatus(reply, 200);
  return reply.body.items;
};

/** The colour in the middle of a picture that is shown. */
const middle = (page: Page, image: string) => page.locator(image).first().evaluate(async (img: HTMLImageElement) => {
  await img.decode();
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const context = canvas.getContext('2d')!;
  context.drawImage(img, img.naturalWidth / 2, img.naturalHeight / 2, 1, 1, 0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
});
const isTeal = ([r, g, b]: number[]) => r! < 40 && Math.abs(g! - 128) < 24 && Math.abs(b! - 128) < 24;

test('tags and covers of MP3, FLAC, M4A, Opus and Ogg are in the draft, and on the page of the published track', async () => {
  const html = '<img src=x onerror=alert(1)> Light';
  const files = Object.keys(FORMATS).map((format) => ({ format, title: format === 'mp3' ? html : `Light in ${format}`, file: '' }));
  for (const one of files) one.file = tagged(one.format, one.title);
  await stage.visit('carol', async ({ page, asking }) => {
    await page.goto('/upload');
    await settled({ page, asking });
    await page.locator('input[type=file]').first().setInputFiles(files.map(({ file }) => file));
    for (const { file, title, format } of files) {
      const draft = draftOf(page, file);
      await until(`the tags of ${format}`, async () => (await draft.getByLabel('Title').inputValue()) === title);
      assert.equal(await draft.getByLabel('Artist').inputValue(), 'Nova Lune', format);
      assert.equal(await draft.getByLabel('Genre').inputValue(), 'Ambient', format);
      assert.equal(await draft.getByLabel('Year').inputValue(), '1999', format);
      await draft.getByText('From the file. Choose another.').waitFor();
      assert.ok(isTeal(await middle(page, `form[data-draft]:has-text("${path.basename(file)}") img`)), `the cover of ${format}`);
    }
    /* the bytes are there before anything is published, and nobody else sees them */
    await until('all files to be sent', async () => (await mine()).length === files.length);
    for (const { id, is_public } of await mine()) {
      assert.equal(is_public, false);
      assertStatus(await stage.world.visitor.get('/api/v1/tracks/{id}', { path: { id } }), 404);
    }
    await draftOf(page, files[1]!.file).getByLabel('Title').fill('What I typed');
    files[1]!.title = 'What I typed';
    await draftOf(page, files[1]!.file).getByLabel('Genre').fill('');
    await page.getByRole('button', { name: 'Publish all' }).click();
    await until('all to be ready', async () => (await page.getByText('Ready to be heard').count()) === files.length, 60);
  });
  const tracks = await mine();
  for (const { title, format } of files) {
    const track = tracks.find((one) => one.title === title);
    assert.ok(track, `${title} among ${tracks.map((one) => one.title).join(', ')}`);
    assert.deepEqual([track.artist, track.album, track.genre, track.year, track.is_public], ['Nova Lune', 'Dawn', format === 'flac' ? null : 'Ambient', 1999, true]);
    await stage.visit(null, async ({ page, asking }) => {
      await page.goto(`/track/${track.id}`);
      await page.getByRole('heading', { name: title, level: 1 }).waitFor();
      await page.getByText('Nova Lune').first().waitFor();
      await settled({ page, asking });
      assert.ok(isTeal(await middle(page, 'article img[src*="/cover/"]')), `the cover of ${format}`);
    });
  }
});

test('what somebody types before the tags are read is kept', async () => {
  const file = tagged('flac', 'From the tags');
  await stage.visit('carol', async ({ page, context, asking }) => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    await context.route(/tagWorker/, async (route) => {
      await gate;
      await route.continue();
    });
    await page.goto('/upload');
    await settled({ page, asking });
    await page.locator('input[type=file]').first().setInputFiles(file);
    assert.equal(await page.getByLabel('Title').inputValue(), 'flac file', 'the name of the file until the tags are read');
    await page.getByLabel('Title').fill('Typed first');
    release();
    await until('the tags', async () => (await page.getByLabel('Artist').inputValue()) === 'Nova Lune');
    assert.equal(await page.getByLabel('Title').inputValue(), 'Typed first');
    await page.getByRole('button', { name: /^Remove/ }).click();
    await page.locator('form[data-draft]').waitFor({ state: 'detached' });
    await until('the track of the draft to go', async () => (await mine()).every((one) => one.title !== 'From the tags' && one.title !== 'Typed first'));
  });
});
